"""One owner a job and one engine a user, with a second program that is killed."""

import asyncio
import gc
from pathlib import Path

import pytest

from dwhisper_gui.core.errors import JobBusy, JobUnknown, OwnershipLost, StoreUnusable
from dwhisper_gui.core.job import Job, JobState
from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.jobs.locks import LOCKS
from dwhisper_gui.jobs.ownership import clear, engine_lock, is_owned, own, remove, retry
from dwhisper_gui.jobs.records import Outcome
from dwhisper_gui.jobs.store import Store
from tests.jobs.makers import add_job, line, other_program, part

DEADLINE = 20.0


async def test_a_job_has_one_owner_until_it_is_released(store: Store) -> None:
    job, other = await add_job(store), await add_job(store)
    assert not is_owned(store, job.id)
    mine = await own(store, job.id)
    assert mine is not None
    gc.collect()
    assert await own(store, job.id) is None
    assert is_owned(store, job.id)
    theirs = await own(store, other.id)
    assert theirs is not None
    theirs.release()
    mine.release()
    with await own(store, job.id) or pytest.fail("still owned"):
        pass
    assert not is_owned(store, job.id)


async def test_an_unknown_job_is_not_owned(store: Store) -> None:
    for _ in range(2):
        with pytest.raises(JobUnknown):
            await own(store, "zzzzz")
    assert not is_owned(store, "zzzzz")


async def test_a_job_that_is_worked_on_is_neither_removed_nor_retried(store: Store) -> None:
    job = await add_job(store)
    with await own(store, job.id) or pytest.fail("owned"):
        for change in (remove, retry):
            with pytest.raises(JobBusy, match=r"talk �\.mp4"):
                await change(store, job.id)
    assert await store.jobs() == [job]


async def test_a_removed_job_is_gone_with_its_lock(store: Store) -> None:
    job, other = await add_job(store), await add_job(store)
    mine = await own(store, job.id)
    assert mine is not None
    with mine:
        await mine.journal.part_prepared(part())
    await remove(store, job.id.upper())
    assert await store.jobs() == [other]
    assert list((store.folder / LOCKS).iterdir()) == []
    with pytest.raises(JobUnknown):
        await remove(store, job.id)


async def end(store: Store, job: Job, state: JobState) -> None:
    with await own(store, job.id) or pytest.fail("owned") as mine:
        await mine.journal.part_prepared(part())
        await mine.journal.set_state(state)


async def test_what_is_cleared_is_gone_and_what_is_worked_on_stays(store: Store) -> None:
    done, failed, waiting, busy, again = [await add_job(store) for _ in range(5)]
    for job in (done, busy):
        await end(store, job, JobState.DONE)
    await end(store, failed, JobState.FAILED)
    await end(store, again, JobState.CANCELLED)
    await retry(store, again.id)
    ended = [state for state in JobState if state.ended]
    with await own(store, busy.id) or pytest.fail("owned"):
        assert [job.id for job in await clear(store, [JobState.DONE])] == [done.id]
        assert [job.id for job in await store.jobs()] == [failed.id, waiting.id, busy.id, again.id]
        assert [job.id for job in await clear(store, ended)] == [failed.id]
    assert [job.id for job in await clear(store, ended)] == [busy.id]
    assert [job.id for job in await store.jobs()] == [waiting.id, again.id]
    assert await clear(store, ended) == []
    assert await store.results(done.id).prepared_parts() == {}
    assert not {path.stem for path in (store.folder / LOCKS).iterdir()} & {done.id, failed.id, busy.id}


@pytest.mark.parametrize("state", [state for state in JobState if state.ended])
async def test_what_had_ended_and_is_revived_comes_last(store: Store, state: JobState) -> None:
    ended, waiting, done, last = [await add_job(store) for _ in range(4)]
    await end(store, ended, state)
    await end(store, done, JobState.DONE)
    await retry(store, ended.id)
    order = [job.id for job in await store.jobs() if job.id != done.id]
    assert order == [waiting.id, last.id, ended.id]


