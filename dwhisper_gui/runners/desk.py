"""One job's side of its workflow: prepares the parts that the server waits for, takes what workers send back, gives up what fails.

The server hands out nothing to this side: a part's task is completed by its name, whenever this program gets to it. So a laptop that
sleeps holds no lease that could end, and the parts come in order."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from dwhisper_worker.contract import Failure
from dwhisper_worker.tasks import PREPARE_PART, TRANSCRIBE_CHUNK, TaskFailure, TaskOutput

from dwhisper_gui.conductor.api import Api, ServerTask
from dwhisper_gui.core.errors import from_failure
from dwhisper_gui.core.journal import Journal
from dwhisper_gui.core.plan import Chunk, ChunkKey
from dwhisper_gui.core.server_errors import FileGone
from dwhisper_gui.media.encode import encoded
from dwhisper_gui.runners.runner import ChunkAudio, Prepare, Task
from dwhisper_gui.runners.sealed import ResultDamaged, Seals
from dwhisper_gui.runners.sense import is_result_of

log = logging.getLogger(__name__)

MOST_TRIES = 3
"""That ended in an error; of those that ended since a worker vanished, as many make a chunk the likely cause."""
SIDE_BY_SIDE = 4
"""Chunks that are encoded and sent at once."""
FETCHES = 8
"""Results that are fetched at once."""
PART_PAGE = 100
"""Tasks asked for at once. A part has no more chunks than that, but their earlier tries count, too."""
COMBINE = "combine"
PREPARE = "prepare"
CHUNK = "chunk_"
ENDED = frozenset({"COMPLETED", "FAILED", "TERMINATED", "TIMED_OUT"})
"""Of a workflow."""
GIVEN_UP = frozenset({"FAILED", "FAILED_WITH_TERMINAL_ERROR"})
"""Of a task that ended in an error."""


@dataclass(slots=True)
class _Part:
    """What is known of a part: its workflow, once the server has begun it, and its chunks that are not done."""

    workflow: str | None = None
    open: dict[ChunkKey, Chunk] = field(default_factory=dict)
    prepared: bool = False
    """Here: its open chunks are known."""
    submitted: bool = False
    """There: its chunks are given out."""

    @property
    def settled(self) -> bool:
        return self.prepared and not self.open


class Desk:
    """Of one job. It outlives its workflows: what of one came to nothing is submitted again with the next."""

    def __init__(self, api: Api, seals: Seals, task: Task, prepare: Prepare, journal: Journal, *, lossless: bool) -> None:
        self._api = api
        self._seals = seals
        self._task = task
        self._prepare = prepare
        self._journal = journal
        self._lossless = lossless
        self._parts = {index: _Part() for index in task.parts}
        for index, chunks in task.prepared.items():
            self._parts[index] = _Part(open={chunk.key: chunk for chunk in chunks}, prepared=True)
        self._seen: dict[str, str] = {}
        """The last state of each of the server's tasks that was written down."""
        self._leases: dict[str, int] = {}
        self._lost: defaultdict[ChunkKey, int] = defaultdict(int)
        self._given_up: set[ChunkKey] = set()
        self._damaged: set[ChunkKey] = set()
        """Done as far as the server knows, but what came back can't be used."""

    @property
    def settled(self) -> bool:
        """Every chunk is done, or failed for good."""
        return all(part.settled for part in self._parts.values())

    @property
    def left(self) -> tuple[int, ...]:
        """The parts that are not settled."""
        return tuple(index for index, part in self._parts.items() if not part.settled)

    def begin(self, workflow: str) -> None:
        """From now on it is another workflow's."""
        self._workflow = workflow
        self._damaged.clear()
        for part in self._parts.values():
            part.workflow, part.submitted = None, False

    # --- preparing -----------------------------------------------------------------------------------------------

    async def prepare_parts(self) -> None:
        """Prepares each part once its workflow has begun, in order. Raises what `Prepare` raises, and `ServerError`."""
        for index, part in self._parts.items():
            if part.settled and part.workflow is None and not await self._find(index):
                continue
            while part.workflow is None and not await self._find(index):
                await asyncio.sleep(0.2)
            assert part.workflow is not None  # noqa: S101 - the loop's condition
            if not part.submitted:
                await self._submit(index, part, part.workflow)

    async def _find(self, index: int) -> bool:
        """Learns which workflow is the part's, and how far it is."""
        page = 0
        while tasks := await self._api.tasks(self._workflow, start=page, count=PART_PAGE):
            page += len(tasks)
            for task in tasks:
                number = task.reference.removeprefix("part_")
                if number.isdigit() and int(number) in self._parts and task.child:
                    self._parts[int(number)].workflow = task.child
        return self._parts[index].workflow is not None

    async def _submit(self, index: int, part: _Part, workflow: str) -> None:
        (waiting,) = [task for task in await self._api.tasks(workflow, count=PART_PAGE) if task.type == PREPARE_PART][-1:]
        if waiting.status == "COMPLETED":
            part.submitted = True
            if part.prepared:
                return
        gate = asyncio.Semaphore(SIDE_BY_SIDE)
        sending: list[asyncio.Task[dict[str, Any]]] = []
        async with asyncio.TaskGroup() as group:
            async for audio in self._prepare(index):
                chunk = Chunk(audio.chunk.key, tuple(one.window for one in audio.windows))
                part.open.setdefault(chunk.key, chunk)
                await gate.acquire()
                send = group.create_task(self._send(workflow, audio))
                send.add_done_callback(lambda _: gate.release())
                sending.append(send)
        part.prepared = True
        if not part.submitted:
            inputs = {f"{CHUNK}{send.result()['subject'].partition('.')[2]}": send.result() for send in sending}
            tasks = [{"name": TRANSCRIBE_CHUNK, "taskReferenceName": name, "type": "SIMPLE", "permissive": True} for name in inputs]
            await self._api.complete(workflow, PREPARE, {"tasks": tasks, "inputs": inputs, "chunks": len(tasks)})
            part.submitted = True

    async def _send(self, workflow: str, audio: ChunkAudio) -> dict[str, object]:
        subject = str(audio.chunk.key)
        sound = await encoded([one.pcm for one in audio.windows], lossless=self._lossless)
        sealed = self._seals.chunk(subject, self._task.decoding, audio.windows, sound)
        return self._seals.input(subject, await self._api.upload(workflow, f"{subject}.sound", sealed))

    # --- taking --------------------------------------------------------------------------------------------------

    async def take_results(self) -> None:
        """Looks once at what has changed, and writes it down. Raises `ServerError`, `StoreUnusable`."""
        for part in self._parts.values():
            if part.workflow is not None and part.submitted and not part.settled:
                tasks = [task for task in await self._api.tasks(part.workflow, count=10 * PART_PAGE) if task.type == TRANSCRIBE_CHUNK]
                gate = asyncio.Semaphore(FETCHES)
                async with asyncio.TaskGroup() as group:
                    for task in tasks:
                        if self._seen.get(task.id) != task.state:
                            group.create_task(self._take(part, task, gate))

    async def _take(self, part: _Part, task: ServerTask, gate: asyncio.Semaphore) -> None:
        key = ChunkKey(*map(int, str(task.input["subject"]).split(".")))
        chunk = part.open.get(key)
        if chunk is not None:
            async with gate:
                await self._write_down(part, chunk, task)
        self._seen[task.id] = task.state

    async def _write_down(self, part: _Part, chunk: Chunk, task: ServerTask) -> None:
        key = chunk.key
        match task.status:
            case "IN_PROGRESS":
                await self._lease(key, task)
            case "SCHEDULED":
                await self._release(key, task, "given back")
                if key in self._given_up:
                    await self._api.update(task, "FAILED_WITH_TERMINAL_ERROR", {}, reason="it failed too often")
                    part.open.pop(key, None)
            case "COMPLETED":
                await self._result(part, chunk, task)
            case status if status in GIVEN_UP:
                lease = await self._lease(key, task)
                final = lease >= MOST_TRIES or status == "FAILED_WITH_TERMINAL_ERROR"
                await self._journal.failed(key, lease, _reason(task), final=final)
                self._give_up(part, key, status, final=final)
            case "TIMED_OUT":
                self._lost[key] += 1
                final = self._lost[key] >= MOST_TRIES
                if final:
                    lease = await self._lease(key, task)
                    await self._journal.failed(key, lease, "its workers vanish", final=True)
                    self._give_up(part, key, task.status, final=True)
                else:
                    await self._release(key, task, "lost")
            case _:
                await self._release(key, task, task.status.lower())

    def _give_up(self, part: _Part, key: ChunkKey, status: str, *, final: bool) -> None:
        if final:
            self._given_up.add(key)
        if status == "FAILED_WITH_TERMINAL_ERROR":
            part.open.pop(key, None)

    async def _result(self, part: _Part, chunk: Chunk, task: ServerTask) -> None:
        key = chunk.key
        lease = await self._lease(key, task)
        try:
            output = msgspec.convert(task.output, TaskOutput)
            results = self._seals.windows(str(key), output, await self._api.download(task.workflow, output.file))
            found = {result.index: result for result in results}
            if not all(window.index in found and is_result_of(window, found[window.index]) for window in chunk.windows):
                raise ResultDamaged(f"{key}: it does not fit its windows")
        except (msgspec.ValidationError, ResultDamaged, FileGone) as error:
            log.warning("a result of chunk %s can't be used", key, exc_info=True)
            final = lease >= MOST_TRIES
            await self._journal.failed(key, lease, str(error), final=final)
            self._damaged.add(key)
            if final:
                part.open.pop(key, None)
            return
        for window in chunk.windows:
            await self._journal.window_done(key, found[window.index])
        if output.figures is not None:
            await self._journal.result(key, lease, output.figures)
        part.open.pop(key, None)

    async def _lease(self, key: ChunkKey, task: ServerTask) -> int:
        if task.id not in self._leases:
            self._leases[task.id] = await self._journal.leased(key, task.worker, task.worker.partition("/")[0])
        return self._leases[task.id]

    async def _release(self, key: ChunkKey, task: ServerTask, reason: str) -> None:
        lease = self._leases.pop(task.id, None)
        if lease is not None:
            await self._journal.released(key, lease, reason)

    @property
    def waits_for_workers(self) -> bool:
        """Chunks are given out, and those that are open are not to be had back from this workflow in another way."""
        return any(part.open.keys() - self._damaged for part in self._parts.values())

    def workflows(self) -> Mapping[int, str]:
        """Of the parts that have begun and are not settled."""
        return {index: part.workflow for index, part in self._parts.items() if part.workflow is not None and not part.settled}


def _reason(task: ServerTask) -> str:
    """Why a worker failed, as a sentence."""
    try:
        failure = msgspec.convert(task.output, TaskFailure)
    except msgspec.ValidationError:
        return task.reason or "it failed"
    return from_failure(Failure(failure.code, failure.fields)).sentence()
