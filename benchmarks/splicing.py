"""Windows from which the silences are cut out, as some engines have them: speech is put together with short pads, and times are told by
where each piece came from. Not how the program does it; to be compared with it (`variants.py`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from dwhisper_worker.contract import BYTES_PER_SECOND, Span, Window, WindowAudio

from dwhisper_gui.core.plan import clipped

PAD_SECONDS = 0.2
ROUNDING = 0.001
"""Times of words are whole milliseconds."""


@dataclass(frozen=True)
class Spliced:
    audio: WindowAudio
    pieces: tuple[Span, ...]
    """Of the medium, in order, that lie one behind the other in the window."""

    def begin(self, at: float) -> float:
        """When in the medium something begins that does so this many seconds after the window's start."""
        for piece in self.pieces[:-1]:
            if at < piece.duration - ROUNDING:
                return piece.start + at
            at = max(0.0, at - piece.duration)
        return min(self.pieces[-1].end, self.pieces[-1].start + at)

    def end(self, at: float) -> float:
        """Likewise, of what ends: where two pieces meet, that is in the former."""
        for piece in self.pieces[:-1]:
            if at <= piece.duration + ROUNDING:
                return min(piece.end, piece.start + at)
            at -= piece.duration
        return min(self.pieces[-1].end, self.pieces[-1].start + at)


def spliced(pcm: bytes, maybe: Sequence[Span], sure: Sequence[Span], whole: Span, longest: float) -> list[Spliced]:
    """Speech in windows of at most so many seconds, filled as far as they go."""
    padded: list[Span] = []
    for span in maybe:
        start, end = max(whole.start, span.start - PAD_SECONDS), min(whole.end, span.end + PAD_SECONDS)
        if padded and start <= padded[-1].end:
            start = padded.pop().start
        while end - start > longest:
            padded.append(Span(start, start + longest))
            start += longest
        padded.append(Span(start, end))
    groups: list[list[Span]] = []
    for span in padded:
        if not groups or sum(one.duration for one in groups[-1]) + span.duration > longest:
            groups.append([])
        groups[-1].append(span)
    return [_joined(index, pcm, maybe, sure, group) for index, group in enumerate(groups)]


def _joined(index: int, pcm: bytes, maybe: Sequence[Span], sure: Sequence[Span], pieces: Sequence[Span]) -> Spliced:
    begins = list(accumulate((piece.duration for piece in pieces), initial=0.0))

    def moved(spans: Sequence[Span]) -> tuple[Span, ...]:
        """As if the window lay at the beginning of the medium."""
        return tuple(
            Span(begin + one.start - piece.start, begin + one.end - piece.start)
            for piece, begin in zip(pieces, begins, strict=False)
            for one in clipped(spans, piece)
        )

    sound = b"".join(pcm[_byte(piece.start) : _byte(piece.end)] for piece in pieces)
    window = Window(index, 0.0, len(sound) / BYTES_PER_SECOND, moved(maybe), moved(sure))
    return Spliced(WindowAudio(window, sound), tuple(pieces))


def _byte(seconds: float) -> int:
    return 2 * round(seconds * BYTES_PER_SECOND / 2)
