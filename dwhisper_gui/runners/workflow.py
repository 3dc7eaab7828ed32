"""Which workflow of a server is a job's: the one that runs; the one that was ended, resumed; or a new one of the parts that are left."""

import logging
import uuid
from collections.abc import Callable, Mapping
from functools import partial

import msgspec
from dwhisper_worker.contract import VERSION
from dwhisper_worker.sealing import NotSealedSo
from dwhisper_worker.tasks import COMBINE_TRANSCRIPT, PREPARE_PART, TRANSCRIBE_CHUNK

from dwhisper_gui.conductor import definitions
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.records import TaskStatus, WorkflowStatus
from dwhisper_gui.core.errors import DWhisperError
from dwhisper_gui.core.events import Note
from dwhisper_gui.core.journal import REVISION, Journal
from dwhisper_gui.core.server_errors import WorkflowGone, WorkflowNotResumable
from dwhisper_gui.runners.begun import PART
from dwhisper_gui.runners.leftovers import Reach, clear, delete
from dwhisper_gui.runners.order import priorities
from dwhisper_gui.runners.patience import Patience
from dwhisper_gui.runners.remembered import MEMORY, Begun, Remembered, remembered
from dwhisper_gui.runners.runner import Tell
from dwhisper_gui.runners.sealed import Seals

log = logging.getLogger(__name__)


def recalled(server: str, pool: str, pool_key: bytes, job: str, memory: Mapping[str, str]) -> Remembered:
    """What is known from an earlier run, where that was with this server and this pool's key, and for the same revision of the job; else a
    new key, and what that run began is a former one's."""
    known = remembered(memory)
    revision = int(memory.get(REVISION, "0"))
    if known is not None and (known.server, known.pool, known.revision) == (server, pool, revision):
        try:
            Seals.unwrapped(job, pool_key, known.key)
        except NotSealedSo:
            log.warning("job %s was sealed with another key of the pool", job)
        else:
            return known
    former = known.begun if known is not None else ()
    return Remembered(server, pool, uuid.uuid4().hex, Seals.new(job, pool_key).wrapped, former=former, revision=revision)


class JobWorkflow:
    """Of one job. What is known of it is in the job's memory before the server is asked for what depends on it."""

    def __init__(
        self,
        server: Conductor,
        job: str,
        known: Remembered,
        journal: Journal,
        patience: Patience,
        tell: Tell,
        *,
        reach: Reach,
        forget_files: Callable[[str], None],
    ) -> None:
        """`reach`: the servers of former runs."""
        self._server = server
        self._job = job
        self._known = known
        self._journal = journal
        self._patience = patience
        self._tell = tell
        self._reach = reach
        self._forget_files = forget_files

    async def id(
        self, desk_tasks: str, chunk_tasks: str, left: Mapping[int, float], instead_of: str | None = None, *, resume: bool = True
    ) -> str:
        """The one to follow. `desk_tasks` and `chunk_tasks` are whose they are, `left` the parts of a new one, with their seconds;
        `instead_of`: one that is of no use any more. One that has ended is not to `resume` where chunks were given up: the server would
        give out those, too. Raises `ServerError`."""
        for begun in self._known.former:
            await self._take_back(begun)
        domains = {PREPARE_PART: desk_tasks, TRANSCRIBE_CHUNK: chunk_tasks}
        return await self._patience.with_server(partial(self._id, domains, left, instead_of, resume))

    async def _take_back(self, begun: Begun) -> None:
        """Deletes what a former run began, for else workers would do the same chunks for both. What can't be reached stays in the job's
        memory: for its next run, and for when it is removed."""
        try:
            if begun.server == self._known.server:
                await self._patience.with_server(partial(clear, self._server, begun, self._forget_files))
            else:
                async with Conductor(await self._reach(begun.server)) as server:
                    await clear(server, begun, self._forget_files)
        except DWhisperError as error:
            log.warning("what a former run of job %s began on %s stays there", self._job, begun.server, exc_info=True)
            self._tell(Note(self._job, "left_there", {"gist": error.gist()}))
        else:
            await self._remember(former=tuple(one for one in self._known.former if one != begun))

    async def _id(self, domains: Mapping[str, str], left: Mapping[int, float], instead_of: str | None, resume: bool) -> str:
        if self._known.workflow is None:
            # The answer to an earlier start may have been lost, or this program died before it wrote it down.
            found = await self._server.found(definitions.TRANSCRIBE_JOB, self._known.correlation)
            await self._remember(workflow=found[-1].id if found else None)
        if self._known.workflow is not None:
            if self._known.workflow != instead_of and await self._runs_again(self._known.workflow, resume):
                return self._known.workflow
            # Before there is another one: else workers would do the same chunk for both.
            await delete(self._server, self._known.workflow, self._forget_files, self._known.correlation)
            await self._remember(workflow=None, correlation=uuid.uuid4().hex)
        await definitions.ensure_defined(self._server)
        workflow = await self._server.start_workflow(
            definitions.TRANSCRIBE_JOB,
            definitions.WORKFLOW_VERSION,
            correlation_id=self._known.correlation,
            input=self._parts(domains, left),
            task_to_domain={COMBINE_TRANSCRIPT: domains[PREPARE_PART]},
        )
        await self._remember(workflow=workflow)
        return workflow

    async def _runs_again(self, workflow: str, resume: bool) -> bool:
        """Whether a workflow of an earlier run is there and goes on; one that failed or was terminated is resumed, where it may be."""
        status = await self._server.status(workflow)
        if status is None or status is WorkflowStatus.COMPLETED:
            return False
        if status.ended:
            if not resume:
                return False
            try:
                await self._server.retry(workflow)
            except (WorkflowGone, WorkflowNotResumable):
                log.warning("workflow %s can't be resumed", workflow, exc_info=True)
                return False
            return not await self._has_dead_parts(workflow)
        return True

    async def _has_dead_parts(self, workflow: str) -> bool:
        """Whether a workflow that was just resumed waits for parts that never go on: a part that was terminated before it had any task has
        none to resume, and the server goes on without a word."""
        begun = [
            task.sub_workflow async for task in self._server.all_tasks(workflow, statuses=[TaskStatus.IN_PROGRESS]) if task.sub_workflow
        ]
        dead = [part for part in begun if await self._server.status(part) in (None, WorkflowStatus.TERMINATED)]
        if dead:
            log.warning("workflow %s was resumed without its parts %s", workflow, dead)
        return bool(dead)

    async def _remember(self, **changes: object) -> None:
        self._known = msgspec.structs.replace(self._known, **changes)
        await self._journal.remember(MEMORY, self._known.written())

    def _parts(self, domains: Mapping[str, str], parts: Mapping[int, float]) -> dict[str, object]:
        """The fork into parts."""
        tasks = [
            {
                "name": definitions.TRANSCRIBE_PART,
                "taskReferenceName": f"{PART}{part}",
                "type": "SUB_WORKFLOW",
                "permissive": True,
                "subWorkflowParam": {
                    "name": definitions.TRANSCRIBE_PART,
                    "version": definitions.WORKFLOW_VERSION,
                    "priority": priority,
                    "taskToDomain": dict(domains),
                },
            }
            for part, priority in zip(parts, priorities(list(parts.values())), strict=True)
        ]
        shared = {"contract": VERSION, "job": self._job}
        return {**shared, "tasks": tasks, "inputs": {f"{PART}{part}": {**shared, "part": part} for part in parts}}
