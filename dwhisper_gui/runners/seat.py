"""A seat for one engine worker: filled when it is needed, with what a job needs loaded; filled anew when its worker dies."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from dwhisper_worker.contract import GET_READY, LOAD, Call, DownloadProgress, LoadRequest, ReadyRequest

from dwhisper_gui.core.errors import DWhisperError, WorkerDied, WorkerHung, WorkersDie
from dwhisper_gui.core.events import ModelDownload, ModelLoaded, Note
from dwhisper_gui.runners.runner import EngineSetup, Tell
from dwhisper_gui.workers.child import Worker

log = logging.getLogger(__name__)

Q = TypeVar("Q")
R = TypeVar("R")
E = TypeVar("E")

MOST_DEATHS_IN_A_ROW = 3
"""Workers that die so often while they load a model will not live the next time either."""
CHECK_SECONDS = 0.5
READY_SECONDS = 10.0
"""For a library to be imported. What needs longer is waited for where it is needed."""
MOST_DOUBLINGS = 2
"""Of the patience: a chunk has three tries."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a worker may be silent before it counts as hung, in seconds. `first`: while nothing tells how long its work takes (a large
    model on a slow processor needs minutes for a batch, a slow disk for its weights). For chunks, later: `times` as long as the slowest
    so far would have taken, were it as long as all the sound in hand, but at least `least`. Twice as long after each worker that was
    given up: a healthy one that is slow must not be killed three times over one chunk."""

    first: float = 900.0
    least: float = 60.0
    times: float = 5.0


@dataclass(slots=True)
class Pace:
    """How quick workers are with one model, and what they have in hand. Times are the loop's."""

    asked: int = 0
    """Requests in hand,"""
    sound: float = 0.0
    """and the seconds of sound in them."""
    busy_since: float = 0.0
    answered: float = 0.0
    slowest: float | None = None
    """Seconds a second of sound."""
    hung: set[int] = field(default_factory=set)
    """Workers that were given up since one answered."""

    def begin(self, seconds: float, now: float) -> None:
        """A request with so many seconds of sound is asked."""
        if not self.asked:
            self.busy_since = now
        self.asked += 1
        self.sound += seconds

    def end(self, seconds: float) -> None:
        """It is in hand no longer."""
        self.asked -= 1
        self.sound -= seconds

    def answer(self, seconds: float, began: float, now: float) -> None:
        """It was answered. What it waited behind others is not its own time."""
        taken = now - max(began, self.answered)
        self.answered = now
        if seconds > 0:
            self.slowest = max(self.slowest or 0.0, taken / seconds)
            self.hung.clear()

    def limit(self, seconds: float, patience: Patience) -> float:
        """How long there may be silence while a request with so many seconds of sound is in hand."""
        # What is silent over other requests (a download that is hashed, weights read from a slow disk) says nothing of the next time.
        times = float(2 ** min(len(self.hung), MOST_DOUBLINGS))
        if seconds <= 0 or self.slowest is None:
            return patience.first * times
        return max(patience.least, patience.times * self.slowest * self.sound) * times


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
        self._timed: EngineSetup | None = None
        """What the pace is known of: it outlives a worker."""
        self._pace = Pace()
        self._filling = asyncio.Lock()

    @property
    def worker(self) -> Worker | None:
        """Who sits here now."""
        return self._worker if self._worker is not None and self._worker.alive else None

    async def expect(self, setup: EngineSetup) -> None:
        """Has a worker there before it is known what it shall load. What goes wrong goes wrong in `fill` again."""
        async with self._filling:
            if self._worker is None:
                try:
                    self._worker = await Worker.start(self._command, name=self.name)
                    async with asyncio.timeout(READY_SECONDS):
                        await self._worker.ask(GET_READY, ReadyRequest(setup.engine))
                except (DWhisperError, TimeoutError) as error:
                    log.info("%s could not be made ready: %r", self.name, error)

    async def fill(self, job: str, setup: EngineSetup, tell: Tell) -> Worker:
        """A worker that is alive and has `setup` loaded. Raises what it refuses that for, or `WorkersDie` where one after the other dies
        before it has. (Those that die over a chunk are the chunk's affair: it has three tries.)"""
        async with self._filling:
            deaths = 0
            if setup != self._timed:
                self._timed, self._pace = setup, Pace()
            while self.worker is None or self._setup != setup:
                if self.worker is None or self._setup is not None:
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

        if self._worker is None:
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
        if loaded.without_gpu:
            tell(Note(job, "without_gpu", {"detail": loaded.without_gpu}))
        tell(ModelLoaded(job, loaded.model, loaded.device, loaded.compute_type, loaded.threads, loaded.seconds))

    async def ask(
        self, worker: Worker, call: Call[Q, R, E], request: Q, on_event: Callable[[E], None] | None = None, *, seconds: float = 0.0
    ) -> R:
        """As `Worker.ask`; a worker that is silent for too long is killed and the answer is `WorkerHung`. `seconds`: of sound that is to
        be transcribed."""
        now = asyncio.get_running_loop().time
        pace, began = self._pace, now()
        asking = asyncio.ensure_future(worker.ask(call, request, on_event))
        pace.begin(seconds, began)
        try:
            while not asking.done():
                await asyncio.wait({asking}, timeout=CHECK_SECONDS)
                silence = now() - max(worker.last_sign, pace.busy_since)
                if not asking.done() and silence > pace.limit(seconds, self._patience):
                    pace.hung.add(worker.pid)
                    worker.kill(WorkerHung(seconds=silence))
            reply = await asking
            pace.answer(seconds, began, now())
            return reply
        finally:
            pace.end(seconds)
            asking.cancel()

    async def _empty(self) -> None:
        worker, self._worker, self._setup = self._worker, None, None
        if worker is not None:
            await worker.close()

    async def close(self) -> None:
        """Ends its worker."""
        async with self._filling:
            await self._empty()
