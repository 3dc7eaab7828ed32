"""What a fault is tried on: a pool of its own on a real server, its workers, the program, and what a run without fault gives."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dwhisper_worker.sealing import new_key
from dwhisper_worker.tasks import TRANSCRIBE_CHUNK, pool_domain

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.records import Task, TaskStatus
from dwhisper_gui.core.events import Event
from dwhisper_gui.core.identity import Credentials
from dwhisper_gui.core.job import Job
from dwhisper_gui.core.waiting import until
from dwhisper_gui.runners.conductor import ConductorRunner, ConductorSetup
from dwhisper_gui.runners.remembered import remembered
from tests.conductor_server import Server
from tests.faults.verdict import Words, agree, words_of
from tests.jobs.bench import Bench, bench
from tests.worker.conductor.desk import ENGINE, MODEL
from tests.worker.conductor.process import WORKER, Worker

LOOK_SECONDS = 0.05


@dataclass
class Trial:
    """`key` is the pool's. `workers` are all that were made, ended or not."""

    server: Server
    folder: Path
    recording: Path
    expected: Words
    pool: str = field(default_factory=lambda: f"pool{uuid.uuid4().hex[:8]}")
    key: bytes = field(default_factory=new_key)
    workers: list[Worker] = field(default_factory=list)

    def worker(self, *options: str, url: str = "", key: bytes = b"", command: Sequence[str] = WORKER) -> Worker:
        """One of the pool's, to be started in a `with`."""
        home = self.folder / "workers"
        home.mkdir(exist_ok=True)
        made = Worker(url or self.server.url, self.pool, key or self.key, home, "--threads", "1", *options, command=command)
        self.workers.append(made)
        return made

    @asynccontextmanager
    async def desk(
        self, url: str = "", credentials: Credentials | None = None, renewed: Callable[[], Awaitable[Credentials | None]] | None = None
    ) -> AsyncIterator[Bench]:
        """The program; a second time, the same one started again."""
        setup = ConductorSetup(self.pool, self.key, "tests", credentials=renewed)
        address = ServerAddress(url or self.server.url, credentials)
        async with bench(self.folder, self.recording, MODEL, lambda _: ConductorRunner(Conductor(address), setup)) as made:
            yield made

    async def agree(self, at: Bench, job: Job, **expected: object) -> None:
        """See `verdict.agree`."""
        await agree(self.server, at.store, job.id, self.expected, **expected)  # type: ignore[arg-type]

    @property
    def domain(self) -> str:
        """Whose tasks its workers take."""
        return pool_domain(self.pool, ENGINE, MODEL)

    def chunks_done(self) -> list[str]:
        """Which chunks the workers say they have done, each as often as it was said."""
        lines = [line for worker in self.workers for line in worker.log.splitlines() if line.endswith(" is done")]
        return [line.removesuffix(" is done").rpartition(":")[2] for line in lines]


async def chunk_tasks(server: Conductor, at: Bench, job: Job) -> list[Task]:
    """All tries at chunks in the job's workflow as it is now."""
    known = remembered((await at.store.find_job(job.id)).memory)
    if known is None or known.workflow is None:
        return []
    parts = [task.sub_workflow async for task in server.all_tasks(known.workflow) if task.sub_workflow]
    return [task for part in parts async for task in server.all_tasks(part) if task.type == TRANSCRIBE_CHUNK]


async def until_tasks(trial: Trial, at: Bench, job: Job, met: Callable[[list[Task]], bool]) -> list[Task]:
    """The tries at chunks, once they are as wanted."""

    async def found() -> list[Task]:
        tasks = await chunk_tasks(server, at, job)
        return tasks if met(tasks) else []

    async with Conductor(trial.server.address) as server:
        return await until(found, LOOK_SECONDS)


def some(status: TaskStatus, count: int = 1) -> Callable[[list[Task]], bool]:
    """Whether so many are in that state."""
    return lambda tasks: sum(task.status is status for task in tasks) >= count


async def told(at: Bench, kind: type[Event], met: Callable[[Event], bool] = lambda _: True) -> Event:
    """The first event of a kind, once it is told."""

    async def found() -> list[Event]:
        return [event for event in at.told if isinstance(event, kind) and met(event)]

    return (await until(found, LOOK_SECONDS))[0]


async def noted(at: Bench, code: str) -> None:
    """Returns once the user has been told that."""

    async def found() -> bool:
        return code in at.notes()

    await until(found, LOOK_SECONDS)


__all__ = ["Trial", "Words", "chunk_tasks", "noted", "some", "told", "until_tasks", "words_of"]
