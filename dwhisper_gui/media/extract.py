"""The sound of a range of a medium, in memory."""

import logging
from dataclasses import dataclass

from dwhisper_worker.contract import SAMPLE_RATE, Span

from dwhisper_gui.core.errors import ExtractionFailed
from dwhisper_gui.media.decode import Outcome, Take, decode
from dwhisper_gui.media.probe import display_name
from dwhisper_gui.media.timeline import SHORTEST_GAP, Timeline

log = logging.getLogger(__name__)

LEADS_SECONDS = (3.0, 60.0, float("inf"))
"""How far before a range reading begins. Decoders need some tenths of a second to come in. Where nothing came from before the range, its
beginning may have been missed, since in some files the sound of a moment lies long before its picture, which is what is sought: then
reading begins further ahead."""

GAPLESS = frozenset({"flac", "mp3", "aac", "avi"})
"""Containers that can't have gaps, since their times are counted, not written down: what looks like one is damage, which ffmpeg may skip
without a word. In all but FLAC what follows comes too early then, and the gap is at the end."""
LONE = GAPLESS - {"avi"}
"""Those of them with a single track, which is as long as the medium."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where sound comes from: a file, its container as `probe` names it, and which of its audio tracks, from 0."""

    path: bytes
    format: str
    track: int
    joined: bool = False
    """Its clock starts anew somewhere (see `joined.py`), or leaps (`MediumInfo.leaps`)."""
    channel: int | None = None
    """Of a stereo track the one that is heard alone (see `channels.py`); None: all that there are, mixed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The sound of a range, as `extract` returns it, and which ranges of that are silent only since the file is damaged there."""

    pcm: bytes
    unreadable: tuple[Span, ...]


async def extract(source: Source, span: Span) -> bytes:
    """PCM of the range (see `contract`), to the sample; shorter, even empty, where the medium ends before.

    Times are the medium's: what has no sound is silent. Cancelling it ends ffmpeg at once. Raises `ExtractionFailed` where ffmpeg fails
    and nothing came of it, or hangs; `FFmpegMissing`."""
    return (await hear(source, span)).pcm


async def hear(source: Source, span: Span) -> Heard:
    """As `extract`, and says what of the range could not be read. A gap that ffmpeg does not complain of is the medium's own."""
    for lead in LEADS_SECONDS:
        seek = 0.0 if source.joined else max(0.0, span.start - lead)
        timeline = Timeline(span)
        outcome = await _decode(source, seek, timeline.put)
        if outcome.hung or (seek == 0 and outcome.failed and not timeline.heard):
            raise failure(source, span, outcome.detail)
        if seek == 0 or timeline.heard_before or (timeline.heard and lead > LEADS_SECONDS[0]):
            break
        log.debug("reading from %.1f s did not show what is at %.1f s of %r", seek, span.start, source.path)
    if outcome.failed:
        log.warning("ffmpeg read only part of %r between %s and %s s: %s", source.path, span.start, span.end, outcome.detail)
    unreadable = await _unreadable(source, timeline, outcome)
    if unreadable:
        log.warning("%r can't be read at %s: %s", source.path, unreadable, outcome.detail or "a gap")
    return Heard(timeline.sound(), tuple(unreadable))


async def _unreadable(source: Source, timeline: Timeline, outcome: Outcome) -> list[Span]:
    """Which of the gaps are damage: the others are the medium's own."""
    gaps = timeline.gaps()
    if outcome.failed or source.format in LONE:
        return gaps
    if not outcome.detail and source.format not in GAPLESS:
        return [gap for gap in gaps[:1] if outcome.before_sound and gap.start <= timeline.span.start and not timeline.heard_before]
    if gaps and not timeline.goes_on and await _is_over(source, gaps[-1].start):
        gaps.pop()
    return gaps


async def _is_over(source: Source, time: float) -> bool:
    """Whether the track has ended by a time while the medium goes on: nothing comes after it, and no complaint either."""
    latest = round(time * SAMPLE_RATE) + SHORTEST_GAP
    goes_on = False

    def take(sample: int, pcm: bytearray) -> bool:
        nonlocal goes_on
        goes_on = sample + len(pcm) // 2 > latest
        return not goes_on

    outcome = await _decode(source, time, take)
    return not (goes_on or outcome.failed or outcome.detail)


async def measure_duration(source: Source) -> float:
    """Where the track's sound ends, in seconds, found by decoding all of it. Raises as `extract` does."""
    end = 0

    def take(sample: int, pcm: bytearray) -> bool:
        nonlocal end
        end = max(end, sample + len(pcm) // 2)
        return True

    outcome = await _decode(source, 0.0, take)
    if outcome.hung or (outcome.failed and not end):
        raise failure(source, Span(0.0, 0.0), outcome.detail)
    return round(end / SAMPLE_RATE, 3)


async def _decode(source: Source, seek: float, take: Take) -> Outcome:
    return await decode(source.path, source.format, source.track, seek, take, joined=source.joined, channel=source.channel)


def failure(source: Source, span: Span, detail: str) -> ExtractionFailed:
    """The error of a range that can't be read."""
    return ExtractionFailed(
        path=display_name(source.path),
        start=f"{span.start:.3f} s",
        end=f"{span.end:.3f} s",
        detail=detail,
        job="JOB",  # whoever knows it fills it in
    )
