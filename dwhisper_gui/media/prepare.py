"""Prepares parts: extracts their sound, finds the speech in it, cuts it into windows and chunks; and finds speech to tell the
language by. All of it is a pure function of the medium: a part comes out the same whenever and in whatever order it is prepared."""

import logging
from collections.abc import Callable, Sequence

from dwhisper_worker.contract import BYTES_PER_SECOND, SAMPLE_RATE, Span, Window, WindowAudio

from dwhisper_gui.core import plan
from dwhisper_gui.core.errors import ExtractionFailed
from dwhisper_gui.core.plan import Chunk, Edge, Part, PreparedPart
from dwhisper_gui.core.unvoiced import with_loud_sound
from dwhisper_gui.media.extract import Heard, Source, extract, hear
from dwhisper_gui.media.places import places
from dwhisper_gui.media.speech import find_speech
from dwhisper_gui.workers.asking import Asks

log = logging.getLogger(__name__)

SPEECH_IN_CLIP_SECONDS = 3.0
"""With less speech than this a language is a guess."""
LEAST_SPEECH_IN_CLIP_SECONDS = 0.5
Group = Callable[[Part, Sequence[Window]], Sequence[Chunk]]
CLIP_SECONDS = 14.0
"""Long enough to be sure; an encoder takes a third of the time that 30 s take it."""


async def find_edge(source: Source, worker: Asks, nominal: float) -> Edge:
    """Where a part really ends, decided by the sound around its nominal edge alone. Raises as `prepare_part` does."""
    searched = plan.edge_slice(nominal)
    pcm = await extract(source, searched)
    if not pcm:
        return Edge(nominal, in_speech=False)
    searched = Span(searched.start, min(searched.end, round(searched.start + len(pcm) / BYTES_PER_SECOND, 3)))
    speech = await find_speech(worker, pcm, searched)
    return plan.edge_in(searched, speech.probabilities, speech.peaks)


async def prepare_part(
    source: Source, worker: Asks, part: Part, start: Edge, end: Edge, group: Group = plan.chunks
) -> tuple[PreparedPart, Heard]:
    """A part between its real edges, and the sound of its span. Its windows are put into chunks by `group`. Raises as `extract` and
    `find_speech` do."""
    span = Span(start.time, end.time)
    heard = await hear(source, span)
    speech = await find_speech(worker, heard.pcm, span)
    voiced = plan.windows(speech.maybe, speech.sure, speech.probabilities, span)
    windows = with_loud_sound(voiced, speech.sure, speech.peaks, span)
    prepared = PreparedPart(
        index=part.index,
        span=span,
        end_in_speech=end.in_speech,
        maybe=speech.maybe,
        sure=speech.sure,
        chunks=tuple(group(part, windows)),
        peaks=speech.peaks,
    )
    return prepared, heard


def audio_of(pcm: bytes, span: Span, window: Window) -> WindowAudio:
    """A window with its sound, out of the PCM of `span`."""
    return WindowAudio(window, _cut(pcm, span, Span(window.start, window.end)))


async def language_clips(source: Source, worker: Asks, whole: Span, count: int = 6) -> list[bytes]:
    """Speech from at most `count` places spread evenly over a range: PCM of at most 14 s each, with at least 3 s of sure speech where
    there is as much. Empty where none was found at the places listened to (at most three for each clip). Places that can't be read
    are passed over. Raises `FFmpegMissing`, and as `find_speech` does."""
    clips: list[bytes] = []
    best: tuple[float, bytes] = (LEAST_SPEECH_IN_CLIP_SECONDS, b"")
    for cell in places(whole, count):
        for place in cell:
            try:
                pcm = await extract(source, place)
            except ExtractionFailed:
                log.warning("no sound to tell the language by at %s", place, exc_info=True)
                continue
            speech = await find_speech(worker, pcm, place)
            if not speech.sure:
                continue
            seconds, spoken = _most_spoken(speech.sure, place)
            clip = _cut(pcm, place, spoken)
            if seconds >= SPEECH_IN_CLIP_SECONDS:
                clips.append(clip)
                break
            best = max(best, (seconds, clip), key=lambda pair: pair[0])
    if not clips and best[1]:
        clips.append(best[1])
    return clips


def _most_spoken(sure: Sequence[Span], place: Span) -> tuple[float, Span]:
    """How much of a place's speech is in a clip that begins with one of its spans, and that clip: the first with the most."""

    def clip_from(first: Span) -> Span:
        start = max(place.start, first.start - plan.WINDOW_PAD_SECONDS)
        last = max(span.end for span in sure if span.start < start + CLIP_SECONDS)
        return Span(start, min(place.end, start + CLIP_SECONDS, last + plan.WINDOW_PAD_SECONDS))

    clips = [clip_from(span) for span in sure]
    return max(((sum(span.duration for span in plan.clipped(sure, clip)), clip) for clip in clips), key=lambda pair: pair[0])


def _cut(pcm: bytes, span: Span, wanted: Span) -> bytes:
    first, last = (round((time - span.start) * SAMPLE_RATE) for time in (wanted.start, wanted.end))
    return pcm[2 * max(0, first) : 2 * max(0, last)]
