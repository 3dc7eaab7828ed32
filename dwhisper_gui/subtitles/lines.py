"""Where the lines of a cue end: as even as the breaks in its text allow."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from dwhisper_gui.subtitles import breaks
from dwhisper_gui.subtitles.pieces import Piece

BREAK_WEIGHT = 0.5
"""A bad break within a cue harms less than one between cues: the reader sees both sides of it."""
TOP_HEAVY_COST = 1.0
"""Of a first line that is a whole line's width longer than the second: the picture is less covered by the other way."""
UNEVEN_COST = 6.0
"""Of a line that is a whole line's width longer or shorter than its share; by the square of less."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pieces that follow each other, and what is asked of them over and over. A place is the index of the piece after it.

    The width of a line, in cells, is `filled[end] - begun[begin]`."""

    pieces: Sequence[Piece]
    line_cells: int
    costs: Sequence[float]
    """Of a break at each place."""
    filled: Sequence[int]
    """Cells up to each place."""
    begun: Sequence[int]
    """The same with the space after it, which a line that begins there does not show."""
    words: Sequence[int]
    """White space before each place, which is what parts words."""
    line_ends: Sequence[int]
    """The farthest place at which a line that begins at each place can end."""
    sentences: Sequence[bool]
    """Whether one ends at each place,"""
    ended: Sequence[int]
    """and how many have ended before it or there."""


def stretch_of(pieces: Sequence[Piece], language: str, line_cells: int) -> Stretch:
    """The stretch, measured. The text before and after it is broken off at no cost."""
    costs = [0.0, *breaks.costs(pieces, language), 0.0]
    filled = list(accumulate((piece.cells + piece.spaced for piece in pieces), initial=0))
    begun = [cells + piece.spaced for cells, piece in zip(filled, pieces, strict=False)]
    line_ends = [max(place + 1, bisect_right(filled, cells + line_cells) - 1) for place, cells in enumerate(begun)]
    words = list(accumulate((int(piece.spaced) for piece in pieces), initial=0))
    sentences = breaks.sentence_ends(pieces, language)
    ended = list(accumulate(map(int, sentences)))
    return Stretch(pieces, line_cells, costs, filled, begun, words, [*line_ends, len(pieces)], sentences, ended)


def lines_needed(stretch: Stretch, begin: int, end: int) -> int:
    """How many lines the text between two places takes at least."""
    needed = 0
    while begin < end:
        begin = stretch.line_ends[begin]
        needed += 1
    return needed


def best_cuts(stretch: Stretch, begin: int, end: int) -> tuple[float, tuple[int, ...]]:
    """The places where the lines of a cue best end, as few as can be, its own end left out; and what they cost, at least 0."""
    count = lines_needed(stretch, begin, end)
    return _best_cuts(stretch, begin, end, count, (stretch.filled[end] - stretch.begun[begin]) / count)


def _best_cuts(stretch: Stretch, begin: int, end: int, count: int, share: float) -> tuple[float, tuple[int, ...]]:
    if count == 1:
        return _uneven(stretch, begin, end, share), ()
    if count == 2:
        return _best_cut(stretch, begin, end, share)
    least = float("inf")
    cuts: tuple[int, ...] = ()
    for cut in range(begin + 1, stretch.line_ends[begin] + 1):
        if lines_needed(stretch, cut, end) == count - 1:
            rest, following = _best_cuts(stretch, cut, end, count - 1, share)
            cost = BREAK_WEIGHT * max(0.0, stretch.costs[cut]) + _uneven(stretch, begin, cut, share) + rest
            if cost < least:
                least, cuts = cost, (cut, *following)
    return least, cuts


def _best_cut(stretch: Stretch, begin: int, end: int, share: float) -> tuple[float, tuple[int, ...]]:
    """For two lines, which is what nearly every cue asks for, many times over: so without a call for each place."""
    filled, begun, costs = stretch.filled, stretch.begun, stretch.costs
    factor, top_heavy = UNEVEN_COST / stretch.line_cells**2, TOP_HEAVY_COST / stretch.line_cells
    before, after = begun[begin] + share, filled[end] - share
    least = float("inf")
    best = begin
    for cut in range(bisect_left(stretch.line_ends, end, begin + 1), stretch.line_ends[begin] + 1):
        over, under = filled[cut] - before, after - begun[cut]
        cost = factor * (over**2 + under**2)
        if over > 0:
            cost += top_heavy * over
        if costs[cut] > 0:
            cost += BREAK_WEIGHT * costs[cut]
        if cost < least:
            least, best = cost, cut
    return least, (best,)


def _uneven(stretch: Stretch, begin: int, end: int, share: float) -> float:
    return UNEVEN_COST * ((stretch.filled[end] - stretch.begun[begin] - share) / stretch.line_cells) ** 2
