"""The runner for many computers: chunks go to workers anywhere, by a workflow on a Conductor server, which outlives this program."""

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import Any

import msgspec
from dwhisper_worker.contract import VERSION
from dwhisper_worker.sealing import NotSealedSo
from dwhisper_worker.tasks import (
    COMBINE_TRANSCRIPT,
    DETECT_LANGUAGE,
    PREPARE_PART,
    TRANSCRIBE_CHUNK,
    TaskOutput,
    desk_domain,
    pool_domain,
)

from dwhisper_gui.conductor import definitions
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.records import TaskStatus, WorkflowStatus
from dwhisper_gui.core.errors import WorkerNonsense
from dwhisper_gui.core.journal import Journal
from dwhisper_gui.core.plan import Fleet
from dwhisper_gui.core.server_errors import ServerError, WorkflowGone, WorkflowNotResumable, WorkflowsEnd
from dwhisper_gui.core.waiting import unless, until
from dwhisper_gui.media.encode import encoded
from dwhisper_gui.runners.ahead import Ahead
from dwhisper_gui.runners.attendance import Attendance
from dwhisper_gui.runners.bandwidth import is_quick
from dwhisper_gui.runners.desk import COMBINE, MOST_TRIES, PART, Desk, failure_of
from dwhisper_gui.runners.leftovers import delete, end
from dwhisper_gui.runners.muster import Muster
from dwhisper_gui.runners.patience import Patience
from dwhisper_gui.runners.remembered import MEMORY, Remembered, remembered
from dwhisper_gui.runners.runner import CutClips, EngineSetup, Prepare, Task, Tell
from dwhisper_gui.runners.sealed import ResultDamaged, Seals
from dwhisper_gui.runners.sense import are_shares

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
"""So often what has changed is looked for; less often where the server is slow to say."""
LOOK_SHARE = 0.2
"""Of the time, at most so much is spent on looking; fetching what was found comes on top."""
DECIDE_SECONDS = 10.0
"""So often the server is asked to look after its workflows: else it notices a dead worker after minutes."""
MOST_WORKFLOWS = 5
"""Of one run, where they end without being done."""
MOST_PRIORITY = 99
CLOSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ConductorSetup:
    """Whose workers serve, and who asks. `install` names this installation of the program. `forget_files` deletes the files of a
    workflow, where the server is one that this program can do it for."""

    pool: str
    pool_key: bytes
    install: str
    forget_files: Callable[[str], None] = lambda workflow: None


