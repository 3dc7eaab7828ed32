"""From what the store has of a job to its transcript, audited for speech without words."""

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec
from dwhisper_worker.contract import Span

from dwhisper_gui.core.errors import NothingToExport
from dwhisper_gui.core.job import Job, Missing, Output
from dwhisper_gui.core.plan import complement
from dwhisper_gui.core.transcript import FlawedWindow, Transcript, combine, unheard
from dwhisper_gui.jobs.medium import Medium, remembered
from dwhisper_gui.jobs.records import name_of, recalled
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.subtitles.report import written_as
from dwhisper_gui.subtitles.rules import DEFAULT

LANGUAGE = "language"
SHARES = "language_shares"
FILES = "files"
UNREADABLE = "unreadable"
NO_LANGUAGE = "und"
"""ISO 639's “undetermined”: of a medium in which nobody speaks."""


async def transcript_of(store: Store, job: Job) -> Transcript:
    """What there is of a job's text, whole or not. Raises `NothingToExport` where the job was never begun, `JobDamaged`,
    `StoreUnusable`."""
    medium = remembered(job)
    if medium is None:
        raise NothingToExport(name=name_of(job.path), job=job.id)
    results = [pair async for pair in store.results(job.id).windows()]
    segments = combine(results)
    missing = await _missing(store, job, medium)
    shares = recalled(job, SHARES, tuple[tuple[str, float], ...], "[]")
    return Transcript(
        # A vote on sound in which nobody was heard says nothing.
        language=NO_LANGUAGE if shares and not segments else job.memory.get(LANGUAGE, NO_LANGUAGE),
        language_shares=shares if segments else (),
        duration=medium.duration,
        segments=tuple(segments),
        unheard=tuple(unheard(await store.results(job.id).sure_speech(), segments, (one.span for one in missing))),
        flawed=tuple(FlawedWindow(span, result.flaws) for span, result in results if result.flaws),
        sampled=tuple(span for span, result in results if result.sampled),
        missing=tuple(missing),
        translated=job.options.translate,
        model=job.options.model,
        engine=job.options.engine,
    )


@dataclass(frozen=True, slots=True)
class Written:
    """The subtitles that were written of a job: `files` of its text as it was with so many `windows`, laid out by these `rules`, with its
    `shots` or without; `older` with fewer, or by others."""

    files: tuple[bytes, ...] = ()
    windows: int = 0
    older: tuple[bytes, ...] = ()
    rules: str = DEFAULT.name
    shots: bool = False
    announced: Output | None = None
    """What was about to be written when this was noted; None: nothing."""

    def of(self, windows: int, output: Output) -> "Written":
        """The same for a text of so many windows, laid out so."""
        asked = (windows, output.rules, output.shots)
        if asked == (self.windows, self.rules, self.shots):
            return self
        return Written((), windows, tuple(dict.fromkeys((*self.older, *self.files))), output.rules, output.shots)

    def encoded(self) -> str:
        """For `Journal.remember` under `FILES`."""
        return msgspec.json.encode(self).decode()


def written_of(job: Job) -> Written:
    """What was written of a job so far. Raises `JobDamaged`."""
    return recalled(job, FILES, Written, "{}")


def standing_files(job: Job, output: Output, windows: int, language: str) -> dict[str, bytes]:
    """The files that `output` asks for, by the name of their format, as far as they were written of just these windows, laid out so, and
    are still there. `language`: of the text."""
    written = written_of(job).of(windows, output)
    folder = Path(os.fsdecode(job.path)).parent if output.folder is None else Path(os.fsdecode(output.folder))
    files = [Path(os.fsdecode(file)) for file in written.files]
    found = {}
    for made in written_as(output):
        ending = f".{language}.{made.extension}"
        standing = [file for file in files if file.parent == folder and file.name.endswith(ending) and file.exists()]
        if standing:
            found[made.name] = os.fsencode(standing[-1])
    return found


def unreadable_of(job: Job) -> list[Span]:
    """The ranges in which the medium was found damaged so far. Raises `JobDamaged`."""
    return recalled(job, UNREADABLE, list[Span], "[]")


async def _missing(store: Store, job: Job, medium: Medium) -> list[Missing]:
    results = store.results(job.id)
    prepared = await results.prepared_parts()
    missing = [Missing(gap, "not_done") for gap in complement(prepared.values(), medium.whole)]
    missing += [Missing(one.span, "failed" if one.failed else "not_done") for one in await results.missing()]
    missing += [Missing(span, "unreadable") for span in unreadable_of(job)]
    if medium.cut is not None:
        missing.append(Missing(medium.cut, "cut"))
    return sorted(missing, key=lambda one: one.span)
