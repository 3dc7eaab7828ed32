"""What `dwhisper export` does: the text of a job, as far as it is, in files and in what is said of them."""

import asyncio
import os
from collections.abc import Callable

from dwhisper_gui.commands import streams
from dwhisper_gui.commands.json_lines import of_note, of_path, of_transcript, write
from dwhisper_gui.core import notes
from dwhisper_gui.core.errors import DWhisperError, NoTextYet, NothingToExport
from dwhisper_gui.core.events import Note
from dwhisper_gui.core.job import Job, JobState, Output
from dwhisper_gui.core.outcome import state_sentence, warnings
from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.folders import folders
from dwhisper_gui.jobs import writing
from dwhisper_gui.jobs.combining import transcript_of
from dwhisper_gui.jobs.layout import Shots, has_picture, laid_out, no_picture, shots_of, shots_unknown
from dwhisper_gui.jobs.records import name_of
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.subtitles.export import refuse_unwritable
from dwhisper_gui.subtitles.report import note_of, problems_of, shows_cues

TO_DO = ("not_done", "failed")
"""Why something is missing that another try may bring."""


async def export_job(name: str, chosen: Callable[[Output], Output], *, needs_shots: bool, as_json: bool) -> int:
    """Writes a job as `chosen` makes it of what the job was asked for. Without the shots nothing is written where they are needed."""
    async with await Store.open(folders().data) as store:
        job = await store.find_job(name)
        transcript = await _text_of(store, job)
        windows = (await store.progress_of(job.id)).windows_done
    output = chosen(job.output)
    await asyncio.to_thread(refuse_unwritable, job.path, output.folder)
    told: list[Note] = []
    shots = await _shots(job, told, needed=needs_shots) if output.shots else ()
    document = await laid_out(job, transcript, output, shots)
    layout = writing.Layout(windows, output.rules, output.shots)
    done = await asyncio.to_thread(writing.write, document, writing.Target(job, output), layout, anew=True)
    told += done.notes
    problems = await asyncio.to_thread(problems_of, document)
    status = 0 if transcript.complete else streams.INCOMPLETE
    if as_json:
        counts = {"cues": len(document.cues), "rules": output.rules, "not_within_rules": len({problem.cue for problem in problems})}
        told_as = [of_note(note) for note in told]
        write({"job": job.id, "files": [of_path(file) for file in done.files], "notes": told_as, **counts, **of_transcript(transcript)})
        return status
    for warning in warnings(transcript, job.id):
        streams.say(warning)
    if not transcript.segments and transcript.complete:
        streams.say(notes.SILENT)
    elif shows_cues(output):
        told.append(note_of(document, problems))
    for note in told:
        if not notes.is_void(note):
            streams.say(streams.printable(notes.sentence(note)))
    for file in done.files:
        streams.result(os.fsdecode(file))
    return status


async def _text_of(store: Store, job: Job) -> Transcript:
    """What there is of a job's text. Raises `NoTextYet`: a medium in which nobody speaks has empty subtitles, one that is not heard yet
    has none."""
    # Incomplete without any text, it has failed as far as an export goes.
    state = JobState.FAILED if job.state is JobState.INCOMPLETE else job.state
    nothing = NoTextYet(name=name_of(job.path), state=state_sentence(state, job.id))
    try:
        transcript = await transcript_of(store, job)
    except NothingToExport:
        raise nothing from None
    if not transcript.segments and any(one.reason in TO_DO for one in transcript.missing):
        raise nothing
    return transcript


async def _shots(job: Job, told: list[Note], *, needed: bool) -> Shots:
    """The shots of a job's picture; none, and a note of why, where there are none to be had and they are not needed."""
    if not has_picture(job):
        told.append(no_picture(job))
        return ()
    try:
        return await shots_of(job)
    except DWhisperError as error:
        if needed:
            raise
        told.append(shots_unknown(job, error))
        return ()
