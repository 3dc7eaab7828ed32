"""`dwhisper jobs list`, and what it and `show` say of a job alike."""

import sys
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from dwhisper_worker.contract import Span

from dwhisper_gui.commands import streams
from dwhisper_gui.commands.json_lines import of_path
from dwhisper_gui.commands.tables import print_json, print_table
from dwhisper_gui.core.errors import N_
from dwhisper_gui.core.job import Job, JobState
from dwhisper_gui.core.outcome import ranges
from dwhisper_gui.core.times import clock
from dwhisper_gui.folders import folders
from dwhisper_gui.jobs.combining import LANGUAGE, unreadable_of
from dwhisper_gui.jobs.medium import remembered
from dwhisper_gui.jobs.ownership import is_owned
from dwhisper_gui.jobs.presence import is_awaited
from dwhisper_gui.jobs.records import JobProgress, name_of
from dwhisper_gui.jobs.store import Store

_NONE = N_("There are no jobs. “dwhisper transcribe” makes one of each recording.")
_NONE_SO = N_("No job is in such a state.")
_EVERY_TRY_FAILED = N_("Every try failed: {ranges}.")
_DAMAGED = N_("The file is damaged: {ranges}.")
_CUT = N_("The file ends before: {ranges}.")

STOPPED = "stopped"
"""What is shown of a job that is queued and that no program has before it."""
INTERRUPTED = "interrupted"
"""What is shown of one that says it runs and that no program works on."""
STATES = (*(state.value for state in JobState), STOPPED, INTERRUPTED)
"""All that are shown."""
HEADS = ("job", "name", "length", "language", "model", "state", "done", "added")


async def main(as_json: bool, wanted: Collection[str] = ()) -> int:
    """Prints the table or the document: of the jobs in the `wanted` states, or of all where none is named."""
    async with await Store.open(folders().data) as store:
        progress = await store.progress()
        shown = [(job, state) for job in await store.jobs() if (state := shown_state(store, job)) in (wanted or STATES)]
        reasons = {job.id: await _reason(store, job) for job, _ in shown}
    if as_json:
        print_json([summary(job, state, progress.get(job.id, JobProgress())) | {"reason": reasons[job.id] or None} for job, state in shown])
        return 0
    if not shown:
        streams.say(_NONE_SO if wanted else _NONE)
    rows = [_row(job, state, progress.get(job.id, JobProgress())) for job, state in shown]
    if not sys.stdout.isatty():
        # For grep and the like all of a job is on its line.
        print_table((*HEADS, "reason"), [(*row, reasons[row[0]]) for row in rows])
        return 0
    if rows:
        print_table(HEADS, rows, wrapped=("name", "model", "added"))
    for job, state in shown:
        if reasons[job.id]:
            streams.result(streams.printable(f"{job.id} ({name_of(job.path)}) is {state}: {reasons[job.id]}"))
    return 0


def shown_state(store: Store, job: Job) -> str:
    """The state as it is true: only a living program runs anything, or will."""
    if job.state is JobState.RUNNING and not is_owned(store, job.id):
        return INTERRUPTED
    if job.state is JobState.QUEUED and not is_awaited(store, job):
        return STOPPED
    return job.state.value


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
    added = datetime.fromtimestamp(job.created).astimezone().strftime("%Y-%m-%d %H:%M")
    return job.id, name_of(job.path), length, language, job.options.model, state, f"{share_done(job, progress):.0%}", added


async def _reason(store: Store, job: Job) -> str:
    """Why a job failed or is incomplete; empty for others."""
    if job.state is not JobState.INCOMPLETE:
        return job.error or ""
    medium = remembered(job)
    gaps: dict[str, Sequence[Span]] = {
        _EVERY_TRY_FAILED: [one.span for one in await store.results(job.id).missing() if one.failed],
        _DAMAGED: unreadable_of(job),
        _CUT: [medium.cut] if medium is not None and medium.cut is not None else [],
    }
    return " ".join(template.format(ranges=ranges(spans)) for template, spans in gaps.items() if spans)
