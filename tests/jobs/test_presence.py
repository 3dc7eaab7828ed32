"""A job that waits is somebody's as long as the program lives that has it."""

import asyncio
from collections.abc import AsyncIterator

from dwhisper_gui.core.job import Job
from dwhisper_gui.jobs.locks import LOCKS
from dwhisper_gui.jobs.ownership import remove
from dwhisper_gui.jobs.presence import Presence, is_awaited
from dwhisper_gui.jobs.store import Store
from tests.jobs.makers import add_job, line, other_program


async def now(store: Store, job: Job) -> Job:
    return await store.find_job(job.id)


async def test_a_job_is_awaited_while_a_program_has_it(store: Store) -> None:
    job, other = await add_job(store), await add_job(store)
    assert not is_awaited(store, await now(store, job)), "nobody ever had it"

    async def named() -> AsyncIterator[str]:
        yield job.id

    with Presence(store) as here:
        assert [one async for one in here.having(named())] == [job.id]
        assert is_awaited(store, await now(store, job))
        assert not is_awaited(store, await now(store, other))
        await remove(store, other.id)
        await here.has(other.id)  # of a job that has gone there is nothing to say
    assert not is_awaited(store, await now(store, job))
    assert not list((store.folder / LOCKS).glob("program-*"))


async def test_a_program_that_was_killed_has_nothing_any_more(store: Store) -> None:
    job = await add_job(store)
    with other_program("have", store.folder, job.id) as child:
        assert await asyncio.to_thread(line, child.stdout) == "has"
        assert is_awaited(store, await now(store, job))
        child.kill()
        await asyncio.to_thread(child.wait)
        assert not is_awaited(store, await now(store, job))
    assert not list((store.folder / LOCKS).glob("program-*")), "nor does its lock stay"
