"""Which runner a job gets: the one that the user names; else the one that it was begun with; else that of the settings."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from dwhisper_gui.runners.runner import EngineSetup, Runner

MEMORY = "runner"
"""Under what the name of the runner is in a job's memory."""

Make = Callable[[], Awaitable[Runner]]


class Runners:
    """Those there are, by name; each is made when it is first needed."""

    def __init__(self, make: Mapping[str, Make], usual: str, named: str | None = None) -> None:
        self._make = make
        self._usual = usual
        self._named = named
        self._made: dict[str, Runner] = {}
        self._making = asyncio.Lock()

    def name_for(self, memory: Mapping[str, str]) -> str:
        """Which runner a job gets, from its memory."""
        remembered = memory.get(MEMORY)
        return self._named or (remembered if remembered in self._make else None) or self._usual

    async def named(self, name: str) -> Runner:
        """A runner. Raises `DWhisperError` where it can't be had."""
        async with self._making:
            if name not in self._made:
                self._made[name] = await self._make[name]()
            return self._made[name]

    async def ready(self) -> None:
        """Makes the one that new jobs get. Raises likewise."""
        await self.named(self.name_for({}))

    def expect(self, setup: EngineSetup) -> None:
        """See `Runner.expect`: of a new job."""
        runner = self._made.get(self.name_for({}))
        if runner is not None:
            runner.expect(setup)

    async def close(self) -> None:
        """Closes those that were made."""
        for runner in self._made.values():
            await runner.close()
