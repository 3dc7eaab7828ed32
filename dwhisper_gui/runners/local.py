"""The runner for one computer: engine workers as child processes, no network, no queue for others."""

import asyncio
import logging
import platform
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass, field, replace

from dwhisper_worker.contract import (
    DETECT_LANGUAGE,
    DRAIN,
    TRANSCRIBE,
    DetectRequest,
    Nothing,
    TranscribeEvent,
    TranscribeReply,
    TranscribeRequest,
)

from dwhisper_gui.core.errors import DWhisperError, OutOfMemory, WorkerError, WorkerNonsense
from dwhisper_gui.core.events import Note
from dwhisper_gui.core.journal import Journal
from dwhisper_gui.core.plan import WINDOW_SECONDS, WINDOWS_IN_CHUNK
from dwhisper_gui.core.together import first_cause
from dwhisper_gui.core.waiting import unless
from dwhisper_gui.runners.board import Board
from dwhisper_gui.runners.runner import ChunkAudio, CutClips, EngineSetup, Prepare, Task, Tell
from dwhisper_gui.runners.seat import Patience, Seat
from dwhisper_gui.runners.sense import are_figures, are_shares, is_result_of
from dwhisper_gui.workers.child import Worker

log = logging.getLogger(__name__)

MOST_TRIES = 3
WINDOWS_IN_FLIGHT = 12
"""Enough that no engine thread waits while a result travels, and that each finds some to fill its batch with; more would only hold sound in
memory."""
WINDOWS_AHEAD = 4
"""A larger processor is given so many more than one for each core."""
CHUNKS_EACH = 2
"""Of several workers each has its next chunk while it does one, and hardly more, so that all have some."""

Admission = Callable[[Callable[[], None]], AbstractAsyncContextManager[None]]
"""Entered while the engine works: one local engine a user. It calls back where it has to wait."""


@dataclass(frozen=True, slots=True)
class LocalSetup:
    """How to run workers here. `processes`: engine processes (each with a copy of the model); `threads`: engine threads in each, 0 for one
    a core."""

    command: Sequence[str]
    models_folder: str
    processes: int = 1
    threads: int = 0
    cores: int = 1
    patience: Patience = field(default_factory=Patience)


