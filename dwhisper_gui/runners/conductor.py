"""The runner for many computers: chunks go to workers anywhere, by a workflow on a Conductor server, which outlives this program."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec
from dwhisper_worker.contract import VERSION
from dwhisper_worker.sealing import NotSealedSo
from dwhisper_worker.tasks import COMBINE_TRANSCRIPT, DETECT_LANGUAGE, PREPARE_PART, TRANSCRIBE_CHUNK, TaskOutput, desk_domain, pool_domain

from dwhisper_gui.conductor.api import Api
from dwhisper_gui.conductor.definitions import DETECT_WORKFLOW, JOB_WORKFLOW, PART_WORKFLOW, see_to_definitions
from dwhisper_gui.core.errors import DWhisperError
from dwhisper_gui.core.events import Note
from dwhisper_gui.core.journal import Journal
from dwhisper_gui.core.server_errors import ServerError, WorkflowsEnd
from dwhisper_gui.core.waiting import unless
from dwhisper_gui.media.encode import encoded
from dwhisper_gui.runners.desk import COMBINE, ENDED, Desk
from dwhisper_gui.runners.link import is_quick
from dwhisper_gui.runners.patience import Patience
from dwhisper_gui.runners.runner import CutClips, EngineSetup, Prepare, Task, Tell
from dwhisper_gui.runners.sealed import ResultDamaged, Seals
from dwhisper_gui.runners.sense import are_shares

log = logging.getLogger(__name__)
T = TypeVar("T")

MEMORY = "conductor"
LOOK_SECONDS = 0.5
"""So often what has changed is looked for; less often where the server is slow to say."""
LOOK_SHARE = 0.2
"""Of the time, at most so much is spent on looking."""
DECIDE_SECONDS = 10.0
"""So often the server is asked to look after its workflows: else it notices a dead worker after minutes."""
MOST_WORKFLOWS = 5
"""Of one run, where they end without being done."""
DETECT_TRIES = 3


@dataclass(frozen=True, slots=True)
class ConductorSetup:
    """Whose workers serve, and who asks. `install` names this installation of the program."""

    pool: str
    pool_key: bytes
    install: str


class Remembered(msgspec.Struct, frozen=True):
    """What a job's memory has of its workflow. The correlation id is there before the workflow is."""

    server: str
    pool: str
    correlation: str
    key: str
    workflow: str | None = None


