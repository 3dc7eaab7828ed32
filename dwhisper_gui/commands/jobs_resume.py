"""`dwhisper jobs resume` and `retry`: on with jobs, in the foreground unless another program has them in hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from dwhisper_gui.app import App
from dwhisper_gui.commands.jobs_list import INTERRUPTED, STOPPED, shown_state
from dwhisper_gui.commands.work import Shift
from dwhisper_gui.core.credential_errors import CredentialsError
from dwhisper_gui.core.errors import JobBusy, JobDamaged, JobUnknown, UsageError
from dwhisper_gui.core.events import JobAdded, Note
from dwhisper_gui.core.job import Job, JobState, Wish
from dwhisper_gui.jobs.combining import is_used_up
from dwhisper_gui.jobs.ownership import is_owned, retry
from dwhisper_gui.jobs.records import name_of

TAKEOVER_SECONDS = 1.5
"""A program that waits on a paused job looks this often, with room to spare, whether it may go on."""
LOOK_SECONDS = 0.1


HALTED = (STOPPED, INTERRUPTED, JobState.PAUSED.value)


async def resume_jobs(app: App, shift: Shift, names: Sequence[str] | None) -> None:
    """Goes on with jobs that were paused, stopped, interrupted or cancelled, or that failed; with None, with all that were halted. Raises
    `JobUnknown`, `JobAmbiguous`, with nothing changed."""
    if names is None:
        jobs = [job for job in await app.store.jobs() if shown_state(app.store, job) in HALTED]
        if not jobs:
            shift.tell(Note("", "none_to_resume", {}))
    else:
        jobs = await app.store.find_jobs(names)
    await shift.work(app, _each(app, shift, jobs, lambda job: _resumed(app, shift, job)))


async def retry_jobs(app: App, shift: Shift, names: Sequence[str]) -> None:
    """Tries the failed chunks of jobs again. Raises `JobUnknown`, `JobAmbiguous`, with nothing changed."""
    jobs = await app.store.find_jobs(names)
    await shift.work(app, _each(app, shift, jobs, lambda job: _retried(app, job)))


async def _each(app: App, shift: Shift, jobs: Sequence[Job], revive: Callable[[Job], Awaitable[bool]]) -> AsyncIterator[Job]:
    """Those of the jobs that `revive` says are to be worked on here. Where there is but one, raises what is wrong with it."""
    for job in jobs:
        if job.state is JobState.DONE:
            _note(shift, job, "nothing_left")
            continue
        try:
            here = await revive(job)
            used_up = await is_used_up(app.store, job)
            if here and not used_up:  # where it can't be had, the job is not begun, and so does not fail
                await app.runners.named(app.runners.name_for(job.memory))
        except (JobBusy, JobDamaged, JobUnknown, UsageError, CredentialsError) as error:
            if len(jobs) == 1:
                raise
            shift.refuse(error, job.path)
            continue
        if here:
            shift.tell(JobAdded(job.id, job, resumed=not used_up, finished_before=used_up))
            yield job


async def _resumed(app: App, shift: Shift, job: Job) -> bool:
    if job.state.ended:
        await retry(app.store, job.id)
    await app.store.set_wish(job.id, Wish.RUN)
    if await _is_taken(app, job):
        _note(shift, job, "goes_on_elsewhere")
        return False
    return True


async def _retried(app: App, job: Job) -> bool:
    await retry(app.store, job.id)
    return True


async def _is_taken(app: App, job: Job) -> bool:
    """Whether another program works on it, or takes it now that it may."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + (TAKEOVER_SECONDS if job.state is JobState.PAUSED else 0.0)
    while not (taken := is_owned(app.store, job.id)) and loop.time() < deadline:  # noqa: ASYNC110 - a lock sets no event
        await asyncio.sleep(LOOK_SECONDS)
    return taken


def _note(shift: Shift, job: Job, code: str) -> None:
    shift.tell(Note(job.id, code, {"name": name_of(job.path)}))
