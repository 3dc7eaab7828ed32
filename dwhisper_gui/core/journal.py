"""The journal: where a runner writes down what happens to a job's chunks, as it happens.

A runner sees this and never SQL; the store behind it never sees how a runner works. Every method returns once the fact is safe
on disk."""

from typing import Protocol

from dwhisper_worker.contract import Figures, WindowResult

from dwhisper_gui.core.plan import ChunkKey, PreparedPart

REVISION = "revision"
"""Under this a job remembers how often what is to be done of it changed otherwise than by who had it: failed chunks were opened again, a
part is to be prepared anew, another runner did some of it. What was given out before is of no use then."""


class Journal(Protocol):
    """Of one job, for the program that owns it. Raises `StoreUnusable` where the disk fails."""

    async def part_prepared(self, part: PreparedPart) -> None:
        """Edges, windows and chunks of a part, all or nothing. Idempotent."""

    async def leased(self, chunk: ChunkKey, worker: str, host: str) -> int:
        """A worker has the chunk from now on. Returns the lease's number, which counts the tries of this chunk from 1."""

    async def window_done(self, chunk: ChunkKey, result: WindowResult) -> bool:
        """One window's text. False, and nothing is changed, where it was known already."""

    async def result(self, chunk: ChunkKey, lease: int, figures: Figures) -> bool:
        """The chunk is done: all its windows are. False where it was done already."""

    async def released(self, chunk: ChunkKey, lease: int, reason: str) -> None:
        """The worker gave the chunk back through no fault of its own (pause, cancel, the program ends)."""

    async def failed(self, chunk: ChunkKey, lease: int, reason: str, *, final: bool) -> None:
        """A try failed, with the sentence why; with `final` the chunk is failed and is not given out again before a retry."""

    async def remember(self, key: str, value: str) -> None:
        """A decision that holds for the whole job from now on."""
