"""A seat for one engine worker: filled when it is needed, with what a job needs loaded; filled anew when its worker dies."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from dwhisper_worker.contract import LOAD, Call, DownloadProgress, LoadRequest

from dwhisper_gui.core.errors import WorkerDied, WorkerHung
from dwhisper_gui.core.events import ModelDownload, ModelLoaded
from dwhisper_gui.runners.runner import EngineSetup, Tell
from dwhisper_gui.workers.child import Worker

log = logging.getLogger(__name__)

Q = TypeVar("Q")
R = TypeVar("R")
E = TypeVar("E")

MOST_DEATHS_IN_A_ROW = 5
"""Workers that die so often without a single answer will not live the next time either."""
CHECK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a worker may be silent with work in hand before it counts as hung, in seconds: `first` before its first sign of life (a
    large model on a slow processor takes minutes for a batch), later `times` its longest silence so far, but at least `least`."""

    first: float = 900.0
    least: float = 60.0
    times: float = 10.0


class Seat:
    """Serves one engine worker after another."""

    def __init__(self, name: str, command: Sequence[str], models_folder: str, threads: int, patience: Patience) -> None:
        self.name = name
        self._command = command
        self._models_folder = models_folder
        self._threads = threads
        self._patience = patience
        self._worker: Worker | None = None
        self._setup: EngineSetup | None = None
        self._deaths = 0
        self._longest_silence: float | None = None
        self._filling = asyncio.Lock()

    @property
    def worker(self) -> Worker | None:
        """Who sits here now."""
        return self._worker if self._worker is not None and self._worker.alive else None

    async def fill(self, job: str, setup: EngineSetup, tell: Tell) -> Worker:
        """A worker that is alive and has `setup` loaded. Raises what it refuses that for, or `WorkerDied` where one after the other
        dies."""
        async with self._filling:
            while self.worker is None or self._setup != setup:
                await self._empty()
                if self._deaths >= MOST_DEATHS_IN_A_ROW:
                    self._deaths = 0
                    raise WorkerDied(detail=f"{MOST_DEATHS_IN_A_ROW} times in a row")
                try:
                    await self._start(job, setup, tell)
                except WorkerDied as error:
                    self._deaths += 1
                    log.warning("worker %s died while starting: %s", self.name, error)
                except BaseException:
                    await self._empty()
                    raise
            assert self._worker is not None  # noqa: S101 - the loop's condition
            return self._worker

    async def _start(self, job: str, setup: EngineSetup, tell: Tell) -> None:
        def downloading(progress: DownloadProgress) -> None:
            tell(ModelDownload(job, progress.model, progress.done_bytes, progress.total_bytes))

        self._worker = await Worker.start(self._command, name=self.name)
        request = LoadRequest(
            engine=setup.engine,
            model=setup.model,
            folder=self._models_folder,
            device=setup.device,
            compute_type=setup.compute_type,
            threads=self._threads,
            language=setup.language,
            translate=setup.translate,
        )
        loaded = await self._watched(self._worker, LOAD, request, downloading)
        self._setup = setup
        tell(ModelLoaded(job, loaded.model, loaded.device, loaded.compute_type, loaded.threads, loaded.seconds))

    async def ask(self, worker: Worker, call: Call[Q, R, E], request: Q, on_event: Callable[[E], None] | None = None) -> R:
        """As `Worker.ask`; a worker that is silent for too long is killed and the answer is `WorkerHung`."""
        try:
            reply = await self._watched(worker, call, request, on_event)
        except WorkerDied:
            self._deaths += 1
            raise
        self._deaths = 0
        return reply

    async def _watched(self, worker: Worker, call: Call[Q, R, E], request: Q, on_event: Callable[[E], None] | None) -> R:
        loop = asyncio.get_running_loop()
        asking = asyncio.ensure_future(worker.ask(call, request, on_event))
        last = began = loop.time()
        try:
            while not asking.done():
                await asyncio.wait({asking}, timeout=CHECK_SECONDS)
                if worker.last_sign > last:
                    self._longest_silence = max(self._longest_silence or 0.0, worker.last_sign - last)
                    last = worker.last_sign
                silence = loop.time() - max(last, began)
                if not asking.done() and silence > self._limit():
                    worker.kill(WorkerHung(seconds=silence))
            return await asking
        finally:
            asking.cancel()

    def _limit(self) -> float:
        if self._longest_silence is None:
            return self._patience.first
        return max(self._patience.least, self._patience.times * self._longest_silence)

    async def _empty(self) -> None:
        worker, self._worker, self._setup = self._worker, None, None
        if worker is not None:
            await worker.close()

    async def close(self) -> None:
        """Ends its worker."""
        async with self._filling:
            await self._empty()
