"""One job's side of its workflow: prepares the parts that the server waits for, takes what workers send back, gives up what fails.

The server hands out nothing to this side: a part's task is completed by its name, whenever this program gets to it. So a laptop that
sleeps holds no lease that could end, and the parts come in order."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import msgspec
from dwhisper_worker.tasks import TRANSCRIBE_CHUNK, TaskOutput

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.records import Task as ServerTask
from dwhisper_gui.conductor.records import TaskStatus
from dwhisper_gui.core.errors import WorkerNonsense
from dwhisper_gui.core.journal import Journal
from dwhisper_gui.core.plan import Chunk, ChunkKey
from dwhisper_gui.core.server_errors import FileGone, WorkflowGone
from dwhisper_gui.core.together import together
from dwhisper_gui.core.waiting import until
from dwhisper_gui.runners.begun import begun_parts
from dwhisper_gui.runners.failures import failure_of
from dwhisper_gui.runners.patience import Patience
from dwhisper_gui.runners.rules import MOST_TRIES, POISONED
from dwhisper_gui.runners.runner import Prepare, Task
from dwhisper_gui.runners.sealed import ResultDamaged, Seals
from dwhisper_gui.runners.sending import Sender, chunk_of
from dwhisper_gui.runners.sense import is_result_of

log = logging.getLogger(__name__)

FETCHES = 8
"""Results that are fetched at once."""
UNTOUCHED_PARTS = 2
"""Parts are handed out in order, but that the last may come before the one that precedes it (`order.py`): behind so many of which no chunk
was ever given to a worker, none is looked at. Of a day of sound all but a few parts wait."""
COMBINE = "combine"
UNTOUCHED = (TaskStatus.SCHEDULED, TaskStatus.CANCELED)
"""Tasks that no worker was ever given: those that wait, and those that waited when the workflow was ended, as by a pause."""
OVER = (TaskStatus.FAILED, TaskStatus.FAILED_WITH_TERMINAL_ERROR, TaskStatus.TIMED_OUT)
PART_SECONDS = 0.2
"""So often it is asked whether a part's workflow has begun."""


@dataclass(slots=True)
class _Part:
    """What is known of a part: its workflow, once the server has begun it, and its chunks that are not done."""

    workflow: str | None = None
    open: dict[ChunkKey, Chunk] = field(default_factory=dict)
    prepared: bool = False
    """Here: its open chunks are known."""
    submitted: bool = False
    """There: its chunks are given out."""
    found: bool = False
    """So they were when this program came to it, and it has not looked at them since: what failed before is over."""
    touched: bool = False
    """There: a worker has or had one of its chunks."""
    gone: bool = False
    """There: somebody deleted its workflow."""

    @property
    def settled(self) -> bool:
        return self.prepared and not self.open


@dataclass(slots=True)
class Look:
    """What one look at the server came to."""

    asked_seconds: float = 0.0
    """For how long it was asked what has changed; not how long it took to fetch that."""
    changed: bool = False