class ConductorRunner:
    """Implements `Runner` with the workers of a pool."""

    def __init__(self, api: Api, setup: ConductorSetup) -> None:
        self._api = api
        self._setup = setup
        self._defined = False
        self._ending: set[asyncio.Task[None]] = set()

    def expect(self, setup: EngineSetup) -> None:
        """Workers elsewhere have their model loaded."""

    async def detect_language(self, job: str, setup: EngineSetup, cut: CutClips, tell: Tell) -> tuple[dict[str, float], ...]:
        """For each clip the probability of each language, by the first worker that is free."""
        clips = tuple(await cut())
        if not clips:
            return ()
        patience = Patience(job, tell)
        await patience.with_server(self._define)
        seals = Seals.new(job, self._setup.pool_key)
        domains = {DETECT_LANGUAGE: pool_domain(self._setup.pool, setup.engine, setup.model)}
        workflow = await patience.with_server(
            lambda: self._api.start_workflow(DETECT_WORKFLOW, VERSION, correlation=f"{job} language", input={}, task_to_domain=domains)
        )
        try:
            sealed = seals.clips("language", await encoded(clips, lossless=True))
            file = await patience.with_server(lambda: self._api.upload(workflow, "language.sound", sealed))
            await patience.with_server(lambda: self._api.complete(workflow, "clips", seals.input("language", file)))
            output = await self._heard(workflow, patience)
            answer = seals.languages("language", output, await patience.with_server(lambda: self._api.download(workflow, output.file)))
            if not are_shares(answer, len(clips)):
                raise ResultDamaged("what it says of the clips makes no sense")
            return answer
        finally:
            self._end(workflow)

    async def run(self, task: Task, prepare: Prepare, journal: Journal, stop: asyncio.Event, tell: Tell) -> None:
        """See `Runner.run`. What is given out when this ends goes on without it, until `withdraw`."""
        await unless(stop, self._run(task, prepare, journal, tell))

    async def _run(self, task: Task, prepare: Prepare, journal: Journal, tell: Tell) -> None:
        patience = Patience(task.job, tell)
        await patience.with_server(self._define)
        known = self._recalled(task)
        desk: Desk | None = None
        for _ in range(MOST_WORKFLOWS):
            known = await patience.with_server(lambda: self._workflow(task, desk.left if desk else task.parts, known, journal))
            workflow = known.workflow or ""
            if desk is None:
                seals = Seals.unwrapped(task.job, self._setup.pool_key, known.key)
                lossless = await patience.with_server(lambda: is_quick(self._api, workflow))
                desk = Desk(self._api, seals, task, prepare, journal, lossless=lossless)
            desk.begin(workflow)
            await self._follow(desk, workflow, patience)
            if desk.settled:
                self._end(workflow)
                return
            log.warning("workflow %s of job %s ended with parts %s undone", workflow, task.job, desk.left)
        raise WorkflowsEnd(job=task.job, tries=MOST_WORKFLOWS)

    async def withdraw(self, job: str, memory: Mapping[str, str]) -> None:
        """Terminates the job's workflow, if there is one."""
        known = _decoded(memory)
        if known is not None and known.workflow is not None and known.server == self._api.url:
            await self._api.terminate(known.workflow, "paused, cancelled or removed")

    async def close(self) -> None:
        """Waits a little for what is said to the server last."""
        if self._ending:
            await asyncio.wait(self._ending, timeout=CLOSE_SECONDS)
        for ending in self._ending:
            ending.cancel()
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self._api.close()

    # --- workflows -----------------------------------------------------------------------------------------------

    async def _define(self) -> None:
        if not self._defined:
            await see_to_definitions(self._api)
            self._defined = True

    def _recalled(self, task: Task) -> Remembered:
        """What is known from an earlier run, where that was with this server and this pool's key; else a new key."""
        known = _decoded(task.memory)
        if known is not None and (known.server, known.pool) == (self._api.url, self._setup.pool):
            try:
                Seals.unwrapped(task.job, self._setup.pool_key, known.key)
            except NotSealedSo:
                log.warning("job %s was sealed with another key of the pool", task.job)
            else:
                return known
        wrapped = Seals.new(task.job, self._setup.pool_key).wrapped
        return Remembered(self._api.url, self._setup.pool, uuid.uuid4().hex, wrapped)

    async def _workflow(self, task: Task, parts: tuple[int, ...], known: Remembered, journal: Journal) -> Remembered:
        """The workflow to follow: the one that runs; or the one that was ended, resumed; or a new one of the parts that are left."""
        if known.workflow is None:
            found = await self._api.find_workflows(JOB_WORKFLOW, known.correlation)
            if found:  # this program died between starting it and writing that down
                known = msgspec.structs.replace(known, workflow=found[-1])
        if known.workflow is not None:
            status = await self._api.status(known.workflow)
            if status == "RUNNING" or (status in RESUMABLE and await self._api.retry(known.workflow)):
                await journal.remember(MEMORY, msgspec.json.encode(known).decode())
                return known
        # The name by which it can be found is on the disk before it is.
        known = msgspec.structs.replace(known, correlation=uuid.uuid4().hex, workflow=None)
        await journal.remember(MEMORY, msgspec.json.encode(known).decode())
        workflow = await self._api.start_workflow(
            JOB_WORKFLOW,
            VERSION,
            correlation=known.correlation,
            input=self._parts(task, parts),
            task_to_domain={COMBINE_TRANSCRIPT: desk_domain(self._setup.install, task.job)},
        )
        known = msgspec.structs.replace(known, workflow=workflow)
        await journal.remember(MEMORY, msgspec.json.encode(known).decode())
        return known

    def _parts(self, task: Task, parts: tuple[int, ...]) -> dict[str, object]:
        """The fork into parts. Earlier ones have priority, so that their chunks are given out first."""
        domains = {
            PREPARE_PART: desk_domain(self._setup.install, task.job),
            TRANSCRIBE_CHUNK: pool_domain(self._setup.pool, task.setup.engine, task.setup.model),
        }
        tasks = [
            {
                "name": PART_WORKFLOW,
                "taskReferenceName": f"part_{part}",
                "type": "SUB_WORKFLOW",
                "permissive": True,
                "subWorkflowParam": {
                    "name": PART_WORKFLOW,
                    "version": VERSION,
                    "priority": max(0, MOST_PRIORITY - place),
                    "taskToDomain": domains,
                },
            }
            for place, part in enumerate(parts)
        ]
        return {"tasks": tasks, "inputs": {f"part_{part}": {"part": part} for part in parts}}

    async def _follow(self, desk: Desk, workflow: str, patience: Patience) -> None:
        """Returns when the desk has nothing left to do, or the workflow has ended."""
        async with asyncio.TaskGroup() as group:
            preparing = group.create_task(patience.with_server(desk.prepare_parts))
            await self._look(desk, workflow, patience)
            preparing.cancel()

    async def _look(self, desk: Desk, workflow: str, patience: Patience) -> None:
        now = asyncio.get_running_loop().time
        decided = now()
        while True:
            began = now()
            status = await patience.with_server(lambda: self._api.status(workflow))
            await patience.with_server(desk.take_results)
            if desk.settled or status != "RUNNING":
                return
            if now() - decided >= DECIDE_SECONDS:
                decided = now()
                for each in (workflow, *desk.workflows().values()):
                    await patience.with_server(partial(self._api.decide, each))
            await asyncio.sleep(max(LOOK_SECONDS, (now() - began) * (1 / LOOK_SHARE - 1)))

    async def _heard(self, workflow: str, patience: Patience) -> TaskOutput:
        """The answer of the worker that was asked after the language."""
        while True:
            tasks = await patience.with_server(lambda: self._api.tasks(workflow, count=100))
            done = [task for task in tasks if task.type == DETECT_LANGUAGE and task.status == "COMPLETED"]
            if done:
                return msgspec.convert(done[0].output, TaskOutput)
            failed = [task for task in tasks if task.type == DETECT_LANGUAGE and task.status in GIVEN_UP]
            if len(failed) >= MOST_TRIES:
                raise failure_of(failed[-1])
            await asyncio.sleep(LOOK_SECONDS)

    def _end(self, workflow: str) -> None:
        """Completes a workflow that nothing is left of; nobody waits for that."""
        ending = asyncio.ensure_future(self._ended(workflow))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