async def test_what_had_not_ended_keeps_its_place_when_it_is_tried_again(store: Store) -> None:
    paused, waiting = await add_job(store), await add_job(store)
    await end(store, paused, JobState.PAUSED)
    await retry(store, paused.id)
    assert [job.id for job in await store.jobs()] == [paused.id, waiting.id]


async def test_retry_queues_the_job_again(store: Store) -> None:
    job = await add_job(store)
    mine = await own(store, job.id)
    assert mine is not None
    with mine:
        await mine.journal.set_state(JobState.INCOMPLETE, "Some is missing.")
    await retry(store, job.id)
    assert await store.jobs() == [job]


async def test_a_folder_for_locks_that_can_not_be_made_is_told(store: Store) -> None:
    job = await add_job(store)
    (store.folder / LOCKS).touch()
    with pytest.raises(StoreUnusable, match=LOCKS):
        await own(store, job.id)


@pytest.mark.integration
async def test_the_kernel_frees_what_a_killed_program_owned(store: Store) -> None:
    job = await add_job(store)
    with other_program("own", store.folder, job.id) as other:
        assert await asyncio.to_thread(line, other.stdout) == "owns 1"
        assert await own(store, job.id) is None
        other.kill()
        other.wait(DEADLINE)
    mine = await own(store, job.id)
    assert mine is not None
    with mine:
        assert await store.results(job.id).part(0) == part(), "what it had committed is there"
        (attempt,) = await store.results(job.id).attempts()
        assert attempt.outcome is Outcome.LOST
        assert await mine.journal.leased(ChunkKey(0, 0), "worker", "host") == 1


@pytest.mark.integration
async def test_another_program_finds_the_job_taken(store: Store) -> None:
    job = await add_job(store)
    with await own(store, job.id) or pytest.fail("owned"), other_program("own", store.folder, job.id) as other:
        assert await asyncio.to_thread(line, other.stdout) == "busy"


@pytest.mark.integration
async def test_an_owner_that_was_given_up_changes_nothing_when_it_wakes(store: Store) -> None:
    job = await add_job(store)
    with await own(store, job.id) or pytest.fail("owned") as mine:
        await mine.journal.part_prepared(part())
        with other_program("take_over", store.folder, job.id) as other:
            assert await asyncio.to_thread(line, other.stdout) == "taken"
        with pytest.raises(OwnershipLost):
            await mine.journal.leased(ChunkKey(0, 0), "worker", "host")
    assert await store.results(job.id).attempts() == []


@pytest.mark.integration
async def test_a_second_engine_waits_says_so_once_and_follows_a_kill(tmp_path: Path) -> None:
    said: list[str] = []
    with other_program("engine", tmp_path) as other:
        assert await asyncio.to_thread(line, other.stdout) == "has it"

        async def mine() -> None:
            async with engine_lock(tmp_path, lambda: said.append("waits")):
                said.append("has it")

        waiting = asyncio.create_task(mine())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), 0.7)
        assert said == ["waits"]
        other.kill()
        await asyncio.wait_for(waiting, DEADLINE)
        assert said == ["waits", "has it"]
    with other_program("engine", tmp_path) as other:
        assert await asyncio.to_thread(line, other.stdout) == "has it", "and it was given back"


async def test_waiting_for_the_engine_can_be_cancelled(tmp_path: Path) -> None:
    async with engine_lock(tmp_path, lambda: pytest.fail("free")):
        said = asyncio.Event()

        async def mine() -> None:
            async with engine_lock(tmp_path, said.set):
                pytest.fail("taken")

        waiting = asyncio.create_task(mine())
        await asyncio.wait_for(said.wait(), DEADLINE)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with engine_lock(tmp_path, lambda: pytest.fail("free")):
        pass
