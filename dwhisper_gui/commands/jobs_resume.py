"""`dwhisper jobs resume` and `retry`: on with jobs, in the foreground unless another program has them in hand."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from dwhisper_gui.app import App
from dwhisper_gui.commands.work import Shift
from dwhisper_gui.core.events import JobAdded, Note
from dwhisper_gui.core.job import Job, JobState, Wish
from dwhisper_gui.jobs.ownership import is_owned, retry
from dwhisper_gui.jobs.records import name_of

TAKEOVER_SECONDS = 1.5
"""A program that waits on a paused job looks this often, with room to spare, whether it may go on."""
LOOK_SECONDS = 0.1


async def resume_jobs(app: App, shift: Shift, names: Sequence[str]) -> None:
    """Goes on with jobs that were paused, stopped, interrupted or cancelled, or that failed."""
    await shift.work(app, _resumed(app, shift, [await app.store.find_job(name) for name in names]))


async def retry_jobs(app: App, shift: Shift, names: Sequence[str]) -> None:
    """Tries the failed chunks of jobs again. Raises `JobBusy`."""
    await shift.work(app, _retried(app, shift, [await app.store.find_job(name) for name in names]))


async def _resumed(app: App, shift: Shift, jobs: Sequence[Job]) -> AsyncIterator[Job]:
    for job in jobs:
        if job.state is JobState.DONE:
            _note(shift, job, "nothing_left")
            continue
        if job.state.ended:
            await retry(app.store, job.id)
        await app.store.set_wish(job.id, Wish.RUN)
        if await _is_taken(app, job):
            _note(shift, job, "goes_on_elsewhere")
        else:
            yield _told(shift, job)


async def _retried(app: App, shift: Shift, jobs: Sequence[Job]) -> AsyncIterator[Job]:
    for job in jobs:
        if job.state is JobState.DONE:
            _note(shift, job, "nothing_left")
        else:
            await retry(app.store, job.id)
            yield _told(shift, job)


def _told(shift: Shift, job: Job) -> Job:
    shift.tell(JobAdded(job.id, job, resumed=True))
    return job


async def _is_taken(app: App, job: Job) -> bool:
    """Whether another program works on it, or takes it now that it may."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + (TAKEOVER_SECONDS if job.state is JobState.PAUSED else 0.0)
    while not (taken := is_owned(app.store, job.id)) and loop.time() < deadline:  # noqa: ASYNC110 - a lock sets no event
        await asyncio.sleep(LOOK_SECONDS)
    return taken


def _note(shift: Shift, job: Job, code: str) -> None:
    shift.tell(Note(job.id, code, {"name": name_of(job.path)}))
