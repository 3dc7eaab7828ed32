"""Workers that die, stop, are not there, fail, or have a clock that is wrong."""

import asyncio
import datetime as dt
import shutil
import signal
import subprocess
import sys
from collections import Counter
from functools import partial

import pytest
from dwhisper_worker.contract import Span

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.records import TaskStatus
from dwhisper_gui.core.events import ChunkDone, ChunkFailed
from dwhisper_gui.core.job import JobState, Wish
from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.core.waiting import until
from dwhisper_gui.jobs.ownership import retry
from dwhisper_gui.jobs.records import Outcome
from tests.faults.trial import LOOK_SECONDS, Trial, chunk_tasks, noted, some, told, until_tasks

HELD = some(TaskStatus.IN_PROGRESS)


async def test_a_chunk_of_a_killed_worker_is_done_by_another(trial: Trial) -> None:
    async with trial.desk() as at:
        job = await at.add()
        working = asyncio.ensure_future(at.work(job))
        with trial.worker() as one:
            await until_tasks(trial, at, job, HELD)
            one.signal(signal.SIGKILL)
            with trial.worker():
                await working
        await trial.agree(at, job)
        assert {attempt.reason for attempt in await at.store.results(job.id).attempts() if attempt.outcome is Outcome.RELEASED} == {"lost"}


async def test_the_late_result_of_a_stopped_worker_changes_nothing(trial: Trial) -> None:
    async with trial.desk() as at:
        job = await at.add()
        working = asyncio.ensure_future(at.work(job))
        with trial.worker() as one:
            held = [task.reference for task in await until_tasks(trial, at, job, HELD) if task.status is TaskStatus.IN_PROGRESS]
            one.signal(signal.SIGSTOP)
            with trial.worker():
                await working
            await trial.agree(at, job, again=True)
            async with Conductor(trial.server.address) as server:
                before = await chunk_tasks(server, at, job)
                one.signal(signal.SIGCONT)
                await asyncio.to_thread(one.says, f".{held[0].rpartition('_')[2]} ")
                await until(lambda: _over(one.log), LOOK_SECONDS)
                assert await chunk_tasks(server, at, job) == before
        await trial.agree(at, job, again=True)
        assert {task.status for task in before if task.worker.endswith("-0")} <= {TaskStatus.TIMED_OUT, TaskStatus.COMPLETED}


async def _over(log: str) -> bool:
    """Whether the worker has let go of, or done, all that it had begun."""
    counted = Counter(word for line in log.splitlines() for word in (" is here:", " is done", " was let go") if word in line)
    return counted[" is here:"] <= counted[" is done"] + counted[" was let go"]


async def test_where_all_workers_are_gone_the_user_is_told_and_the_next_goes_on(trial: Trial) -> None:
    async with trial.desk() as at:
        job = await at.add()
        working = asyncio.ensure_future(at.work(job))
        with trial.worker() as one, trial.worker() as other:
            await until_tasks(trial, at, job, HELD)
            one.signal(signal.SIGKILL)
            other.signal(signal.SIGKILL)
        await noted(at, "workers_lost")
        with trial.worker():
            await noted(at, "worker_came")
            await working
        await trial.agree(at, job)


async def test_a_chunk_that_always_fails_is_missing_and_a_retry_does_it_alone(trial: Trial) -> None:
    async with trial.desk() as at:
        job = await at.add()
        with trial.worker(command=(sys.executable, "-m", "tests.faults.failing", "1.0")) as bad:
            await at.work(job)
        assert at.ended[-1].state is JobState.INCOMPLETE
        part = await at.store.results(job.id).part(1)
        assert part
        windows = next(chunk.windows for chunk in part.chunks if chunk.key == ChunkKey(1, 0))
        await trial.agree(at, job, failed=[Span(window.start, window.end) for window in windows])
        (failed,) = [event for event in at.told if isinstance(event, ChunkFailed) and event.final]
        assert failed.chunk == ChunkKey(1, 0)
        assert "as it was told to" in bad.log, "only its own log has the details"
        assert "as it was told to" not in failed.reason
        at.told.clear()
        await retry(at.store, job.id)
        with trial.worker():
            await at.work(job)
        await trial.agree(at, job)
        again = [event.chunk for event in at.told if isinstance(event, ChunkDone)]
        assert again == [ChunkKey(1, 0)]


async def test_a_chunk_that_was_given_up_is_not_tried_again_when_a_paused_job_goes_on(trial: Trial) -> None:
    async with trial.desk() as at:
        job = await at.add()
        working = asyncio.ensure_future(at.work(job))
        with trial.worker(command=(sys.executable, "-m", "tests.faults.failing", "0.0")):
            while not [event for event in await told(at, ChunkFailed) if event.final]:
                at.told.clear()
        await at.store.set_wish(job.id, Wish.PAUSE)
        await until(partial(at.is_paused, job), LOOK_SECONDS)
        await at.store.set_wish(job.id, Wish.RUN)
        with trial.worker() as good:
            await working
            assert ":0.0 " not in good.log
        assert at.ended[-1].state is JobState.INCOMPLETE
        await retry(at.store, job.id)
        with trial.worker() as good:
            await at.work(job)
            assert ":0.0 is done" in good.log
        await trial.agree(at, job)


def by_another_clock(shift: str) -> tuple[str, ...]:
    """The command of a worker whose clock is so much off. Time passes as ever: what counts seconds by itself is right."""
    if shutil.which("faketime") is None:
        pytest.skip("a wrong clock can't be tried without faketime (make faults-packages)")
    # The command faketime would stay in between, and be killed in the worker's stead.
    library = subprocess.run(["faketime", "-m", "-f", shift, "printenv", "LD_PRELOAD"], capture_output=True, text=True, check=True).stdout
    variables = (f"LD_PRELOAD={library.strip()}", f"FAKETIME={shift}", "FAKETIME_DONT_FAKE_MONOTONIC=1")
    return ("env", *variables, sys.executable, "-m", "tests.faults.shifted")


@pytest.mark.parametrize("shift", ["-1h", pytest.param("+1h", marks=pytest.mark.faults)])
async def test_a_worker_whose_clock_is_an_hour_off_works_as_any(trial: Trial, shift: str) -> None:
    async with trial.desk() as at:
        job = await at.add()
        with trial.worker(command=by_another_clock(shift)) as one:
            await at.work(job)
        assert "no_workers" not in at.notes()
        await trial.agree(at, job)
        attempts = await at.store.results(job.id).attempts()
    assert {attempt.outcome for attempt in attempts} == {Outcome.DONE}
    said = dt.datetime.fromisoformat(one.log.partition(" INFO ")[0].replace(",", "."))
    assert abs(dt.datetime.now() - said) > dt.timedelta(minutes=30), "else nothing was tried"
