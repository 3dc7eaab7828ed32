"""A seat for one engine worker: filled when it is needed, with what a job needs loaded; filled anew when its worker dies."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from dwhisper_worker.contract import LOAD, TRANSCRIBE, Call, DownloadProgress, LoadRequest

from dwhisper_gui.core.errors import WorkerDied, WorkerHung, WorkersDie
from dwhisper_gui.core.events import ModelDownload, ModelLoaded
from dwhisper_gui.runners.runner import EngineSetup, Tell
from dwhisper_gui.workers.child import Worker

log = logging.getLogger(__name__)

Q = TypeVar("Q")
R = TypeVar("R")
E = TypeVar("E")

MOST_DEATHS_IN_A_ROW = 3
"""Workers that die so often while they load a model will not live the next time either."""
CHECK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a worker may be silent over a request before it counts as hung, in seconds. `first`: while nothing tells how long such a
    request takes (a large model on a slow processor needs minutes for a batch, a slow disk for its weights). For chunks, later: `times`
    its longest silence over one so far, but at least `least`."""

    first: float = 900.0
    least: float = 60.0
    times: float = 10.0


@dataclass(slots=True)
class Pulse:
    """The signs of life over requests of one kind: the loop's time of the last one, and the longest silence between two."""

    last: float = 0.0
    in_flight: int = 0
    longest_silence: float | None = None

    def sign(self, now: float) -> None:
        """It answered, or told of an event."""
        self.longest_silence = max(self.longest_silence or 0.0, now - self.last)
        self.last = now


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
        self._pulses: dict[str, Pulse] = {}
        self._filling = asyncio.Lock()

    @property
    def worker(self) -> Worker | None:
        """Who sits here now."""
        return self._worker if self._worker is not None and self._worker.alive else None

    async def fill(self, job: str, setup: EngineSetup, tell: Tell) -> Worker:
        """A worker that is alive and has `setup` loaded. Raises what it refuses that for, or `WorkersDie` where one after the other dies
        before it has. (Those that die over a chunk are the chunk's affair: it has three tries.)"""
        async with self._filling:
            deaths = 0
            while self.worker is None or self._setup != setup:
                await self._empty()
                try:
                    await self._start(job, setup, tell)
                except WorkerDied as error:
                    deaths += 1
                    log.warning("worker %s died while it started, %d in a row: %s", self.name, deaths, error)
                    if deaths == MOST_DEATHS_IN_A_ROW:
                        raise WorkersDie(model=setup.model, detail=error.fields["detail"]) from error
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
        loaded = await self.ask(self._worker, LOAD, request, downloading)
        self._setup = setup
        tell(ModelLoaded(job, loaded.model, loaded.device, loaded.compute_type, loaded.threads, loaded.seconds))

    async def ask(self, worker: Worker, call: Call[Q, R, E], request: Q, on_event: Callable[[E], None] | None = None) -> R:
        """As `Worker.ask`; a worker that is silent for too long is killed and the answer is `WorkerHung`."""
        loop = asyncio.get_running_loop()
        pulse = self._pulses.setdefault(call.name, Pulse())
        if not pulse.in_flight:
            pulse.last = loop.time()

        def heard(event: E) -> None:
            pulse.sign(loop.time())
            if on_event is not None:
                on_event(event)

        asking = asyncio.ensure_future(worker.ask(call, request, heard))
        pulse.in_flight += 1
        try:
            while not asking.done():
                await asyncio.wait({asking}, timeout=CHECK_SECONDS)
                silence = loop.time() - pulse.last
                if not asking.done() and silence > self._limit(call, pulse):
                    worker.kill(WorkerHung(seconds=silence))
            reply = await asking
            pulse.sign(loop.time())
            return reply
        finally:
            pulse.in_flight -= 1
            asking.cancel()

    def _limit(self, call: Call[Q, R, E], pulse: Pulse) -> float:
        # What is silent over other requests (a download that is hashed, weights read from a slow disk) says nothing of the next time.
        if call is not TRANSCRIBE or pulse.longest_silence is None:
            return self._patience.first
        return max(self._patience.least, self._patience.times * pulse.longest_silence)

    async def _empty(self) -> None:
        worker, self._worker, self._setup = self._worker, None, None
        if worker is not None:
            await worker.close()

    async def close(self) -> None:
        """Ends its worker."""
        async with self._filling:
            await self._empty()
