"""The runner for many computers: chunks go to workers anywhere, by a workflow on a Conductor server, which outlives this program."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dwhisper_worker.tasks import Serving, desk_domain, serving

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.records import WorkflowStatus
from dwhisper_gui.core.identity import Credentials
from dwhisper_gui.core.journal import Journal
from dwhisper_gui.core.plan import Fleet
from dwhisper_gui.core.server_errors import ServerError, WorkflowGone, WorkflowNotResumable, WorkflowsEnd
from dwhisper_gui.core.together import together
from dwhisper_gui.core.waiting import unless
from dwhisper_gui.runners.ahead import Ahead
from dwhisper_gui.runners.attendance import Attendance
from dwhisper_gui.runners.bandwidth import is_quick
from dwhisper_gui.runners.desk import COMBINE, Desk
from dwhisper_gui.runners.leftovers import Reach, end, withdraw
from dwhisper_gui.runners.muster import Muster
from dwhisper_gui.runners.patience import Patience
from dwhisper_gui.runners.question import Question
from dwhisper_gui.runners.remembered import MEMORY, remembered
from dwhisper_gui.runners.rules import DECIDE_SECONDS, LOOK_SECONDS, MOST_WORKFLOWS
from dwhisper_gui.runners.runner import CutClips, EngineSetup, Prepare, Task, Tell
from dwhisper_gui.runners.sealed import Seals
from dwhisper_gui.runners.sending import Sender
from dwhisper_gui.runners.workflow import JobWorkflow, recalled

log = logging.getLogger(__name__)

MOST_SIDE_BY_SIDE = 8
"""Parts are prepared at once, where there are as many cores. Each holds the sound of up to ten minutes, 20 MB, and the worker that finds
the speech in it as much."""
LOOKS_GROW = 1.5
MOST_LOOK_SECONDS = 1.0
"""While nothing changes it is looked less and less often, until so rarely: what takes long is told soon enough then, and looking costs the
server, which may be this computer."""
LOOK_SHARE = 0.2
"""Of the time, at most so much is spent on looking; fetching what was found comes on top."""
CLOSE_SECONDS = 5.0
AGAIN_SECONDS = 2.0
"""Longer than before it is waited each time before another is begun."""
MOST_LOOKS = 480
"""After which a workflow of which all is done is not waited for: two minutes, since a server whose disk was full for a while may have to
give itself once more what it was about to do."""


async def _unnamed(url: str) -> ServerAddress:
    return ServerAddress(url)


@dataclass(frozen=True, slots=True)
class ConductorSetup:
    """Whose workers serve, and who asks. `install` names this installation of the program; it has so many `cores`. `forget_files` deletes
    the files of a workflow, where the server is one that this program can do it for; `credentials` tells those that are known by now,
    should the server no longer take the others; `reach` is for servers that jobs were on before."""

    pool: str
    pool_key: bytes = field(repr=False)
    install: str
    forget_files: Callable[[str], None] = lambda workflow: None
    credentials: Callable[[], Awaitable[Credentials | None]] | None = None
    reach: Reach = _unnamed
    cores: int = 1


class ConductorRunner:
    """Implements `Runner` with the workers of a pool."""

    def __init__(self, server: Conductor, setup: ConductorSetup) -> None:
        self._server = server
        self._url = server.address.url
        self._setup = setup
        self._muster = Muster(server)
        self._ending: set[asyncio.Task[None]] = set()
        self._forgetting: dict[str, asyncio.Task[None]] = {}
        """By job, what deletes its last question."""
        self._leaving = asyncio.Event()
        self._quick: dict[str, bool] = {}
        """By job, what its question found of the way to the server."""

    def expect(self, setup: EngineSetup) -> None:
        """Workers elsewhere have their model loaded."""

    async def fleet(self, setup: EngineSetup) -> Fleet:
        """The workers that serve now."""
        return await self._muster.fleet(self._serving(setup))

    async def detect_language(
        self, job: str, setup: EngineSetup, cut: CutClips, journal: Journal, memory: Mapping[str, str], tell: Tell
    ) -> tuple[dict[str, float], ...]:
        """For each clip the probability of each language, by the first worker that is free."""
        clips = tuple(await cut())
        if not clips:
            return ()
        known = recalled(self._url, self._setup.pool, self._setup.pool_key, job, memory)
        await journal.remember(MEMORY, known.written())  # by which it is found, whatever becomes of this program
        patience = self._patience(job, tell)
        question = Question(
            server=self._server,
            name=self._setup.install,
            domain=self._serving(setup).domain,
            correlation=known.correlation,
            seals=Seals.unwrapped(job, self._setup.pool_key, known.key),
            patience=patience,
            attendance=Attendance(self._server, self._serving(setup), job, tell),
            forget_files=self._setup.forget_files,
            lossless=partial(self._lossless, job, patience),
        )
        if (earlier := self._forgetting.pop(job, None)) is not None:
            await asyncio.wait({earlier})  # else it would delete this one, too
        try:
            return await question.answer(clips)
        finally:
            self._forgetting[job] = self._later(question.forget())

    async def run(self, task: Task, prepare: Prepare, journal: Journal, stop: asyncio.Event, tell: Tell) -> None:
        """See `Runner.run`. What is given out when this ends goes on without it, until `withdraw`."""
        ahead = Ahead(set(task.parts) - set(task.prepared), prepare, max(1, min(self._setup.cores, MOST_SIDE_BY_SIDE)))
        ahead.begin()  # while the server is told of the job
        try:
            await unless(stop, self._run(task, ahead, journal, tell))
        finally:
            await ahead.close()

    async def _run(self, task: Task, prepare: Prepare, journal: Journal, tell: Tell) -> None:
        patience = self._patience(task.job, tell)
        known = recalled(self._url, self._setup.pool, self._setup.pool_key, task.job, task.memory)
        current = JobWorkflow(
            self._server, task.job, known, journal, patience, tell, reach=self._setup.reach, forget_files=self._setup.forget_files
        )
        wanted = self._serving(task.setup)
        domains = desk_domain(self._setup.install, task.job), wanted.domain
        workflow = await current.id(*domains, _with_seconds(task, task.parts), resume=not task.gave_up)
        seals = Seals.unwrapped(task.job, self._setup.pool_key, known.key)
        lossless = await self._lossless(task.job, patience, workflow)
        del self._quick[task.job]
        sender = Sender(self._server, self._setup.install, seals, task, patience, lossless=lossless)
        desk = Desk(self._server, self._setup.install, seals, task, prepare, journal, patience, sender)
        attendance = Attendance(self._server, wanted, task.job, tell)
        for tries in range(MOST_WORKFLOWS):
            if tries:
                await asyncio.sleep(AGAIN_SECONDS * (tries - 1))  # one that was just resumed may end over what it had before
                useless = workflow if desk.needs_another else None
                resume = not (task.gave_up or desk.gave_up)
                workflow = await current.id(*domains, _with_seconds(task, desk.left), useless, resume=resume)
            desk.begin(workflow)
            await self._follow(desk, workflow, patience, attendance)
            if desk.settled:
                return
            log.warning("workflow %s of job %s ended with parts %s undone", workflow, task.job, desk.left)
        raise WorkflowsEnd(job=task.job, tries=MOST_WORKFLOWS)

    async def _lossless(self, job: str, patience: Patience, workflow: str) -> bool:
        """As what sound travels: FLAC where the way is quick, else Opus. Measured once for a question and the run after it."""
        if job not in self._quick:
            self._quick[job] = await patience.with_server(partial(is_quick, self._server, workflow))
        return self._quick[job]

    def goes_on(self, memory: Mapping[str, str]) -> bool:
        """Whether the job has a workflow on this server."""
        return self._workflow_of(memory) is not None

    async def finish(self, job: str, memory: Mapping[str, str]) -> None:
        """Completes the job's workflow, if there is one. One that waits for something else, although all is done, is ended."""
        if (workflow := self._workflow_of(memory)) is not None:
            closing = self._later(self._close_workflow(workflow, Patience(job, lambda _: None)))
            await asyncio.wait({closing}, timeout=CLOSE_SECONDS)

    async def withdraw(self, job: str, memory: Mapping[str, str]) -> None:
        """Terminates the job's workflows, if there are any, on whichever server."""
        await withdraw(self._reach, memory)

    async def close(self) -> None:
        """Waits a little for what is said to the server last."""
        self._leaving.set()
        if self._ending:
            await asyncio.wait(self._ending, timeout=CLOSE_SECONDS)
        for ending in self._ending:
            ending.cancel()
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self._server.close()

    # --- workflows -----------------------------------------------------------------------------------------------

    def _workflow_of(self, memory: Mapping[str, str]) -> str | None:
        known = remembered(memory)
        return known.workflow if known is not None and known.server == self._url else None

    def _patience(self, job: str, tell: Tell) -> Patience:
        return Patience(job, tell, self._sign_in)

    async def _reach(self, url: str) -> ServerAddress:
        return self._server.address if url == self._url else await self._setup.reach(url)

    async def _sign_in(self) -> bool:
        return self._setup.credentials is not None and self._server.link.sign_in(await self._setup.credentials())

    def _serving(self, setup: EngineSetup) -> Serving:
        """Who takes the tasks of a job."""
        return serving(self._setup.pool, self._setup.pool_key, setup.engine, setup.model)

    async def _follow(self, desk: Desk, workflow: str, patience: Patience, attendance: Attendance) -> None:
        """Returns when the desk has nothing left to do, or the workflow has ended."""
        async with together() as group:
            preparing = group.create_task(desk.prepare_parts())
            await self._look(desk, workflow, patience, attendance)
            preparing.cancel()

    async def _look(self, desk: Desk, workflow: str, patience: Patience, attendance: Attendance) -> None:
        now = asyncio.get_running_loop().time
        decided, pause, before = now(), LOOK_SECONDS, 0.0
        ended: Counter[str] = Counter()
        while True:
            began = now()
            status = await patience.with_server(partial(self._server.status, workflow))
            asked = now() - began
            look = await patience.with_server(desk.take_results)
            asked += look.asked_seconds
            await patience.with_server(partial(attendance.look, moved=look.changed))
            over = status is None or status.ended  # one that somebody paused goes on when they want it to
            if over:
                desk.workflow_ended()
            if over or desk.settled or desk.needs_another:
                return
            if now() - decided >= DECIDE_SECONDS:
                decided = now()
                async with together() as group:
                    group.create_task(patience.with_server(partial(self._decide, workflow)))
                    for part in desk.under_way:
                        group.create_task(patience.with_server(partial(self._revive, part, ended)))
            pause = LOOK_SECONDS if look.changed else min(LOOKS_GROW * pause, MOST_LOOK_SECONDS)
            # One slow answer is no slow server. At most so long: to ask a server that was away took as long as that.
            await asyncio.sleep(min(max(pause, min(asked, before) * (1 / LOOK_SHARE - 1)), DECIDE_SECONDS))
            before = asked

    async def _decide(self, workflow: str) -> None:
        with suppress(WorkflowGone):
            await self._server.decide(workflow)

    async def _revive(self, part: str, ended: Counter[str]) -> None:
        """Has the server look after a part. Resumes the workflow of one that has ended, where the job's takes no notice of that: a resumed
        one may fail at once, over the tasks that it had before, and is waited for without an end. `ended` counts how often each was
        found so."""
        await self._decide(part)
        status = await self._server.status(part)
        if status is None or not status.ended or status is WorkflowStatus.COMPLETED:
            return
        ended[part] += 1
        if ended[part] > 1:  # the first time the job's may be about to notice
            log.warning("the workflow %s of a part has ended and its job's goes on", part)
            with suppress(WorkflowGone, WorkflowNotResumable):
                await self._server.retry(part)

    # --- what nobody waits for -----------------------------------------------------------------------------------

    def _later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(self._quietly(work))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task

    async def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except ServerError:
            log.warning("the server could not be told what nobody waits for", exc_info=True)

    async def _close_workflow(self, workflow: str, patience: Patience) -> None:
        """Says that the text is put together, once the server asks for it; where a chunk failed, it never does."""
        complete = partial(self._server.complete, workflow, COMBINE, {}, worker=self._setup.install)
        for _ in range(MOST_LOOKS):
            if await patience.with_server(partial(self._server.status, workflow)) is not WorkflowStatus.RUNNING:
                return
            if await patience.with_server(complete):
                return
            await patience.with_server(partial(self._decide, workflow))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), LOOK_SECONDS)
                break
        await patience.with_server(partial(end, self._server, workflow))


def _with_seconds(task: Task, parts: Iterable[int]) -> dict[int, float]:
    return {part: task.seconds.get(part, 0.0) for part in parts}
