"""Which of a stereo track's two channels to hear: both, mixed, as a rule; one alone where the mix would hide what is said.

A miswired microphone turns the polarity of one channel round, so that the two cancel each other out when they are mixed. Or one has
the speech, and the other time code, music or noise that drowns it."""

import asyncio
import logging
from dataclasses import dataclass, replace

from dwhisper_worker.contract import Span

from dwhisper_gui.core.errors import ExtractionFailed
from dwhisper_gui.media.extract import Source, extract, failure
from dwhisper_gui.media.ffmpeg import find_ffmpeg, level, levels_command
from dwhisper_gui.media.hanging import HUNG
from dwhisper_gui.media.places import places
from dwhisper_gui.media.running import run_to_end
from dwhisper_gui.media.speech import find_speech
from dwhisper_gui.workers.asking import Asks

log = logging.getLogger(__name__)

LEFT, RIGHT = 0, 1
CHANNELS = ("left", "right")
"""Their names."""
MIXED = None

MOST_PLACES = 6
SECONDS_A_PLACE = 60.0
"""Of the medium for each place that is listened to, so that a short recording is not kept waiting."""
SILENT = 1e-7
"""Power of full scale (-70 dB): digital silence, or what a converter makes of it."""
ALIKE = 0.25
"""In channels whose difference has less than this share of the power of their mix, the same is heard; most stereo is so."""
CANCELLED = 0.16
"""With less than this share of the louder channel's power (-8 dB) the mix has lost what both have. If one is silent, it has 0.25."""
LEAST_SPEECH_SECONDS = 0.5
LEAST_SHARE = 0.7
"""With less than this share of the speech that is found in one channel alone, the mix hides it."""
SPEECHLESS = 0.1
"""A channel with less than this share of the other's speech has only what leaks into it,"""
DROWNING = 0.1
"""and with more than this share of the other's power (-10 dB) it spoils words of the mix even where speech is still found in that."""


async def lone_channel(source: Source, worker: Asks, whole: Span) -> int | None:
    """The channel of a stereo track to hear alone in a range, `LEFT` or `RIGHT`; `MIXED`: both. Places that can't be read are passed over.

    Raises `FFmpegMissing`, `ExtractionFailed` where ffmpeg hangs, and as `find_speech` does."""
    spoken: dict[int | None, float] = {MIXED: 0.0, LEFT: 0.0, RIGHT: 0.0}
    powers = {LEFT: 0.0, RIGHT: 0.0}
    for cell in places(whole, min(MOST_PLACES, int(whole.duration // SECONDS_A_PLACE))):
        for place in cell:
            here = await _powers(source, place)
            if here is None or max(here.left, here.right) < SILENT:
                continue
            if here.alike:
                return MIXED  # what both have is heard, and no channel lacks it
            try:
                heard = {channel: await _speech_seconds(replace(source, channel=channel), worker, place) for channel in spoken}
            except ExtractionFailed:
                log.warning("no sound to compare the channels by at %s", place, exc_info=True)
                continue
            if not any(heard.values()):
                continue
            if here.cancelled:  # speech is found in the rests that are left of it, too, but few of its words are
                heard[MIXED] = 0.0
            for channel, seconds in heard.items():
                spoken[channel] += seconds
            powers[LEFT] += here.left
            powers[RIGHT] += here.right
            break
    best, other = (LEFT, RIGHT) if spoken[LEFT] >= spoken[RIGHT] else (RIGHT, LEFT)
    hidden = spoken[MIXED] < LEAST_SHARE * spoken[best]
    drowned = spoken[other] < SPEECHLESS * spoken[best] and powers[other] > DROWNING * powers[best]
    return best if spoken[best] >= LEAST_SPEECH_SECONDS and (hidden or drowned) else MIXED


@dataclass(frozen=True, slots=True)
class _Powers:
    """Of the two channels and of their mix, half of each; 1 is full scale."""

    left: float
    right: float
    mixed: float

    @property
    def alike(self) -> bool:
        return (self.left + self.right) / 2 - self.mixed < ALIKE * self.mixed

    @property
    def cancelled(self) -> bool:
        return self.mixed < CANCELLED * max(self.left, self.right)


async def _powers(source: Source, place: Span) -> _Powers | None:
    """How loud channels and mix are at a place; None where it can't be read. Raises `ExtractionFailed` where ffmpeg hangs."""
    levels: list[float] = []

    def logged(line: str) -> None:
        found = level(line)
        if found is not None:
            levels.append(found)

    command = levels_command(await asyncio.to_thread(find_ffmpeg), source.path, source.format, source.track, place.start, place.duration)
    fault = await run_to_end(command, lambda _: None, logged)
    if fault == HUNG:
        raise failure(source, place, fault)
    if len(levels) != 3:
        log.warning("the channels of %r can't be compared at %s: %s", source.path, place, fault)
        return None
    return _Powers(*(10 ** (decibels / 10) for decibels in levels))


async def _speech_seconds(source: Source, worker: Asks, place: Span) -> float:
    return (await find_speech(worker, await extract(source, place), place)).sure_seconds
