"""Where to listen to learn something of a whole recording: a few places spread evenly over it."""

from collections.abc import Iterator

from dwhisper_worker.contract import Span

PLACE_SECONDS = 30.0
PLACES_A_CELL = (0.5, 0.2, 0.8)
"""Where to listen in one cell of the medium: its middle, and its neighbours where that is silent."""


def places(whole: Span, count: int) -> Iterator[list[Span]]:
    """For each of up to `count` cells of equal length, the ranges to listen to, one after the other until one tells something."""
    cells = max(1, min(count, _room(whole)))
    width = whole.duration / cells
    for i in range(cells):
        at = whole.start + i * width
        starts = dict.fromkeys(round(at + where * max(0.0, width - PLACE_SECONDS), 3) for where in PLACES_A_CELL)
        yield [Span(start, min(whole.end, round(start + PLACE_SECONDS, 3))) for start in starts]


def has_more_places(whole: Span, count: int) -> bool:
    """Whether a range has room for more than `count` places."""
    return _room(whole) > count


def _room(whole: Span) -> int:
    return int(whole.duration // PLACE_SECONDS)
