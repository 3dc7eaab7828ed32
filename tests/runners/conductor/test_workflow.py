"""Where the server, the pool or its key is another than before, nothing of the former run goes on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from dwhisper_worker.sealing import new_key
from dwhisper_worker.tasks import PREPARE_PART

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.records import WorkflowStatus
from dwhisper_gui.core.events import Event, Note
from dwhisper_gui.core.job import Job
from dwhisper_gui.core.journal import REVISION
from dwhisper_gui.jobs.ownership import own
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.runners.leftovers import forget
from dwhisper_gui.runners.patience import Patience
from dwhisper_gui.runners.remembered import Remembered, remembered
from dwhisper_gui.runners.workflow import JobWorkflow, recalled
from tests.conductor.shapes import leased
from tests.conductor_server import Server
from tests.jobs.makers import add_job
from tests.runners.conductor.test_leftovers import parts_of

KEY = new_key()
NOWHERE = "http://127.0.0.1:1"


@dataclass
class Runs:
    """Of one job, each with what the one before left in the store."""

    store: Store
    job: Job
    told: list[Event] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    ways: dict[str, str] = field(default_factory=dict)
    """By which address servers are reached, where that is another."""

    async def reach(self, url: str) -> ServerAddress:
        return ServerAddress(self.ways.get(url, url))

    async def run(self, url: str, pool: str = "first", key: bytes = KEY, *, resume: bool = True) -> str:
        """The workflow that it follows."""
        memory = (await self.store.find_job(self.job.id)).memory
        mine = await own(self.store, self.job.id)
        assert mine is not None
        with mine:
            async with Conductor(ServerAddress(url)) as server:
                known = recalled(url, pool, key, self.job.id, memory)
                patience = Patience(self.job.id, self.told.append)
                workflow = JobWorkflow(
                    server,
                    self.job.id,
                    known,
                    mine.journal,
                    patience,
                    self.told.append,
                    reach=self.reach,
                    forget_files=self.forgotten.append,
                )
                return await workflow.id(f"desk-{self.job.id}", f"{pool}-{self.job.id}", {0: 60.0, 1: 180.0}, resume=resume)

    async def known(self) -> Remembered:
        found = remembered((await self.store.find_job(self.job.id)).memory)
        assert found is not None
        return found


@pytest.fixture
async def runs(tmp_path: Path) -> AsyncIterator[Runs]:
    async with await Store.open(tmp_path / "data") as store:
        yield Runs(store, await add_job(store))


async def statuses(server: Server, *workflows: str) -> list[object]:
    async with Conductor(server.address) as asked:
        return [await asked.status(one) for one in workflows]


async def parts(server: Server, workflow: str) -> list[str]:
    async with Conductor(server.address) as asked:
        return await parts_of(asked, workflow, 2)


async def test_the_same_again_goes_on_with_the_same(conductor: Server, runs: Runs) -> None:
    first = await runs.run(conductor.url)
    assert await runs.run(conductor.url) == first
    assert (runs.forgotten, runs.told) == ([], [])


async def test_one_that_was_ended_is_resumed_or_replaced_and_one_that_runs_is_neither(conductor: Server, runs: Runs) -> None:
    first = await runs.run(conductor.url)
    assert await runs.run(conductor.url, resume=False) == first
    async with Conductor(conductor.address) as server:
        for _ in await parts(conductor, first):  # what has no task yet has none to be resumed
            assert await leased(server, PREPARE_PART, f"desk-{runs.job.id}")
        await server.terminate(first, "a test")
        assert await runs.run(conductor.url) == first
        assert await server.status(first) is WorkflowStatus.RUNNING
        await server.terminate(first, "a test")
    second = await runs.run(conductor.url, resume=False)
    assert second != first
    assert await statuses(conductor, first) == [None]


async def test_one_that_was_ended_before_its_parts_had_tasks_is_not_waited_for(conductor: Server, runs: Runs) -> None:
    async with Conductor(conductor.address) as server:
        for _ in range(4):
            workflow = await runs.run(conductor.url)
            await parts(conductor, workflow)
            await server.terminate(workflow, "a test")  # most often quicker than the server is with its parts
            workflow = await runs.run(conductor.url)
            assert (await leased(server, PREPARE_PART, f"desk-{runs.job.id}")).workflow in await parts(conductor, workflow)
            await server.terminate(workflow, "a test")


async def test_what_was_begun_for_another_revision_is_deleted(conductor: Server, runs: Runs) -> None:
    first = await runs.run(conductor.url)
    inner = await parts(conductor, first)
    await runs.store.remember(runs.job.id, REVISION, "1")
    second = await runs.run(conductor.url)
    assert await statuses(conductor, first, *inner) == [None] * 3
    assert await runs.run(conductor.url) == second


@pytest.mark.parametrize(("pool", "key"), [("second", KEY), ("first", new_key())], ids=["pool", "key"])
async def test_what_was_begun_for_another_pool_or_with_another_key_is_deleted(conductor: Server, runs: Runs, pool: str, key: bytes) -> None:
    first = await runs.run(conductor.url)
    inner = await parts(conductor, first)
    second = await runs.run(conductor.url, pool, key)
    assert second != first
    assert await statuses(conductor, first, *inner) == [None] * 3
    assert sorted(runs.forgotten) == sorted((first, *inner))
    assert ((await runs.known()).workflow, (await runs.known()).former) == (second, ())


async def test_what_is_on_another_server_is_deleted_too(conductor: Server, runs: Runs) -> None:
    other = conductor.url.replace("127.0.0.1", "localhost")
    first = await runs.run(other)
    inner = await parts(conductor, first)
    second = await runs.run(conductor.url)
    assert await statuses(conductor, first, *inner) == [None] * 3
    assert ((await runs.known()).workflow, (await runs.known()).former) == (second, ())
    assert runs.told == []


async def test_what_can_not_be_reached_is_told_and_kept_for_the_next_run_and_for_the_removal(conductor: Server, runs: Runs) -> None:
    other = conductor.url.replace("127.0.0.1", "localhost")
    first = await runs.run(other)
    runs.ways[other] = NOWHERE
    second = await runs.run(conductor.url)
    assert [event.code for event in runs.told if isinstance(event, Note)] == ["left_there"]
    assert [begun.workflow for begun in (await runs.known()).former] == [first]
    assert None not in await statuses(conductor, first)
    runs.ways.clear()
    assert await runs.run(conductor.url) == second
    assert await statuses(conductor, first) == [None]
    assert (await runs.known()).former == ()

    third = await runs.run(conductor.url, "third")
    runs.ways[conductor.url] = NOWHERE
    fourth = await runs.run(other, "third")
    runs.ways.clear()
    await forget(runs.reach, (await runs.store.find_job(runs.job.id)).memory, runs.forgotten.append)
    assert await statuses(conductor, third, fourth) == [None, None]
