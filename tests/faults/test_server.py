"""The server dies, and what is on it is stopped or deleted by hand."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.records import TaskStatus
from dwhisper_gui.core.events import ChunkDone, ChunkLeased, PartPrepared
from dwhisper_gui.core.job import Job
from dwhisper_gui.runners.remembered import remembered
from tests.faults.trial import Trial, some, told, until_tasks
from tests.jobs.bench import Bench

ByHand = Callable[[Conductor, str, list[str]], Awaitable[None]]


@pytest.mark.faults
async def test_a_server_killed_in_mid_job_and_started_again_goes_on(trial: Trial) -> None:
    async with trial.desk() as at:
        job = await at.add()
        working = asyncio.ensure_future(at.work(job))
        with trial.worker():
            await told(at, ChunkLeased)
            trial.server.kill()
            await asyncio.to_thread(trial.server.start)
            await working
        assert {"server_away", "server_back"} <= at.notes()
        await trial.agree(at, job)


async def terminated(server: Conductor, workflow: str, parts: list[str]) -> None:
    await server.terminate(workflow, "by hand")


async def a_part_terminated(server: Conductor, workflow: str, parts: list[str]) -> None:
    await server.terminate(parts[-1], "by hand")


async def deleted(server: Conductor, workflow: str, parts: list[str]) -> None:
    await server.remove(workflow)


async def deleted_with_its_parts(server: Conductor, workflow: str, parts: list[str]) -> None:
    for one in (workflow, *parts):
        await server.remove(one)


async def a_part_deleted(server: Conductor, workflow: str, parts: list[str]) -> None:
    await server.remove(parts[-1])


def left_out(by_hand: ByHand) -> Any:
    return pytest.param(by_hand, marks=pytest.mark.faults)


@pytest.mark.parametrize(
    "by_hand",
    [terminated, left_out(a_part_terminated), left_out(deleted), deleted_with_its_parts, left_out(a_part_deleted)],
    ids=lambda by_hand: by_hand.__name__,
)
async def test_what_somebody_stops_or_deletes_on_the_server_is_gone_on_with(trial: Trial, by_hand: ByHand) -> None:
    async with trial.desk() as at:
        job = await at.add()
        working = asyncio.ensure_future(at.work(job))
        with trial.worker():
            await told(at, ChunkDone)
            async with Conductor(trial.server.address) as server:
                await by_hand(server, *await workflows(server, at, job))
            await working
        await trial.agree(at, job, again="deleted" in by_hand.__name__)
        done = [event.chunk for event in at.told if isinstance(event, ChunkDone)]
        assert len(done) == len(set(done))


@pytest.mark.faults
async def test_what_somebody_pauses_on_the_server_is_waited_for(trial: Trial) -> None:
    async with trial.desk() as at, Conductor(trial.server.address) as server:
        job = await at.add()
        working = asyncio.ensure_future(at.work(job))
        await until_tasks(trial, at, job, some(TaskStatus.SCHEDULED))
        workflow, _ = await workflows(server, at, job)
        await server.link.response("PUT", f"/workflow/{workflow}/pause")
        with trial.worker():
            await told(at, ChunkDone)
            assert not at.ended
            await server.link.response("PUT", f"/workflow/{workflow}/resume")
            await working
        await trial.agree(at, job)


async def test_a_result_that_is_delivered_twice_counts_once(trial: Trial) -> None:
    async with trial.desk() as at, Conductor(trial.server.address) as server:
        job = await at.add()
        working = asyncio.ensure_future(at.work(job))
        with trial.worker():
            tasks = await until_tasks(trial, at, job, some(TaskStatus.COMPLETED))
            done = next(task for task in tasks if task.status is TaskStatus.COMPLETED)
            for output in (done.output, {"file": "conductor://file/none"}):
                await server.update(done, TaskStatus.COMPLETED, output, worker="another")
            await server.update(done, TaskStatus.FAILED, worker="another")
            await working
        assert await server.task(done.id) == done
        await trial.agree(at, job)


async def test_a_result_that_is_missing_or_damaged_on_the_server_is_done_again_and_no_other(trial: Trial) -> None:
    async with trial.desk() as at:
        job, stop = await at.add(), asyncio.Event()
        working = asyncio.ensure_future(at.work(job, stop=stop))
        count = sum(len(event.part.chunks) for event in await told(at, PartPrepared, 2))
        await until_tasks(trial, at, job, lambda tasks: len(tasks) == count)
        stop.set()
        await working
        with trial.worker():
            tasks = await until_tasks(trial, at, job, some(TaskStatus.COMPLETED, count))
    missing, damaged, *_ = tasks
    file_of(trial, missing.output["file"]).unlink()
    path = file_of(trial, damaged.output["file"])
    path.write_bytes(bytes(path.stat().st_size))
    async with trial.desk() as at:
        with trial.worker():
            await at.work(job)
        spoilt = {str(task.input["subject"]) for task in (missing, damaged)}
        redone = [event.chunk for event in at.told if isinstance(event, ChunkLeased) and str(event.chunk) in spoilt]
        await trial.agree(at, job, redone=redone)
    assert trial.done_again() == spoilt


def file_of(trial: Trial, handle: str) -> Path:
    """Where the server keeps a file."""
    name = handle.rpartition("/")[2]
    (found,) = [path for path in (trial.server.folder / "files").rglob("*") if path.is_file() and name in str(path)]
    return found


async def workflows(server: Conductor, at: Bench, job: Job) -> tuple[str, list[str]]:
    """The job's, and those in it."""
    known = remembered((await at.store.find_job(job.id)).memory)
    assert known is not None
    assert known.workflow is not None
    return known.workflow, [task.sub_workflow async for task in server.all_tasks(known.workflow) if task.sub_workflow]
