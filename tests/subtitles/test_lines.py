"""The lines of a cue."""

from itertools import pairwise

import pytest

from dwhisper_gui.subtitles.lines import best_cuts, lines_needed, stretch_of
from dwhisper_gui.subtitles.pieces import pieces

from .texts import segment, spoken


def broken(text: str, width: int = 42, language: str = "en") -> list[str]:
    stretch = stretch_of(pieces([segment(spoken(text))], width), language, width)
    end = len(stretch.pieces)
    _, cuts = best_cuts(stretch, 0, end)
    edges = [0, *cuts, end]
    assert len(edges) - 1 == lines_needed(stretch, 0, end)
    return ["".join(piece.shown for piece in stretch.pieces[first:last]).strip() for first, last in pairwise(edges)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (" Short enough for one line.", ["Short enough for one line."]),
        (" he had watched from the window of the shop opposite", ["he had watched", "from the window of the shop opposite"]),
        (" It was late, and nobody was there to open the door.", ["It was late,", "and nobody was there to open the door."]),
        (" They were walking slowly along a narrow street", ["They were walking slowly", "along a narrow street"]),
    ],
)
def test_lines_end_where_phrases_do(text: str, lines: list[str]) -> None:
    assert broken(text) == lines


def test_an_article_is_never_left_behind_where_there_is_another_way() -> None:
    for width in range(24, 43):
        for line in broken(" somebody had put the answer to a question on the table", width)[:-1]:
            assert line.split()[-1] not in ("the", "a", "to", "on")


def test_three_lines_are_as_even_as_two() -> None:
    assert broken(" one two three four five six seven eight nine", 16) == ["one two three", "four five six", "seven eight nine"]


def test_a_full_line_is_full() -> None:
    assert broken(" " + "a" * 20 + " " + "b" * 21 + " c") == ["a" * 20, "b" * 21 + " c"]
    assert broken(" " + "a" * 20 + " " + "b" * 21) == ["a" * 20 + " " + "b" * 21]
