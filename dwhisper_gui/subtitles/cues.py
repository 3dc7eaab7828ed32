"""Words to cues: what is on the screen from when to when.

Where cues end is found by dynamic programming over the places where they may: of all ways to cut a stretch of speech into cues that
fit, the one whose breaks (`breaks.py`, `lines.py`) cost least and whose cues are neither too short to read nor scraps. What a set of
rules may want otherwise is in `Layout`.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from dwhisper_worker.contract import Segment, Word

from dwhisper_gui.subtitles.lines import Stretch, best_cuts, stretch_of
from dwhisper_gui.subtitles.pieces import Piece, pieces

CUE_COST = 2.0
"""Of each cue: short sentences that follow at once share one."""
TOO_SHORT_COST = 8.0
"""Of a cue that must go at once; in proportion to what it lacks of the shortest time."""
SCRAP_COST = 5.0
"""Of a single word, or less than a quarter of a line, on its own."""
EMPTY_COST = 2.0
"""Of a cue with hardly any text in it, less the fuller it is: so those of one long sentence come out alike."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a cue may be. Times in seconds; a line's length in cells (`cells.py`)."""

    line_cells: int = 42
    lines: int = 2
    longest: float = 7.0
    shortest: float = 0.833
    """Kept where the next cue leaves room."""
    gap: float = 0.083
    """Between two cues that would otherwise touch, so that the eye sees the change: two frames."""
    longest_silence: float = 1.0
    """A cue never spans a longer one between two words."""


DEFAULT = Layout()


@dataclass(frozen=True, slots=True)
class Cue:
    """Times in seconds, whole milliseconds. `words` are those of each line; joined they are the line. A word that is wider than a line
    is there in parts, each with its share of the time."""

    start: float
    end: float
    lines: tuple[str, ...]
    words: tuple[tuple[Word, ...], ...] = ()


def cues(segments: Iterable[Segment], language: str, layout: Layout = DEFAULT) -> list[Cue]:
    """The cues of a text in that language (a code of `contract.LANGUAGES`): in order, without overlap, every word in exactly one.

    All are within the layout, but for two things: a grapheme wider than a line, and words that leave no time for `shortest` and `gap`."""
    found = [lines for stretch in _stretches(segments, language, layout) for lines in _cut(stretch, layout)]
    starts: list[int] = []
    for lines in found:
        # Only where many words have one time does a cue start after its first word.
        starts.append(max(lines[0][0].start, starts[-1] + 1 if starts else 0))
    return [_cue(lines, start, following, layout) for lines, (start, following) in zip(found, zip_longest(starts, starts[1:]), strict=True)]


def _stretches(segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[Stretch]:
    """The text, cut at every silence that no cue may span."""
    found = pieces(segments, layout.line_cells)
    silence = _milliseconds(layout.longest_silence)
    begin = 0
    for end in range(1, len(found) + 1):
        if end == len(found) or found[end].start - found[end - 1].end > silence:
            yield stretch_of(found[begin:end], language, layout.line_cells)
            begin = end


def _cut(stretch: Stretch, layout: Layout) -> Iterator[list[Sequence[Piece]]]:
    """The lines of each cue."""
    for begin, end in pairwise([0, *_cue_ends(stretch, layout)]):
        _, cuts = best_cuts(stretch, begin, end)
        yield [stretch.pieces[first:last] for first, last in pairwise([begin, *cuts, end])]


def _cue_ends(stretch: Stretch, layout: Layout) -> list[int]:
    count = len(stretch.pieces)
    farthest = _farthest(stretch, layout)
    starts = [piece.start for piece in stretch.pieces]
    filled, begun, line_ends = stretch.filled, stretch.begun, stretch.line_ends
    enough = _milliseconds(layout.shortest + layout.gap)
    room = layout.lines * layout.line_cells
    best = [0.0] * (count + 1)
    came_from = [0] * (count + 1)
    earliest = 0
    for end in range(1, count + 1):
        while farthest[earliest] < end:
            earliest += 1
        least = float("inf")
        for begin in range(earliest, end):
            # Nothing that follows costs less than nothing, so most ways are given up early.
            cost = best[begin]
            if cost >= least:
                continue
            width = filled[end] - begun[begin]
            cost += EMPTY_COST * (1 - width / room) ** 2
            if end - begin == 1 or width < layout.line_cells / 4:
                cost += SCRAP_COST
            if end < count and starts[end] - starts[begin] < enough:
                cost += TOO_SHORT_COST * (1 - (starts[end] - starts[begin]) / enough)
            if cost < least and line_ends[begin] < end:
                cost += best_cuts(stretch, begin, end)[0]
            if cost < least:
                least, came_from[end] = cost, begin
        best[end] = least + CUE_COST + stretch.costs[end]
    ends = []
    end = count
    while end:
        ends.append(end)
        end = came_from[end]
    return ends[::-1]


def _farthest(stretch: Stretch, layout: Layout) -> list[int]:
    """The farthest place at which a cue that begins at each place can end: it fits in its lines and its time, or is one piece."""
    ends = [piece.end for piece in stretch.pieces]
    longest = _milliseconds(layout.longest)
    found = []
    for begin, piece in enumerate(stretch.pieces):
        end = begin
        for _ in range(layout.lines):
            end = stretch.line_ends[end]
        found.append(max(begin + 1, min(end, bisect_right(ends, piece.start + longest))))
    return found


def _cue(lines: Sequence[Sequence[Piece]], start: int, following: int | None, layout: Layout) -> Cue:
    """`start` and the start of the following cue in milliseconds; None: there is none."""
    end = max(lines[-1][-1].end, start + _milliseconds(layout.shortest))
    end = min(end, start + _milliseconds(layout.longest))
    if following is not None:
        # Where there is hardly any time, the gap takes no more than half of it.
        end = min(end, following - min(_milliseconds(layout.gap), (following - start) // 2))
    words = tuple(tuple(_word(piece, first=i == 0) for i, piece in enumerate(line)) for line in lines)
    return Cue(start / 1000, end / 1000, tuple("".join(word.text for word in line) for line in words), words)


def _word(piece: Piece, *, first: bool) -> Word:
    text = f" {piece.text}" if piece.spaced and not first else piece.text
    return Word(piece.start / 1000, piece.end / 1000, text, piece.probability)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
