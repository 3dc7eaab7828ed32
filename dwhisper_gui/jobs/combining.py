"""From what the store has of a job to its transcript, audited for speech without words."""

from dwhisper_worker.contract import Span

from dwhisper_gui.core.errors import NothingToExport
from dwhisper_gui.core.job import Job, Missing
from dwhisper_gui.core.plan import complement
from dwhisper_gui.core.transcript import FlawedWindow, Transcript, combine, unheard
from dwhisper_gui.jobs.medium import Medium, remembered
from dwhisper_gui.jobs.records import name_of, recalled
from dwhisper_gui.jobs.store import Store

LANGUAGE = "language"
SHARES = "language_shares"
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


async def is_used_up(store: Store, job: Job) -> bool:
    """Whether all that its medium has is transcribed, so that another go would find nothing to do. Raises `JobDamaged`."""
    medium = remembered(job)
    return medium is not None and all(one.reason == "cut" for one in await _missing(store, job, medium))


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
