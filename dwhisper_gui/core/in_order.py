"""Text in the order of time, although windows are done in any order: what comes early is held back."""

from collections.abc import Iterable, Sequence

from dwhisper_worker.contract import Segment


class InOrder:
    """Of one job. Give it parts as they are known and windows as they are done; each call returns what may be shown now."""

    def __init__(self) -> None:
        self._windows: dict[int, int] = {}
        self._done: dict[tuple[int, int], tuple[Segment, ...]] = {}
        self._next = (0, 0)
        self._last = -1.0

    def part(self, index: int, windows: int) -> list[Segment]:
        """A part has so many windows."""
        self._windows[index] = windows
        return self._ready()

    def window(self, part: int, index: int, segments: Iterable[Segment]) -> list[Segment]:
        """A window has this text; none where it failed for good."""
        self._done[part, index] = tuple(segments)
        return self._ready()

    def rest(self, segments: Sequence[Segment]) -> list[Segment]:
        """Of the whole text what was not shown: for the end, when nothing is held back any more."""
        return self._shown([segment for segment in segments if segment.start > self._last])

    def _ready(self) -> list[Segment]:
        ready: list[Segment] = []
        while (part := self._next[0]) in self._windows:
            if self._next[1] == self._windows[part]:
                self._next = (part + 1, 0)
            elif self._next in self._done:
                ready += self._done.pop(self._next)
                self._next = (part, self._next[1] + 1)
            else:
                break
        return self._shown(ready)

    def _shown(self, segments: list[Segment]) -> list[Segment]:
        if segments:
            self._last = segments[-1].start
        return segments
