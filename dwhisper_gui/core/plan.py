"""How a medium is cut: into parts, the speech in them into windows, the windows into chunks. Pure functions, no I/O.

Times are seconds of the medium, rounded to milliseconds, which are whole numbers of samples at 16 kHz.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dwhisper_worker.contract import PEAKS_PER_SECOND, SPEECH_FRAME_SECONDS, Span, Window

FIRST_PART_SECONDS = 60.0
"""The first part is short, so that workers have something to do soon,"""
PARTS_GROW = 3.0
"""and those after it grow, so that each is prepared while the one before is transcribed,"""
PART_SECONDS = 600.0
"""until they are so long."""
EDGE_REACH_SECONDS = 15.0
"""How far from its nominal place an edge may move to find a silence."""
QUIET_SECONDS = 0.2

MAYBE_SPEECH = 0.25
SURE_SPEECH = 0.5
LEAST_SILENCE_SECONDS = 0.16
LEAST_SPEECH_SECONDS = 0.1

WINDOW_SECONDS = 30.0
"""What Whisper sees at once."""
GAP_INSIDE_WINDOW_SECONDS = 4.0
WINDOW_PAD_SECONDS = 0.7
"""Of what is around its speech, a window has so much before and behind: with less, first words are misheard (“And in spectre”, 156 wrong
words in 30 minutes against 138); with more, nothing is gained."""
LEAST_PAD_SECONDS = 0.2
"""So much where it is nearly full."""
USUAL_WINDOW_SECONDS = 19.0
"""A window that is longer ends at its longest pause: an encoder takes two and a half times as long for 30 s as for 20."""
USUAL_CUT_AFTER_SECONDS = 11.0
PAUSE_SECONDS = 0.6
"""A shorter silence may lie within a sentence, which is better heard whole."""
GOOD_CUT_AFTER_SECONDS = 20.0
"""A window without a pause that must end because it is full ends at the longest silence after this much of it."""

WINDOWS_IN_CHUNK = 4
"""On a CPU a batch of four is as quick as any."""
CHUNK_SECONDS = 1.75
"""Of work: a quick worker's chunk holds as many windows as take it so long, so that what a task costs besides is little."""
CHUNKS_A_SECOND = 20.0
"""A server hands out no more: smaller chunks would have workers wait for it."""
WINDOWS_AT_BEGIN_EACH = 2
"""Until so many were given out for each worker, some may have nothing yet: a part is cut so that each has some of it."""
MOST_CHUNKS = 100
"""Of a part: what they cost a server grows with the square of their number."""
CHUNKS_LEFT_EACH = 3
"""So many chunks are left for each worker after any: they shrink toward the end, and workers end together."""


@dataclass(frozen=True, slots=True)
class Part:
    """A range prepared as one; `nominal` edges, before they move into silences."""

    index: int
    nominal: Span
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a part really ends. `in_speech`: no silence was near, so a word may be cut."""

    time: float
    in_speech: bool


@dataclass(frozen=True, slots=True, order=True)
class ChunkKey:
    """Which chunk of a job: its part, and its place in the part."""

    part: int
    index: int

    def __str__(self) -> str:
        return f"{self.part}.{self.index}"


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one task carries."""

    key: ChunkKey
    windows: tuple[Window, ...]

    @property
    def audio_seconds(self) -> float:
        """Seconds of audio in its windows."""
        return sum(window.end - window.start for window in self.windows)


@dataclass(frozen=True, slots=True)
class Fleet:
    """The workers that share a job. `speed`: seconds of sound that each does in a second; 0 where it is not known yet."""

    workers: int = 1
    speed: float = 0.0


@dataclass(frozen=True, slots=True)
class PreparedPart:
    """A part with its real edges, the speech found in it, its chunks, and its waveform's peaks (see `SpeechReply`)."""

    index: int
    span: Span
    end_in_speech: bool
    maybe: tuple[Span, ...]
    sure: tuple[Span, ...]
    chunks: tuple[Chunk, ...]
    peaks: bytes


def parts(whole: Span) -> list[Part]:
    """The parts of a range: of 60 s, 3 min, then 9 and 10 min each; a rest too short to move an edge in joins the last."""
    edges = [whole.start]
    length = FIRST_PART_SECONDS
    while (following := edges[-1] + length) < whole.end - 2 * EDGE_REACH_SECONDS:
        edges.append(following)
        length = min(PARTS_GROW * length, PART_SECONDS)
    edges.append(whole.end)
    last = len(edges) - 2
    return [
        Part(index, Span(round(start, 3), round(end, 3)), index == 0, index == last) for index, (start, end) in enumerate(pairwise(edges))
    ]


