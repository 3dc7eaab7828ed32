"""What a fault is tried on: a pool of its own on a real server, its workers, the program, and what a run without fault gives."""

import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from dwhisper_worker.contract import Span
from dwhisper_worker.sealing import new_key
from dwhisper_worker.tasks import TRANSCRIBE_CHUNK

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.records import Task, TaskStatus
from dwhisper_gui.core.events import Event
from dwhisper_gui.core.identity import Credentials
from dwhisper_gui.core.job import Job
from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.core.waiting import until
from dwhisper_gui.runners.conductor import ConductorRunner, ConductorSetup
from dwhisper_gui.runners.remembered import remembered
from tests.conductor_server import Server
from tests.faults.verdict import Words, agree
from tests.jobs.bench import Bench, bench
from tests.worker.conductor.desk import MODEL
from tests.worker.conductor.process import WORKER, Worker

Kind = TypeVar("Kind", bound=Event)
LOOK_SECONDS = 0.05


@dataclass
class Trial:
    """`key` is the pool's. `workers` are all that were made, ended or not."""

    server: Server
    folder: Path
    recording: Path
    expected: Words
    """What a run without fault gives over a quick network,"""
    small: Words
    """and over a slow one, where that is asked for."""
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

    async def agree(
        self, at: Bench, job: Job, *, slow: bool = False, failed: Sequence[Span] = (), redone: Sequence[ChunkKey] = (), again: bool = False
    ) -> None:
        """See `verdict.agree`. `again`: a worker may have begun with what another had done by then, since it held it too, or since what
        that one had sent was deleted before it was fetched."""
        await agree(self.server, at.store, job.id, self.small if slow else self.expected, failed=failed, redone=redone)
        if not again:
            assert self.done_again() <= set(map(str, redone))

    def done_again(self) -> set[str]:
        """The chunks that a worker began with although one had done them before, as they tell themselves."""
        done: set[str] = set()
        again: set[str] = set()
        for line in sorted(line for worker in self.workers for line in worker.log.splitlines()):  # each begins with its time
            if found := re.search(r":(\d+\.\d+) is (here|done)", line):
                if found[2] == "done":
                    done.add(found[1])
                elif found[1] in done:
                    again.add(found[1])
        return again


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


async def told(at: Bench, kind: type[Kind], count: int = 1) -> list[Kind]:
    """The events of a kind, once there are so many."""

    async def found() -> list[Kind]:
        events = [event for event in at.told if isinstance(event, kind)]
        return events if len(events) >= count else []

    return await until(found, LOOK_SECONDS)


async def noted(at: Bench, code: str) -> None:
    """Returns once the user has been told that."""

    async def found() -> bool:
        return code in at.notes()

    await until(found, LOOK_SECONDS)