class ConductorRunner:
    """Implements `Runner` with the workers of a pool."""

    def __init__(self, server: Conductor, setup: ConductorSetup) -> None:
        self._server = server
        self._url = server.address.url
        self._setup = setup
        self._defined = False
        self._muster = Muster(server, setup.pool)
        self._ending: set[asyncio.Task[None]] = set()

    def expect(self, setup: EngineSetup) -> None:
        """Workers elsewhere have their model loaded."""

    async def fleet(self, setup: EngineSetup) -> Fleet:
        """The workers that serve now."""
        return await self._muster.fleet(setup)

    async def detect_language(self, job: str, setup: EngineSetup, cut: CutClips, tell: Tell) -> tuple[dict[str, float], ...]:
        """For each clip the probability of each language, by the first worker that is free."""
        clips = tuple(await cut())
        if not clips:
            return ()
        patience = Patience(job, tell)
        await patience.with_server(self._define)
        seals = Seals.new(job, self._setup.pool_key)
        subject = "language"
        workflow = await patience.with_server(
            lambda: self._server.start_workflow(
                definitions.DETECT_LANGUAGE,
                definitions.WORKFLOW_VERSION,
                correlation_id=f"{job} {subject}",
                input=seals.input(subject, ""),
                task_to_domain={DETECT_LANGUAGE: self._domain(setup)},
            )
        )
        try:
            sealed = seals.clips(subject, await encoded(clips, lossless=True))
            file = await patience.with_server(lambda: self._server.upload(workflow, f"{subject}.sound", sealed))
            put = partial(self._server.complete, workflow, "clips", {"file": file}, worker=self._setup.install)
            await until(lambda: patience.with_server(put), LOOK_SECONDS)  # it has an id before it has tasks
            output = await self._heard(workflow, patience, Attendance(self._server, self._setup.pool, setup, job, tell))
            answer = seals.languages(subject, output, await patience.with_server(lambda: self._server.download(workflow, output.file)))
            if not are_shares(answer, len(clips)):
                raise WorkerNonsense(detail=f"detect_language: what it says of {len(clips)} clips makes no sense")
            return answer
        except ResultDamaged as error:
            raise WorkerNonsense(detail=error) from error
        finally:
            self._later(delete(self._server, workflow, self._setup.forget_files))

    async def run(self, task: Task, prepare: Prepare, journal: Journal, stop: asyncio.Event, tell: Tell) -> None:
        """See `Runner.run`. What is given out when this ends goes on without it, until `withdraw`."""
        ahead = Ahead(set(task.parts) - set(task.prepared), prepare)
        ahead.begin()  # while the server is told of the job
        try:
            await unless(stop, self._run(task, ahead, journal, tell))
        finally:
            await ahead.close()

    async def _run(self, task: Task, prepare: Prepare, journal: Journal, tell: Tell) -> None:
        patience = Patience(task.job, tell)
        await patience.with_server(self._define)
        known = self._recalled(task)
        attendance = Attendance(self._server, self._setup.pool, task.setup, task.job, tell)
        desk: Desk | None = None
        for _ in range(MOST_WORKFLOWS):
            known = await patience.with_server(partial(self._workflow, task, desk, known, journal))
            workflow = known.workflow or ""
            if desk is None:
                seals = Seals.unwrapped(task.job, self._setup.pool_key, known.key)
                lossless = await patience.with_server(partial(is_quick, self._server, workflow))
                desk = Desk(self._server, self._setup.install, seals, task, prepare, journal, lossless=lossless)
            desk.begin(workflow)
            await self._follow(desk, workflow, patience, attendance)
            if desk.settled:
                self._later(self._combine(workflow))
                return
            log.warning("workflow %s of job %s ended with parts %s undone", workflow, task.job, desk.left)
        raise WorkflowsEnd(job=task.job, tries=MOST_WORKFLOWS)

    async def withdraw(self, job: str, memory: Mapping[str, str]) -> None:
        """Terminates the job's workflow, if there is one."""
        known = remembered(memory)
        if known is not None and known.workflow is not None and known.server == self._url:
            await end(self._server, known.workflow)

    async def close(self) -> None:
        """Waits a little for what is said to the server last."""
        if self._ending:
            await asyncio.wait(self._ending, timeout=CLOSE_SECONDS)
        for ending in self._ending:
            ending.cancel()
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self._server.close()

    # --- workflows -----------------------------------------------------------------------------------------------

    def _domain(self, setup: EngineSetup) -> str:
        """Whose tasks workers with that model take; a folder of weights goes by its name everywhere."""
        return pool_domain(self._setup.pool, setup.engine, PurePath(setup.model).name)

    async def _define(self) -> None:
        if not self._defined:
            await definitions.ensure_defined(self._server)
            self._defined = True

    def _recalled(self, task: Task) -> Remembered:
        """What is known from an earlier run, where that was with this server and this pool's key; else a new key."""
        known = remembered(task.memory)
        if known is not None and (known.server, known.pool) == (self._url, self._setup.pool):
            try:
                Seals.unwrapped(task.job, self._setup.pool_key, known.key)
            except NotSealedSo:
                log.warning("job %s was sealed with another key of the pool", task.job)
            else:
                return known
        wrapped = Seals.new(task.job, self._setup.pool_key).wrapped
        return Remembered(self._url, self._setup.pool, uuid.uuid4().hex, wrapped)

    async def _workflow(self, task: Task, desk: Desk | None, known: Remembered, journal: Journal) -> Remembered:
        """The workflow to follow: the one that runs; or the one that was ended, resumed; or a new one of the parts that are left."""
        if known.workflow is None:
            # This program may have died between starting one and writing that down.
            found = await self._server.found(definitions.TRANSCRIBE_JOB, known.correlation)
            known = msgspec.structs.replace(known, workflow=found[-1].id) if found else known
        if known.workflow is not None and not (desk is not None and desk.only_damaged) and await self._runs_again(known.workflow):
            await self._remember(known, journal)
            return known
        if known.workflow is not None:
            self._later(delete(self._server, known.workflow, self._setup.forget_files))
        known = msgspec.structs.replace(known, correlation=uuid.uuid4().hex, workflow=None)
        await self._remember(known, journal)
        workflow = await self._server.start_workflow(
            definitions.TRANSCRIBE_JOB,
            definitions.WORKFLOW_VERSION,
            correlation_id=known.correlation,
            input=self._parts(task, task.parts if desk is None else desk.left),
            task_to_domain={COMBINE_TRANSCRIPT: desk_domain(self._setup.install, task.job)},
        )
        known = msgspec.structs.replace(known, workflow=workflow)
        await self._remember(known, journal)
        return known

    async def _runs_again(self, workflow: str) -> bool:
        """Whether a workflow of an earlier run is there and goes on; one that failed or was terminated is resumed."""
        status = await self._server.status(workflow)
        if status is None or status is WorkflowStatus.COMPLETED:
            return False
        if status.ended:
            try:
                await self._server.retry(workflow)
            except (WorkflowGone, WorkflowNotResumable):
                log.warning("workflow %s can't be resumed", workflow, exc_info=True)
                return False
        return True

    async def _remember(self, known: Remembered, journal: Journal) -> None:
        await journal.remember(MEMORY, known.written())

    def _parts(self, task: Task, parts: tuple[int, ...]) -> dict[str, object]:
        """The fork into parts. Earlier ones have priority, so that their chunks are given out first."""
        domains = {
            PREPARE_PART: desk_domain(self._setup.install, task.job),
            TRANSCRIBE_CHUNK: self._domain(task.setup),
        }
        tasks = [
            {
                "name": definitions.TRANSCRIBE_PART,
                "taskReferenceName": f"{PART}{part}",
                "type": "SUB_WORKFLOW",
                "permissive": True,
                "subWorkflowParam": {
                    "name": definitions.TRANSCRIBE_PART,
                    "version": definitions.WORKFLOW_VERSION,
                    "priority": max(0, MOST_PRIORITY - place),
                    "taskToDomain": domains,
                },
            }
            for place, part in enumerate(parts)
        ]
        shared = {"contract": VERSION, "job": task.job}
        return {**shared, "tasks": tasks, "inputs": {f"{PART}{part}": {**shared, "part": part} for part in parts}}

    async def _follow(self, desk: Desk, workflow: str, patience: Patience, attendance: Attendance) -> None:
        """Returns when the desk has nothing left to do, or the workflow has ended."""
        async with asyncio.TaskGroup() as group:
            preparing = group.create_task(patience.with_server(desk.prepare_parts))
            await self._look(desk, workflow, patience, attendance)
            preparing.cancel()

    async def _look(self, desk: Desk, workflow: str, patience: Patience, attendance: Attendance) -> None:
        now = asyncio.get_running_loop().time
        decided = now()
        while True:
            began = now()
            status = await patience.with_server(partial(self._server.status, workflow))
            asked = now() - began
            await patience.with_server(desk.take_results)
            asked += desk.asked_seconds
            await patience.with_server(attendance.look)
            if status is not WorkflowStatus.RUNNING:
                desk.workflow_ended()
            if desk.settled or desk.only_damaged or status is not WorkflowStatus.RUNNING:
                return
            if now() - decided >= DECIDE_SECONDS:
                decided = now()
                for each in (workflow, *desk.workflows().values()):
                    with suppress(WorkflowGone):
                        await patience.with_server(partial(self._server.decide, each))
            await asyncio.sleep(max(LOOK_SECONDS, asked * (1 / LOOK_SHARE - 1)))

    async def _heard(self, workflow: str, patience: Patience, attendance: Attendance) -> TaskOutput:
        """The answer of the worker that was asked after the language."""
        while True:
            await patience.with_server(attendance.look)
            page = await patience.with_server(partial(self._server.tasks, workflow))
            asked = [task for task in page.tasks if task.type == DETECT_LANGUAGE]
            for task in asked:
                if task.status is TaskStatus.COMPLETED:
                    return msgspec.convert(task.output, TaskOutput)
            failed = [task for task in asked if task.status in (TaskStatus.FAILED, TaskStatus.FAILED_WITH_TERMINAL_ERROR)]
            if len(failed) >= MOST_TRIES or any(task.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR for task in failed):
                raise failure_of(failed[-1])
            await asyncio.sleep(LOOK_SECONDS)

    # --- what nobody waits for -----------------------------------------------------------------------------------

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(self._quietly(work))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except ServerError:
            log.warning("the server could not be told what nobody waits for", exc_info=True)

    async def _combine(self, workflow: str) -> None:
        """Says that the text is put together, once the server asks for it; where a chunk failed, it never does."""
        while await self._server.status(workflow) is WorkflowStatus.RUNNING:
            if await self._server.complete(workflow, COMBINE, {}, worker=self._setup.install):
                return
            await asyncio.sleep(LOOK_SECONDS)