def edge_slice(nominal: float) -> Span:
    """The range that alone decides where the edge near `nominal` lies."""
    return Span(max(0.0, round(nominal - EDGE_REACH_SECONDS, 3)), round(nominal + EDGE_REACH_SECONDS, 3))


def edge_in(searched: Span, probabilities: bytes, peaks: bytes) -> Edge:
    """The middle of the longest silence in the slice; where there is none, of its quietest 0.2 s (`in_speech`).

    `probabilities` and `peaks` are those of `SpeechReply` for exactly that slice."""
    speech = speech_spans(probabilities, MAYBE_SPEECH, searched)
    silences = complement(speech, searched)
    if silences:
        longest = max(silences, key=lambda silence: (silence.duration, -silence.start))
        if longest.duration >= QUIET_SECONDS:
            return Edge(_ms((longest.start + longest.end) / 2), in_speech=False)
    levels = memoryview(peaks).cast("H")
    width = round(QUIET_SECONDS * PEAKS_PER_SECOND)
    if len(levels) <= width:
        return Edge(_ms((searched.start + searched.end) / 2), in_speech=True)
    quietest = quietest_place(levels, width, range(len(levels) - width + 1))
    return Edge(_ms(searched.start + (quietest + width / 2) / PEAKS_PER_SECOND), in_speech=True)


def quietest_place(levels: Sequence[int], width: int, places: Iterable[int]) -> int:
    """Of places in a row of levels the one from which on `width` of them are quietest together; the first of several."""
    return min(places, key=lambda place: sum(levels[place : place + width]))


def speech_spans(probabilities: bytes, threshold: float, within: Span) -> list[Span]:
    """The ranges of speech, from the probability of each frame (a byte, 255 = 1.0) of the range `within`.

    Speech begins at `threshold` and ends where it stays 0.15 below it (but not below 0.01) for 0.16 s, as Silero's own
    reference code has it (https://github.com/snakers4/silero-vad)."""
    begin = threshold * 255
    stay = max(threshold - 0.15, 0.01) * 255
    patience = round(LEAST_SILENCE_SECONDS / SPEECH_FRAME_SECONDS)
    found: list[Span] = []
    start: int | None = None
    silent = 0
    for i, probability in enumerate(probabilities):
        if start is None:
            if probability >= begin:
                start, silent = i, 0
        elif probability >= stay:
            silent = 0
        else:
            silent += 1
            if silent >= patience:
                found.append(_frames(start, i + 1 - silent, within))
                start = None
    if start is not None:
        found.append(_frames(start, len(probabilities) - silent, within))
    return [span for span in found if span.duration >= LEAST_SPEECH_SECONDS]


def _frames(first: int, end: int, within: Span) -> Span:
    start = _ms(within.start + first * SPEECH_FRAME_SECONDS)
    return Span(start, max(start, min(within.end, _ms(within.start + end * SPEECH_FRAME_SECONDS))))


def complement(spans: Iterable[Span], within: Span) -> list[Span]:
    """What of `within` no span covers. `spans` are in order and do not overlap."""
    gaps = []
    at = within.start
    for span in spans:
        if span.start > at:
            gaps.append(Span(at, min(span.start, within.end)))
        at = max(at, span.end)
    if at < within.end:
        gaps.append(Span(at, within.end))
    return gaps


def windows(maybe: Sequence[Span], sure: Sequence[Span], probabilities: bytes, part: Span) -> list[Window]:
    """The windows of a part: contiguous ranges of at most 30 s with the speech in them, in order, without overlap.

    Silences up to 4 s stay inside. A window above 19 s ends at its longest pause after the first 11 s; one without a pause grows until it
    is full, and ends at its longest silence after the first 20 s, so that sentences stay whole where they can. Speech of over 30 s without
    a silence is cut where it is least like speech."""
    groups: list[list[Span]] = []
    current: list[Span] = []
    room = WINDOW_SECONDS - 2 * LEAST_PAD_SECONDS
    for span in _short_enough(maybe, probabilities, part, room):
        current.append(span)
        while cut := _cut(current, room):
            groups.append(current[:cut])
            current = current[cut:]
    if current:
        groups.append(current)
    found = []
    for index, group in enumerate(groups):
        before = groups[index - 1][-1].end if index else part.start
        after = groups[index + 1][0].start if index + 1 < len(groups) else part.end
        # Less a millisecond, since both edges are rounded to one.
        pad = min(WINDOW_PAD_SECONDS, (WINDOW_SECONDS - (group[-1].end - group[0].start)) / 2 - 0.001)
        start = max(group[0].start - pad, (before + group[0].start) / 2 if index else part.start)
        end = min(group[-1].end + pad, (group[-1].end + after) / 2 if index + 1 < len(groups) else part.end)
        inside = Span(_ms(start), _ms(end))
        found.append(Window(index, inside.start, inside.end, tuple(group), tuple(clipped(sure, inside))))
    return found


