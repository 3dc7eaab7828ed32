"""A worker that is there when it is needed: started at the first request, replaced when it dies."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TypeVar

from dwhisper_worker.contract import Call, HelloReply

from dwhisper_gui.core.errors import WorkerDied, WorkerHung, WorkerNonsense
from dwhisper_gui.workers.child import Worker

log = logging.getLogger(__name__)

Q = TypeVar("Q")
R = TypeVar("R")
E = TypeVar("E")

MOST_TRIES = 3


class StandingWorker:
    """For requests that may be repeated: what a worker died of is asked of the next one, three times at most."""

    def __init__(self, name: str, command: Sequence[str], silence_seconds: float = 120.0) -> None:
        self._name = name
        self._command = command
        self._silence_seconds = silence_seconds
        self._worker: Worker | None = None
        self._starting = asyncio.Lock()
        self._trying_again = asyncio.Lock()

    async def ask(self, call: Call[Q, R, E], request: Q, on_event: Callable[[E], None] | None = None) -> R:
        """As `Worker.ask`. Raises what the worker refuses, or the last of three failures."""
        for attempt in range(1, MOST_TRIES + 1):
            # One after the other from the second try on: what a worker dies of takes all that is asked of it at the time.
            async with self._trying_again if attempt > 1 else nullcontext():
                worker = await self._present()
                try:
                    async with asyncio.timeout(self._silence_seconds):
                        return await worker.ask(call, request, on_event)
                except TimeoutError:
                    worker.kill()
                    error: Exception = WorkerHung(seconds=self._silence_seconds)
                except (WorkerDied, WorkerNonsense) as failure:
                    error = failure
            log.warning("%s: %s failed, try %d: %s", self._name, call.name, attempt, error)
        raise error

    async def hello(self) -> HelloReply:
        """What it says of itself. Raises as `Worker.start` does."""
        return (await self._present()).hello

    async def _present(self) -> Worker:
        async with self._starting:
            if self._worker is None or not self._worker.alive:
                await self._end()
                self._worker = await Worker.start(self._command, name=self._name)
            return self._worker

    async def close(self) -> None:
        """Ends it, if it is there."""
        async with self._starting:
            await self._end()

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.close()
