"""How the text of a job is laid out: by which rules, on the frames of its picture, with its shots."""

import asyncio
from collections.abc import Sequence

import msgspec

from dwhisper_gui.core.errors import DWhisperError, MediumChanged
from dwhisper_gui.core.events import Note
from dwhisper_gui.core.job import Job, Output
from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.jobs.medium import remembered
from dwhisper_gui.jobs.records import name_of, recalled
from dwhisper_gui.media.probe import display_name, fingerprint
from dwhisper_gui.media.shots import find_shots
from dwhisper_gui.subtitles.document import Document, document_of
from dwhisper_gui.subtitles.export import shown_name
from dwhisper_gui.subtitles.rules import rules_named

SHOTS = "shots"
"""What a job remembers its shots under, once they were found."""

Shots = tuple[float, ...]


async def laid_out(job: Job, transcript: Transcript, output: Output, shots: Sequence[float] = ()) -> Document:
    """The text of a job as its subtitles show it. Raises `RulesUnknown`."""
    medium = remembered(job)
    rate = medium.frame_rate if medium else None
    return await asyncio.to_thread(document_of, transcript, shown_name(job.path), rules_named(output.rules), rate, shots)


def has_picture(job: Job) -> bool:
    """Whether its medium has one in which there can be shots."""
    medium = remembered(job)
    return medium is not None and medium.frame_rate is not None


def no_picture(job: Job) -> Note:
    """That it has none."""
    return Note(job.id, "no_picture", {"name": name_of(job.path)})


def shots_unknown(job: Job, error: DWhisperError) -> Note:
    """What to tell where there are none for the subtitles to go with, since they could not be found."""
    return Note(job.id, "shots_unknown", {"name": name_of(job.path), "detail": error.sentence()})


async def shots_of(job: Job) -> Shots:
    """When each shot of a job's medium but the first begins, in seconds: as remembered, else found in the file, which takes a while.

    Raises `MediumMissing`, `MediumUnreadable`, `MediumChanged`, `ShotsUnknown`, `FFmpegMissing`, `JobDamaged`."""
    if SHOTS in job.memory:
        return recalled(job, SHOTS, Shots)
    medium = remembered(job)
    if medium is None or medium.frame_rate is None:
        return ()
    if await fingerprint(job.path) != job.fingerprint:
        raise MediumChanged(path=display_name(job.path))
    return await find_shots(job.path, medium.format)


def encoded(shots: Shots) -> str:
    """For `Journal.remember` under `SHOTS`."""
    return msgspec.json.encode(shots).decode()
