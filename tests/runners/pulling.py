"""A runner as one for many machines would be: a server that keeps the tasks, and pullers that ask it for the next one.

Nothing goes over a network here, but its rules hold: a task goes to whoever asks, parts are prepared in any order and sometimes twice,
every result is delivered twice, and one comes long after its lease was lost and the chunk was done by another."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dwhisper_worker.contract import (
    DETECT_LANGUAGE,
    DRAIN,
    LOAD,
    TRANSCRIBE,
    DetectRequest,
    LoadRequest,
    Nothing,
    TranscribeEvent,
    TranscribeReply,
    TranscribeRequest,
    WindowResult,
)

from dwhisper_gui.core.journal import Journal
from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.runners.runner import ChunkAudio, CutClips, EngineSetup, Prepare, Task, Tell
from dwhisper_gui.workers.child import Worker, worker_command


@dataclass(frozen=True, slots=True)
class Lease:
    """A chunk in a puller's hand."""

    audio: ChunkAudio
    number: int

    @property
    def key(self) -> ChunkKey:
        """Of its chunk."""
        return self.audio.chunk.key


class Server:
    """Of one run: what is to be done, in whose hand it is, and what was delivered. `lose`: a chunk whose first lease it loses at once;
    `given`: the parts in the order they were given out; `repeats`: what the journal answered to what it had been told before."""

    def __init__(self, parts: Sequence[int], journal: Journal, lose: ChunkKey | None) -> None:
        self.given: list[int] = []
        self.repeats: list[bool] = []
        self._parts = deque(parts)
        self._chunks: deque[ChunkAudio] = deque()
        self._known: set[ChunkKey] = set()
        self._done: set[ChunkKey] = set()
        self._journal = journal
        self._lose = lose
        self._in_hand = 0
        self._closed = False
        self._changed = asyncio.Condition()

    async def pull(self, puller: str) -> int | Lease | None:
        """The next task: a chunk to transcribe or, where there is none, a part to prepare. None: there will be no more."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._closed or self._chunks or self._parts or not self._in_hand)
            if self._closed or not (self._chunks or self._parts):
                return None
            self._in_hand += 1
            if not self._chunks:
                self.given.append(self._parts.popleft())
                return self.given[-1]
            audio = self._chunks.popleft()
        lease = Lease(audio, await self._journal.leased(audio.chunk.key, puller, f"host of {puller}"))
        if lease.key == self._lose and lease.number == 1:
            await self._journal.failed(lease.key, lease.number, "the lease was lost", final=False)
            async with self._changed:
                self._chunks.appendleft(audio)
                self._changed.notify_all()
        return lease

    async def add(self, audio: ChunkAudio) -> None:
        """A chunk of a part that was prepared; one that is known already is not given out once more."""
        async with self._changed:
            if audio.chunk.key not in self._known:
                self._known.add(audio.chunk.key)
                self._chunks.append(audio)
                self._changed.notify_all()

    async def deliver(self, lease: Lease, results: Sequence[WindowResult], reply: TranscribeReply) -> None:
        """Writes down what came for a lease, twice. What comes for the lost one is held up until another has done the chunk."""
        if lease.key == self._lose and lease.number == 1:
            async with self._changed:
                await self._changed.wait_for(lambda: self._closed or lease.key in self._done)
        for known in (lease.key in self._done, True):
            news = [await self._journal.window_done(lease.key, result) for result in results]
            if reply.complete:
                news.append(await self._journal.result(lease.key, lease.number, reply.figures))
            if known:
                self.repeats += news
        if not reply.complete:
            await self._journal.released(lease.key, lease.number, "stopped")
        async with self._changed:
            if reply.complete:
                self._done.add(lease.key)

    async def give_back(self, lease: Lease) -> None:
        """Nothing came of a lease, for no fault of the puller's."""
        await self._journal.released(lease.key, lease.number, "stopped")

    async def finished(self) -> None:
        """A puller has dealt with its task."""
        async with self._changed:
            self._in_hand -= 1
            self._changed.notify_all()

    async def close(self) -> None:
        """Gives out nothing more."""
        async with self._changed:
            self._closed = True
            self._changed.notify_all()


class PullRunner:
    """Implements `Runner`. `order`: in which the parts are given out; a part named twice is prepared twice."""

    def __init__(self, models_folder: str, order: Sequence[int], pullers: int, lose: ChunkKey | None = None) -> None:
        self.servers: list[Server] = []
        self._models_folder = models_folder
        self._order = order
        self._names = [f"puller-{number}" for number in range(1, pullers + 1)]
        self._lose = lose
        self._workers: dict[str, Worker] = {}

    def expect(self, setup: EngineSetup) -> None:
        """See `Runner`."""

    async def fleet(self, setup: EngineSetup) -> None:
        """See `Runner`."""

    async def detect_language(
        self, job: str, setup: EngineSetup, cut: CutClips, journal: Journal, memory: Mapping[str, str], tell: Tell
    ) -> tuple[dict[str, float], ...]:
        """See `Runner`."""
        clips = tuple(await cut())
        if not clips:
            return ()
        worker = await self._worker(self._names[0], setup)
        return (await worker.ask(DETECT_LANGUAGE, DetectRequest(clips))).probabilities

    async def run(self, task: Task, prepare: Prepare, journal: Journal, stop: asyncio.Event, tell: Tell) -> None:
        """See `Runner`."""
        server = Server([part for part in self._order if part in task.parts], journal, self._lose)
        self.servers.append(server)
        async with asyncio.TaskGroup() as group:
            stopping = group.create_task(self._stop_when(stop, server))
            await asyncio.wait([group.create_task(self._pull(name, server, task, prepare, stop)) for name in self._names])
            stopping.cancel()

    async def finish(self, job: str, memory: Mapping[str, str]) -> None:
        """See `Runner`."""

    def goes_on(self, memory: Mapping[str, str]) -> bool:
        """See `Runner`."""
        return False

    async def withdraw(self, job: str, memory: Mapping[str, str]) -> None:
        """See `Runner`."""

    async def close(self) -> None:
        """See `Runner`."""
        await asyncio.gather(*(worker.close() for worker in self._workers.values()))

    async def _pull(self, name: str, server: Server, task: Task, prepare: Prepare, stop: asyncio.Event) -> None:
        worker = await self._worker(name, task.setup)
        while (given := await server.pull(name)) is not None:
            if isinstance(given, int):
                async for audio in prepare(given):
                    await server.add(audio)
            elif stop.is_set():
                await server.give_back(given)
            else:
                results: list[WindowResult] = []

                def take(event: TranscribeEvent, into: list[WindowResult] = results) -> None:
                    if event.window is not None:
                        into.append(event.window)

                request = TranscribeRequest(str(given.key), task.decoding, given.audio.windows)
                reply = await worker.ask(TRANSCRIBE, request, take)
                await server.deliver(given, results, reply)
            await server.finished()

    async def _stop_when(self, stop: asyncio.Event, server: Server) -> None:
        await stop.wait()
        await server.close()
        for worker in self._workers.values():
            await worker.ask(DRAIN, Nothing())

    async def _worker(self, name: str, setup: EngineSetup) -> Worker:
        if name not in self._workers:
            worker = self._workers[name] = await Worker.start(worker_command(()), name=name)
            await worker.ask(
                LOAD,
                LoadRequest(
                    setup.engine, setup.model, self._models_folder, setup.device, setup.compute_type, 1, setup.language, setup.translate
                ),
            )
        return self._workers[name]