class LocalRunner:
    """Implements `Runner` with child processes, which stay loaded from one job to the next."""

    def __init__(self, setup: LocalSetup, admission: Admission) -> None:
        self._setup = setup
        self._admission = admission
        self._host = platform.node()
        self._seats = [
            Seat(f"local-{number}", setup.command, setup.models_folder, setup.threads, setup.patience)
            for number in range(1, setup.processes + 1)
        ]
        self._expecting: list[asyncio.Future[None]] = []

    def expect(self, setup: EngineSetup) -> None:
        """Starts the workers, which takes as long as it takes to look at a recording."""
        if not self._expecting:
            self._expecting = [asyncio.ensure_future(seat.expect(setup)) for seat in self._seats]

    async def fleet(self, setup: EngineSetup) -> None:
        """This computer alone."""

    async def detect_language(
        self, job: str, setup: EngineSetup, cut: CutClips, journal: Journal, memory: Mapping[str, str], tell: Tell
    ) -> tuple[dict[str, float], ...]:
        """For each clip the probability of each language, by the model that the job is transcribed with."""
        seat = self._seats[0]
        async with self._admission(_waiting(job, tell)):
            try:
                async with asyncio.TaskGroup() as group:
                    cutting = group.create_task(cut())
                    group.create_task(seat.fill(job, setup, tell))
            except BaseExceptionGroup as failures:
                raise first_cause(failures) from failures
            clips = tuple(cutting.result())
            if not clips:
                return ()
            for attempt in range(1, MOST_TRIES + 1):
                worker = await seat.fill(job, setup, tell)
                try:
                    reply = await seat.ask(worker, DETECT_LANGUAGE, DetectRequest(clips))
                    if are_shares(reply.probabilities, len(clips)):
                        return reply.probabilities
                    worker.kill()
                    raise WorkerNonsense(detail=f"detect_language: what it says of {len(clips)} clips makes no sense")
                except WorkerError:
                    log.exception("detecting the language failed, try %d", attempt)
                    if attempt == MOST_TRIES:
                        raise
            raise AssertionError("unreachable")

    async def run(self, task: Task, prepare: Prepare, journal: Journal, stop: asyncio.Event, tell: Tell) -> None:
        """See `Runner.run`."""
        windows = max(WINDOWS_IN_FLIGHT, WINDOWS_AHEAD + self._setup.cores)
        board = Board(windows)
        # A chunk may be a single window.
        lanes = max(CHUNKS_EACH, windows // (len(self._seats) * WINDOWS_IN_CHUNK)) if len(self._seats) > 1 else windows
        async with AsyncExitStack() as held:
            admitted = held.enter_async_context(self._admission(_waiting(task.job, tell)))
            await unless(stop, admitted)
            if stop.is_set():
                return
            try:
                async with asyncio.TaskGroup() as group:
                    feeding = group.create_task(board.feed(_prepared_ahead(task.parts, prepare)))
                    stopping = group.create_task(self._stop_when(stop, board))
                    working = [
                        group.create_task(self._lane(seat, task, board, journal, stop, tell)) for seat in self._seats for _ in range(lanes)
                    ]
                    await asyncio.wait(working)
                    feeding.cancel()
                    stopping.cancel()
            except BaseExceptionGroup as failures:
                self._kill()
                raise first_cause(failures) from failures
            except asyncio.CancelledError:
                self._kill()
                raise

    def goes_on(self, memory: Mapping[str, str]) -> bool:
        """Its workers end with this program."""
        return False

    async def finish(self, job: str, memory: Mapping[str, str]) -> None:
        """Nobody else goes by it."""

    async def withdraw(self, job: str, memory: Mapping[str, str]) -> None:
        """Nothing goes on here without this program."""

    async def close(self) -> None:
        """Ends the workers."""
        for expecting in self._expecting:
            expecting.cancel()
        await asyncio.gather(*self._expecting, return_exceptions=True)
        await asyncio.gather(*(seat.close() for seat in self._seats))

    def _kill(self) -> None:
        for seat in self._seats:
            if seat.worker is not None:
                seat.worker.kill()

    async def _stop_when(self, stop: asyncio.Event, board: Board) -> None:
        await stop.wait()
        await board.close()
        for seat in self._seats:
            if seat.worker is not None:
                with suppress(WorkerError):
                    await seat.worker.ask(DRAIN, Nothing())

    async def _lane(self, seat: Seat, task: Task, board: Board, journal: Journal, stop: asyncio.Event, tell: Tell) -> None:
        """Takes chunks one after the other. Several lanes of a seat keep its worker from ever waiting for one."""
        # The model is loaded while the first part is prepared.
        await unless(stop, seat.fill(task.job, task.setup, tell))
        while audio := await board.take(seat.name):
            key = audio.chunk.key
            worker = await unless(stop, seat.fill(task.job, task.setup, tell))
            if worker is None:
                return
            lease = await journal.leased(key, f"{seat.name} ({worker.pid})", self._host)
            if stop.is_set():
                await journal.released(key, lease, "stopped")
                return
            done: set[int] = set()
            try:
                reply = await self._transcribe(seat, worker, task, audio, journal, done)
            except WorkerError as error:
                short = isinstance(error, OutOfMemory)
                final = lease >= MOST_TRIES and not short
                await journal.failed(key, lease, error.sentence(), final=final)
                if short:  # the worker has waited for memory: what follows would come to the same
                    raise
                left = replace(audio, windows=tuple(one for one in audio.windows if one.window.index not in done))
                await (board.done(seat.name, audio) if final else board.give_back(seat.name, left))
            else:
                if reply.complete:
                    await journal.result(key, lease, reply.figures)
                else:
                    await journal.released(key, lease, "stopped")
                await board.done(seat.name, audio)

    async def _transcribe(
        self, seat: Seat, worker: Worker, task: Task, audio: ChunkAudio, journal: Journal, done: set[int]
    ) -> TranscribeReply:
        """Has one chunk transcribed; each window is in the journal, and its index in `done`, before this returns or raises."""
        expected = {one.window.index: one.window for one in audio.windows}
        writing: list[asyncio.Task[bool]] = []

        def take(event: TranscribeEvent) -> None:
            result = event.window
            if result is None:
                return
            window = expected.get(result.index)
            if window is None or not is_result_of(window, result):
                worker.kill(WorkerNonsense(detail=f"a result for window {result.index} that does not fit it"))
                return
            done.add(result.index)
            writing.append(asyncio.ensure_future(journal.window_done(audio.chunk.key, result)))

        # A short window takes a model nearly as long as a full one.
        request = TranscribeRequest(str(audio.chunk.key), task.decoding, audio.windows)
        try:
            reply = await seat.ask(worker, TRANSCRIBE, request, take, seconds=WINDOW_SECONDS * len(audio.windows))
        finally:
            await asyncio.gather(*writing)
        if reply.complete and done != set(expected):
            worker.kill()
            raise WorkerNonsense(detail=f"a chunk said to be complete with {len(done)} of {len(expected)} windows")
        if not are_figures(reply.figures):
            worker.kill()
            raise WorkerNonsense(detail=f"figures that can't be: {reply.figures}")
        return reply


def _waiting(job: str, tell: Tell) -> Callable[[], None]:
    return lambda: tell(Note(job, "engine_busy", {}))


async def _prepared_ahead(parts: Sequence[int], prepare: Prepare) -> AsyncGenerator[ChunkAudio, None]:
    """The chunks of all parts in order; while one part's are given out, the next part is prepared."""
    following: asyncio.Task[tuple[ChunkAudio | None, AsyncIterator[ChunkAudio]]] | None = None
    try:
        for i, part in enumerate(parts):
            chunk, rest = await (following or asyncio.ensure_future(_begun(prepare(part))))
            following = asyncio.ensure_future(_begun(prepare(parts[i + 1]))) if i + 1 < len(parts) else None
            if chunk is not None:
                yield chunk
                async for chunk in rest:
                    yield chunk
    finally:
        if following is not None:
            following.cancel()
            with suppress(asyncio.CancelledError, DWhisperError):
                await following


async def _begun(chunks: AsyncIterator[ChunkAudio]) -> tuple[ChunkAudio | None, AsyncIterator[ChunkAudio]]:
    """The first chunk, which takes all the preparation, and the rest."""
    return await anext(chunks, None), chunks
