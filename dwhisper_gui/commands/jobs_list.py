"""`dwhisper jobs list`, and what it and `show` say of a job alike."""

from typing import Any

import msgspec

from dwhisper_gui.commands.json_lines import of_path
from dwhisper_gui.commands.tables import print_json, print_table
from dwhisper_gui.core.job import Job, JobState
from dwhisper_gui.core.times import clock
from dwhisper_gui.folders import folders
from dwhisper_gui.jobs.combining import LANGUAGE
from dwhisper_gui.jobs.medium import remembered
from dwhisper_gui.jobs.ownership import is_owned
from dwhisper_gui.jobs.records import JobProgress, name_of
from dwhisper_gui.jobs.store import Store

INTERRUPTED = "interrupted"
"""A state that no job has, but one that says it runs and that no program works on."""


async def main(as_json: bool) -> int:
    """Prints the table or the document."""
    async with await Store.open(folders().data) as store:
        jobs = await store.jobs()
        progress = await store.progress()
        states = {job.id: shown_state(store, job) for job in jobs}
    if as_json:
        print_json([summary(job, states[job.id], progress.get(job.id, JobProgress())) for job in jobs])
    else:
        rows = [_row(job, states[job.id], progress.get(job.id, JobProgress())) for job in jobs]
        print_table(("job", "name", "length", "language", "model", "state", "done"), rows)
    return 0


def shown_state(store: Store, job: Job) -> str:
    """The state as it is true: only a living program runs anything."""
    return INTERRUPTED if job.state is JobState.RUNNING and not is_owned(store, job.id) else job.state.value


def share_done(job: Job, progress: JobProgress) -> float:
    """From 0 to 1."""
    medium = remembered(job)
    if job.state is JobState.DONE or medium is None or not medium.whole.duration:
        return float(job.state is JobState.DONE)
    return min(1.0, progress.medium_seconds_settled / medium.whole.duration)


def summary(job: Job, state: str, progress: JobProgress) -> dict[str, Any]:
    """A job for programs."""
    medium = remembered(job)
    return {
        "job": job.id,
        **of_path(job.path),
        "state": state,
        "wish": job.wish.value,
        "done": round(share_done(job, progress), 4),
        "duration": medium.duration if medium else None,
        "language": job.memory.get(LANGUAGE),
        "options": msgspec.to_builtins(job.options),
        "output": {"formats": list(job.output.formats), "folder": of_path(job.output.folder), "overwrite": job.output.overwrite},
        "created": job.created,
        "error": job.error,
    }


def _row(job: Job, state: str, progress: JobProgress) -> tuple[str, ...]:
    medium = remembered(job)
    length = clock(medium.whole.duration) if medium else ""
    language = job.memory.get(LANGUAGE, job.options.language)
    return job.id, name_of(job.path), length, language, job.options.model, state, f"{share_done(job, progress):.0%}"
