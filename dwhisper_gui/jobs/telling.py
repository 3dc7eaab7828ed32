"""A journal that also tells: what is written down becomes an event, and the progress with it."""

import time

from dwhisper_worker.contract import Figures, WindowResult

from dwhisper_gui.core.events import ChunkDone, ChunkFailed, ChunkLeased, PartPrepared, Progress, Remembered, WindowDone
from dwhisper_gui.core.journal import Journal
from dwhisper_gui.core.plan import ChunkKey, PreparedPart
from dwhisper_gui.core.progress import Pace
from dwhisper_gui.runners.runner import Tell


class TellingJournal:
    """Implements `core.journal.Journal` on another one. Events come after the fact is safe."""

    def __init__(self, job: str, journal: Journal, pace: Pace, tell: Tell) -> None:
        self._job = job
        self._journal = journal
        self._pace = pace
        self._tell = tell
        self._windows: dict[tuple[int, int], float] = {}
        self._silence: dict[int, float] = {}
        """In parts of which no window is done yet. It counts with the first of them: many parts may be prepared long before their turn."""

    def know(self, part: PreparedPart) -> None:
        """A part that was prepared in an earlier run."""
        for chunk in part.chunks:
            for window in chunk.windows:
                self._windows[part.index, window.index] = window.end - window.start

    async def part_prepared(self, part: PreparedPart) -> None:
        """See `Journal`."""
        await self._journal.part_prepared(part)
        self.know(part)
        self._tell(PartPrepared(self._job, part))
        silence = part.span.duration - sum(chunk.audio_seconds for chunk in part.chunks)
        if part.chunks:
            self._silence[part.index], silence = silence, 0.0
        self._advance(silence)

    async def leased(self, chunk: ChunkKey, worker: str, host: str) -> int:
        """See `Journal`."""
        self._pace.begin(time.monotonic())
        lease = await self._journal.leased(chunk, worker, host)
        self._tell(ChunkLeased(self._job, chunk, worker, lease))
        return lease

    async def window_done(self, chunk: ChunkKey, result: WindowResult) -> bool:
        """See `Journal`."""
        new = await self._journal.window_done(chunk, result)
        if new:
            self._tell(WindowDone(self._job, chunk, result))
            self._advance(self._windows.get((chunk.part, result.index), 0.0) + self._silence.pop(chunk.part, 0.0))
        return new

    async def result(self, chunk: ChunkKey, lease: int, figures: Figures) -> bool:
        """See `Journal`."""
        new = await self._journal.result(chunk, lease, figures)
        if new:
            self._tell(ChunkDone(self._job, chunk, lease, figures))
        return new

    async def released(self, chunk: ChunkKey, lease: int, reason: str) -> None:
        """See `Journal`."""
        await self._journal.released(chunk, lease, reason)

    async def failed(self, chunk: ChunkKey, lease: int, reason: str, *, final: bool) -> None:
        """See `Journal`."""
        await self._journal.failed(chunk, lease, reason, final=final)
        self._tell(ChunkFailed(self._job, chunk, lease, reason, final))

    async def remember(self, key: str, value: str) -> None:
        """See `Journal`."""
        await self._journal.remember(key, value)
        self._tell(Remembered(self._job, key, value))

    def _advance(self, seconds: float) -> None:
        self._pace.add(seconds)
        now = time.monotonic()
        self._tell(Progress(self._job, self._pace.done, self._pace.total, self._pace.speed(now), self._pace.seconds_left(now)))