class Desk:
    """Of one job. It outlives its workflows: what of one came to nothing is submitted again with the next."""

    def __init__(
        self,
        server: Conductor,
        name: str,
        seals: Seals,
        task: Task,
        prepare: Prepare,
        journal: Journal,
        patience: Patience,
        sender: Sender,
    ) -> None:
        """`name`: as which it completes tasks."""
        self._server = server
        self._patience = patience
        self._name = name
        self._seals = seals
        self._prepare = prepare
        self._journal = journal
        self._sender = sender
        self._parts = {index: _Part() for index in task.parts}
        for index, chunks in task.prepared.items():
            self._parts[index] = _Part(open={chunk.key: chunk for chunk in chunks}, prepared=True)
        self._seen: dict[str, tuple[TaskStatus, int]] = {}
        """The last that was written down of each of the server's tasks: how it stood, and how often it was given out."""
        self._leases: dict[str, int] = {}
        self._lost: defaultdict[ChunkKey, int] = defaultdict(int)
        self._given_up: set[ChunkKey] = set()
        self._workflow = ""
        self._damaged: set[ChunkKey] = set()
        """Done as far as the server knows, but what came back can't be used."""

    @property
    def settled(self) -> bool:
        """Every chunk is done, or failed for good."""
        return all(part.settled for part in self._parts.values())

    @property
    def gave_up(self) -> bool:
        """Chunks have failed for good."""
        return bool(self._given_up)

    @property
    def left(self) -> tuple[int, ...]:
        """The parts that are not settled."""
        return tuple(index for index, part in self._parts.items() if not part.settled)

    def begin(self, workflow: str) -> None:
        """From now on it is another workflow's."""
        self._workflow = workflow
        self._damaged.clear()
        for part in self._parts.values():
            part.workflow, part.submitted, part.touched, part.gone = None, False, False, False

    def workflow_ended(self) -> None:
        """What was given up and is not tried again is settled, too."""
        for part in self._parts.values():
            for key in self._given_up & part.open.keys():
                del part.open[key]

    # --- preparing -----------------------------------------------------------------------------------------------

    async def prepare_parts(self) -> None:
        """Prepares each part once its workflow has begun, in order. Raises what `Prepare` raises, and the `ServerError` that trying again
        does not help against."""
        for index, part in self._parts.items():
            if part.settled and part.workflow is None and not await self._patience.with_server(partial(self._find, index)):
                continue
            await until(partial(self._patience.with_server, partial(self._find, index)), PART_SECONDS)
            assert part.workflow is not None  # noqa: S101 - the loop's condition
            if not part.submitted:
                try:
                    await self._submit(index, part, part.workflow)
                except WorkflowGone:
                    part.gone = True

    async def _find(self, index: int) -> bool:
        """Whether it is known which workflow is the part's, which it is once the server has begun it."""
        if self._parts[index].workflow is not None:
            return True
        with suppress(WorkflowGone):  # whoever follows it sees that, too
            for number, workflow in (await begun_parts(self._server, self._workflow)).items():
                if number in self._parts:
                    self._parts[number].workflow = workflow
        return self._parts[index].workflow is not None

    async def _submit(self, index: int, part: _Part, workflow: str) -> None:
        found = await self._sender.is_out(workflow)
        chunks: Iterable[Chunk] = ()
        if not found:
            chunks = await self._sender.give_out(workflow, index, self._prepare(index))
        elif not part.prepared:
            chunks = [chunk_of(audio) async for audio in self._prepare(index)]
        part.open |= {chunk.key: chunk for chunk in chunks if chunk.key not in part.open}
        # Not before its chunks are known: what is seen of others is not looked at again.
        part.found, part.prepared, part.submitted = found, True, True

    # --- taking --------------------------------------------------------------------------------------------------

    async def take_results(self) -> Look:
        """Looks once at what has changed, and writes it down. Raises `ServerError`, `StoreUnusable`."""
        look, untouched = Look(), 0
        for part in self._parts.values():
            if untouched == UNTOUCHED_PARTS:
                break
            if part.workflow is not None and part.submitted and not part.settled and not part.gone:
                try:
                    untouched = 0 if await self._take_from(part, part.workflow, look) else untouched + 1
                except WorkflowGone:
                    part.gone = True
        return look

    async def _take_from(self, part: _Part, workflow: str, look: Look) -> bool:
        """Whether any of its chunks was ever given out."""
        now = asyncio.get_running_loop().time
        began = now()
        tasks = [task async for task in self._server.all_tasks(workflow) if task.type == TRANSCRIBE_CHUNK]
        look.asked_seconds += now() - began
        if part.found:
            part.found = False
            self._seen |= {task.id: (task.status, task.polls) for task in tasks if task.status in OVER}
        gate = asyncio.Semaphore(FETCHES)
        async with together() as group:
            for task in tasks:
                if self._seen.get(task.id) != (task.status, task.polls):
                    look.changed = True
                    group.create_task(self._take(part, task, gate))
        part.touched = any(task.polls or task.status not in UNTOUCHED for task in tasks)
        return part.touched

    async def _take(self, part: _Part, task: ServerTask, gate: asyncio.Semaphore) -> None:
        key = ChunkKey(*map(int, str(task.input["subject"]).split(".")))
        chunk = part.open.get(key)
        if chunk is not None:
            async with gate:
                await self._write_down(part, chunk, task)
        elif task.status is TaskStatus.SCHEDULED:
            await self._give_up(task)  # as an earlier run did: a workflow that is resumed tries all that failed
        self._seen[task.id] = (task.status, task.polls)

    async def _write_down(self, part: _Part, chunk: Chunk, task: ServerTask) -> None:
        key = chunk.key
        match task.status:
            case TaskStatus.IN_PROGRESS:
                await self._lease(key, task)
            case TaskStatus.SCHEDULED:
                await self._release(key, task, "given back")
                if key in self._given_up:
                    await self._give_up(task)
                    part.open.pop(key, None)
            case TaskStatus.COMPLETED:
                await self._result(part, chunk, task)
            case TaskStatus.FAILED | TaskStatus.FAILED_WITH_TERMINAL_ERROR:
                await self._failed(part, key, task, failure_of(task).sentence())
            case TaskStatus.TIMED_OUT:
                self._lost[key] += 1
                if self._lost[key] >= MOST_TRIES:
                    await self._failed(part, key, task, POISONED().sentence(), final=True)
                else:
                    await self._release(key, task, "lost")
            case _:
                await self._release(key, task, task.status.lower())

    async def _give_up(self, task: ServerTask) -> None:
        await self._server.update(task, TaskStatus.FAILED_WITH_TERMINAL_ERROR, worker=self._name, reason="given up: every try failed")

    async def _failed(self, part: _Part, key: ChunkKey, task: ServerTask, reason: str, *, final: bool = False) -> None:
        lease = await self._lease(key, task)
        ended = task.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
        final = final or ended or lease >= MOST_TRIES
        await self._journal.failed(key, lease, reason, final=final and key not in self._given_up)
        if final:  # the server would try on: its next try is ended when it is seen
            self._given_up.add(key)
        if ended:
            part.open.pop(key, None)

    async def _result(self, part: _Part, chunk: Chunk, task: ServerTask) -> None:
        key = chunk.key
        lease = await self._lease(key, task)
        try:
            output = msgspec.convert(task.output, TaskOutput)
            results = self._seals.windows(str(key), output, await self._server.download(task.workflow, output.file))
            found = {result.index: result for result in results}
            if not all(window.index in found and is_result_of(window, found[window.index]) for window in chunk.windows):
                raise ResultDamaged(f"{key}: it does not fit its windows")
        except (msgspec.ValidationError, ResultDamaged, FileGone) as error:
            log.warning("a result of chunk %s can't be used", key, exc_info=True)
            final = lease >= MOST_TRIES
            await self._journal.failed(key, lease, WorkerNonsense(detail=error).sentence(), final=final)
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
    def needs_another(self) -> bool:
        """Only another workflow brings what is left: as far as the server knows it is done, or what it knew of it was deleted."""
        return not self.settled and all(
            part.settled or part.gone or (part.submitted and part.prepared and self._damaged >= part.open.keys())
            for part in self._parts.values()
        )

    @property
    def under_way(self) -> tuple[str, ...]:
        """The workflows of the parts that workers are at, and of the one that is prepared: as many, however long the recording."""
        begun = [part for part in self._parts.values() if part.workflow is not None and not part.settled and not part.gone]
        preparing = next((part for part in begun if not part.submitted), None)
        return tuple(part.workflow for part in begun if part.workflow is not None and (part.touched or part is preparing))
