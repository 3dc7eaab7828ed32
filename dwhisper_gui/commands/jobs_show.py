"""`dwhisper jobs show`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from dwhisper_gui.commands import streams
from dwhisper_gui.commands.jobs_list import shown_state, summary
from dwhisper_gui.commands.json_lines import of_path, of_transcript
from dwhisper_gui.commands.spoken import spoken
from dwhisper_gui.commands.tables import print_json, print_table
from dwhisper_gui.core.errors import NothingToExport
from dwhisper_gui.core.job import Job
from dwhisper_gui.core.outcome import warnings
from dwhisper_gui.core.times import clock, length
from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.folders import folders
from dwhisper_gui.jobs.combining import transcript_of
from dwhisper_gui.jobs.records import Attempt, JobProgress
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.jobs.writing import written_of


async def main(name: str, as_json: bool) -> int:
    """Prints all that is known about a job."""
    async with await Store.open(folders().data) as store:
        job = await store.find_job(name)
        progress = await store.progress_of(job.id)
        attempts = await store.results(job.id).attempts()
        state = shown_state(store, job)
        try:
            transcript = await transcript_of(store, job)
        except NothingToExport:
            transcript = None
    if as_json:
        print_json(
            {
                **summary(job, state, progress),
                "parts": progress.parts,
                "windows": progress.windows,
                "windows_done": progress.windows_done,
                "windows_failed": progress.windows_failed,
                "attempts": [_attempt(one) for one in attempts],
                "files": [of_path(file) for file in written_of(job).paths],
                **(of_transcript(transcript) if transcript else {}),
            }
        )
        return 0
    for label, value in _facts(job, state, progress, transcript):
        if value:
            streams.result(f"{label + ':':<12}{streams.printable(value)}")
    for sentence in warnings(transcript, job.id) if transcript else ():
        streams.result(sentence)
    if attempts:
        streams.result("")
        print_table(("chunk", "try", "worker", "host", "given out", "took", "outcome", "figures"), [_row(one) for one in attempts])
    return 0


def _facts(job: Job, state: str, progress: JobProgress, transcript: Transcript | None) -> list[tuple[str, str]]:
    options = job.options
    until = "the end" if options.end is None else clock(options.end)
    files = [file.decode("utf-8", "replace") for file in written_of(job).paths]
    chosen = [options.engine, options.model, options.device, options.compute_type, *(["into English"] if options.translate else [])]
    windows = f"{progress.windows_done} of {progress.windows} done" + f", {progress.windows_failed} failed" * bool(progress.windows_failed)
    return [
        ("job", job.id),
        ("file", job.path.decode("utf-8", "replace")),
        ("state", f"{state}: {job.error}" if job.error else state),
        ("length", clock(transcript.duration) if transcript else ""),
        ("range", f"{clock(options.start)} to {until}" if options.start or options.end is not None else ""),
        ("model", ", ".join(chosen)),
        ("language", _language(job, transcript)),
        ("track", options.track),
        ("prompt", options.prompt),
        ("hotwords", options.hotwords),
        ("parts", str(progress.parts) if progress.parts else ""),
        ("windows", windows if progress.parts else ""),
        ("formats", ", ".join(job.output.formats)),
        ("written", ", ".join(files)),
        ("added", _moment(job.created)),
    ]


def _language(job: Job, transcript: Transcript | None) -> str:
    if transcript is None:
        return job.options.language
    return spoken(transcript.language, transcript.language_shares)


def _row(one: Attempt) -> Sequence[str]:
    took = length(one.ended - one.leased) if one.ended is not None else ""
    figures = one.reason or ""
    if one.figures is not None and one.figures.wall_seconds:
        speed = one.figures.audio_seconds / one.figures.wall_seconds
        figures = f"{one.figures.audio_seconds:.0f} s at {speed:.1f}x, {one.figures.windows_again} of {one.figures.windows} windows again"
    return str(one.chunk), str(one.lease), one.worker, one.host, _moment(one.leased), took, one.outcome.value, figures


def _attempt(one: Attempt) -> dict[str, Any]:
    return {**msgspec.to_builtins(one), "chunk": str(one.chunk)}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(" ", "seconds")