def _cut(group: list[Span], room: float) -> int:
    """Where a window that holds all of `group` but the last span has to end: the index of the first span of the next one; 0 where it may
    hold that one, too."""
    last = len(group) - 1
    gaps = {i: group[i].start - group[i - 1].end for i in range(1, len(group))}
    length = group[-1].end - group[0].start

    def longest(after: float, least: float) -> int:
        found = [i for i, gap in gaps.items() if gap >= least and group[i - 1].end - group[0].start >= after]
        return max(found, key=lambda i: (gaps[i], i), default=0)

    if not gaps or gaps[last] > GAP_INSIDE_WINDOW_SECONDS:
        return last
    if length + 2 * WINDOW_PAD_SECONDS > USUAL_WINDOW_SECONDS and (pause := longest(USUAL_CUT_AFTER_SECONDS, PAUSE_SECONDS)):
        return pause
    return longest(GOOD_CUT_AFTER_SECONDS, 0.0) or last if length > room else 0


def _short_enough(spans: Iterable[Span], probabilities: bytes, part: Span, longest: float) -> Iterable[Span]:
    """The spans, those above `longest` seconds cut where the probability of speech is least, in their second half."""
    for span in spans:
        rest = span
        while rest.duration > longest:
            first = round((rest.start + longest / 2 - part.start) / SPEECH_FRAME_SECONDS)
            end = min(len(probabilities), int((rest.start + longest - part.start) / SPEECH_FRAME_SECONDS))
            if end <= first:
                cut = rest.start + longest
            else:
                # Summed over five frames (0.16 s), since a single unsure frame may lie inside a word.
                at = min(range(first, end), key=lambda i: sum(probabilities[max(0, i - 2) : i + 3]))
                cut = _ms(part.start + (at + 0.5) * SPEECH_FRAME_SECONDS)
            yield Span(rest.start, cut)
            rest = Span(cut, rest.end)
        yield rest


def clipped(spans: Iterable[Span], inside: Span) -> Iterable[Span]:
    """What of the spans lies in a range."""
    for span in spans:
        start, end = max(span.start, inside.start), min(span.end, inside.end)
        if end > start:
            yield Span(start, end)


def chunks(part: Part, found: Sequence[Window], fleet: Fleet | None = None, before: float = 0.0, after: float = 0.0) -> list[Chunk]:
    """Groups windows. The first part's chunks hold one window each, so that every engine thread has work at once; of this computer's own
    workers (`fleet` is None) the last part's shrink toward its end, so that all finish together; else four, a batch. What a fleet shares
    begins small, so that each worker has something, and shrinks toward the end of the job; `before` and `after` this part are so many
    seconds. There are never more than `MOST_CHUNKS`. Grouping changes no result."""
    grouped: list[Chunk] = []
    density = len(found) / part.nominal.duration if part.nominal.duration > 0 else 0.0
    at = 0
    while at < len(found):
        left = len(found) - at
        if fleet is not None and not part.is_first:
            size = chunk_size(left + round(after * density), fleet)
            if before * density < WINDOWS_AT_BEGIN_EACH * fleet.workers:
                size = min(size, max(1, len(found) // fleet.workers))
        else:
            size = 1 if part.is_first else WINDOWS_IN_CHUNK
            if part.is_last:
                size = min(size, max(1, left // 4))
        size = max(size, math.ceil(left / (MOST_CHUNKS - len(grouped))))
        grouped.append(Chunk(ChunkKey(part.index, len(grouped)), tuple(found[at : at + size])))
        at += size
    return grouped


def chunk_size(left: int, fleet: Fleet) -> int:
    """How many windows the next chunk holds, where a fleet has so many left to do: so few that each worker has some chunks to come, yet no
    fewer than the server can hand out in time, and no more than take a worker a second or two."""
    in_a_second = fleet.speed / USUAL_WINDOW_SECONDS
    least = max(1, math.ceil(in_a_second * fleet.workers / CHUNKS_A_SECOND))
    most = max(WINDOWS_IN_CHUNK, least, round(in_a_second * CHUNK_SECONDS))
    return max(least, min(most, left // (CHUNKS_LEFT_EACH * max(1, fleet.workers))))


def _ms(seconds: float) -> float:
    return round(seconds, 3)
