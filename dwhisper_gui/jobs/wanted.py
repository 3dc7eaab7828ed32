"""The jobs that a call of `Queue.work` is for: some are named when others are under way."""

import asyncio
from collections.abc import AsyncIterator, Iterable


class Wanted:
    """Jobs by their ids. `left`: have not ended; `begun`: had a turn; `elsewhere`: were found in another program's hands; `waited_for`: are
    paused while all else is done, and that was told."""

    def __init__(self, jobs: Iterable[str]) -> None:
        self.left = set(jobs)
        self.begun: set[str] = set()
        self.elsewhere: set[str] = set()
        self.waited_for: set[str] = set()
        self.complete = False
        """No more will be named."""
        self.changed = asyncio.Event()
        """Set when another job is named, and when no more will be."""

    async def add(self, more: AsyncIterator[str] | None) -> None:
        """Takes in those that `more` names, as they come; what it raises is raised."""
        try:
            if more is not None:
                async for job in more:
                    self.left.add(job)
                    self.changed.set()
        finally:
            self.complete = True
            self.changed.set()
