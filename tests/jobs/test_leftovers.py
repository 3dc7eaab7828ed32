"""What a removed job has on servers is kept in the store until the servers have deleted it."""

from pathlib import Path

import pytest

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.core.errors import OwnershipLost
from dwhisper_gui.core.job import JobState
from dwhisper_gui.core.server_errors import ServerUnreachable
from dwhisper_gui.jobs.journal import StoreJournal
from dwhisper_gui.jobs.leftovers import Leftover, delete_leftovers, delete_until_none, leftovers
from dwhisper_gui.jobs.ownership import clear, own, remove
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.runners.remembered import MEMORY, Begun, Remembered
from tests.jobs.makers import add_job

NOWHERE = "http://127.0.0.1:1"
ELSEWHERE = "http://127.0.0.2:1"


def memory(correlation: str, *former: str) -> str:
    return Remembered(NOWHERE, "pool", correlation, "", None, tuple(Begun(url, correlation, None) for url in former)).written()


async def given_out(store: Store, correlation: str = "c1", state: JobState = JobState.QUEUED) -> str:
    """The id of a job that was on a server."""
    job = await add_job(store)
    await store.remember(job.id, MEMORY, memory(correlation))
    with await own(store, job.id) or pytest.fail("owned") as mine:
        await mine.journal.set_state(state)
    return job.id


async def test_what_a_removed_job_has_on_servers_is_written_down_and_survives(store: Store) -> None:
    job = await given_out(store)
    await remove(store, job)
    assert await store.jobs() == []
    async with await Store.open(store.folder) as again:
        (left,) = await leftovers(again)
    assert left == Leftover(job, "talk \ufffd.mp4", memory("c1"))
    assert [begun.server for begun in left.begun] == [NOWHERE]


async def test_so_is_that_of_jobs_that_are_cleared(store: Store) -> None:
    cleared = [await given_out(store, f"c{number}", JobState.DONE) for number in range(2)]
    kept = await given_out(store, "c2")
    assert [job.id for job in await clear(store, [JobState.DONE])] == cleared
    assert [left.job for left in await leftovers(store)] == cleared
    assert [job.id for job in await store.jobs()] == [kept]


@pytest.mark.parametrize("written", [None, "no record of a server"])
async def test_a_job_that_was_never_on_a_server_leaves_nothing(store: Store, written: str | None) -> None:
    job = await add_job(store)
    if written is not None:
        await store.remember(job.id, MEMORY, written)
    await remove(store, job.id)
    assert await leftovers(store) == []


async def test_a_job_that_is_not_removed_leaves_nothing(store: Store) -> None:
    job = await given_out(store)
    former = await StoreJournal.begin(store.database, job)
    await StoreJournal.begin(store.database, job)
    with pytest.raises(OwnershipLost):
        await former.delete()
    assert await leftovers(store) == []
    assert (await store.find_job(job)).memory[MEMORY] == memory("c1")


async def test_it_is_kept_while_a_server_is_away_which_is_asked_once_for_all(store: Store) -> None:
    jobs = [await given_out(store, f"c{number}") for number in range(3)]
    for job in jobs:
        await remove(store, job)
    asked: list[str] = []

    async def reach(url: str) -> ServerAddress:
        asked.append(url)
        return ServerAddress(url)

    tried = await delete_leftovers(store, reach, lambda _: pytest.fail("nothing was deleted"))
    assert [(left.job, type(error)) for left, error in tried] == [(job, ServerUnreachable) for job in jobs]
    assert asked == [NOWHERE]
    assert [left.job for left in await leftovers(store)] == jobs


async def test_what_nobody_wants_to_be_deleted_now_is_not_tried(store: Store) -> None:
    await remove(store, await given_out(store))

    async def reach(url: str) -> ServerAddress:
        pytest.fail(f"{url} was asked")

    assert await delete_leftovers(store, reach, lambda _: None, lambda left: ELSEWHERE in [begun.server for begun in left.begun]) == []
    assert len(await leftovers(store)) == 1


async def test_in_the_background_nothing_that_goes_wrong_is_raised(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with await Store.open(tmp_path / "other") as store:
        await remove(store, await given_out(store))

        async def reach(url: str) -> ServerAddress:
            raise RuntimeError(url)

        await delete_until_none(store, reach, lambda _: None)
        assert "could not be deleted" in caplog.text
        assert len(await leftovers(store)) == 1
