"""Sound that is about as loud as speech, though the voice activity detection hears nobody in it. Pure functions, no I/O.

Over loud music it misses whole sentences (probability 0.00) which the model itself hears. So such sound gets windows too, without speech
in them; what the worker hears there it keeps only where it is sure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from dwhisper_worker.contract import PEAKS_PER_SECOND, Span, Window

from dwhisper_gui.core.plan import GOOD_CUT_AFTER_SECONDS, QUIET_SECONDS, WINDOW_SECONDS, complement, quietest_place

BLOCK_SECONDS = 0.5
"""The level is that of so long a block: the middle one of its peaks, so that keys and clicks are not loud."""
BELOW_SPEECH = 0.2
"""Of the level of speech: what is more than 14 dB below is behind it."""
LEAST_LEVEL = 184.0
"""-45 dB of full scale: the least that is listened to."""
LONGEST_PAUSE_SECONDS = 1.0
LEAST_SECONDS = 2.5
"""Shorter stretches are parts of the windows beside them, or hold no sentence."""


def with_loud_sound(windows: Sequence[Window], sure: Sequence[Span], peaks: bytes, part: Span) -> list[Window]:
    """The windows of a part and those of loud sound between them, in order. `sure` is the part's sure speech; `peaks` are those of
    `SpeechReply` for the part."""
    levels = memoryview(peaks).cast("H")
    spoken = [level for span in sure for level in levels[_place(span.start, part) : _place(span.end, part)]]
    least = max(LEAST_LEVEL, BELOW_SPEECH * median(spoken)) if spoken else LEAST_LEVEL
    found = list(windows)
    for gap in complement([Span(window.start, window.end) for window in windows], part):
        for loud in _loud(levels, least, gap, part):
            if loud.duration >= LEAST_SECONDS:
                found += [Window(0, piece.start, piece.end, (), ()) for piece in _short_enough(loud, levels, part)]
    found.sort(key=lambda window: window.start)
    return [replace(window, index=index) for index, window in enumerate(found)]


def _loud(levels: Sequence[int], least: float, gap: Span, part: Span) -> Iterator[Span]:
    """The stretches of a gap that are loud, with short pauses in them."""
    width = round(BLOCK_SECONDS * PEAKS_PER_SECOND)
    end = _place(gap.end, part)
    current: Span | None = None
    for first in range(_place(gap.start, part), end, width):
        block = levels[first : min(first + width, end)]
        if len(block) and median(block) >= least:
            span = Span(max(gap.start, _time(first, part)), min(gap.end, _time(min(first + width, end), part)))
            if current is not None and span.start - current.end > LONGEST_PAUSE_SECONDS:
                yield current
                current = None
            current = span if current is None else Span(current.start, span.end)
    if current is not None:
        yield current


def _short_enough(span: Span, levels: Sequence[int], part: Span) -> Iterator[Span]:
    """Cut where it is quietest, late in what a window holds."""
    width = round(QUIET_SECONDS * PEAKS_PER_SECOND)
    while span.duration > WINDOW_SECONDS:
        first, end = _place(span.start + GOOD_CUT_AFTER_SECONDS, part), _place(span.start + WINDOW_SECONDS, part) - width
        cut = _time(quietest_place(levels, width, range(first, end)) + width // 2, part)
        yield Span(span.start, cut)
        span = Span(cut, span.end)
    yield span


def _place(time: float, part: Span) -> int:
    return round((time - part.start) * PEAKS_PER_SECOND)


def _time(place: int, part: Span) -> float:
    return round(part.start + place / PEAKS_PER_SECOND, 3)
