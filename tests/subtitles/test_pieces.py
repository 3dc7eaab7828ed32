"""Words, tidied."""

import sys

import pytest
from dwhisper_worker.contract import Segment, Word

from dwhisper_gui.subtitles.pieces import Piece, pieces

from .texts import letters, segment, spoken


def of(*words: tuple[float, float, str]) -> list[Piece]:
    return pieces([segment([Word(start, end, text, 0.9) for start, end, text in words])], 42)


def texts(found: list[Piece]) -> list[str]:
    return [piece.shown for piece in found]


def test_white_space_is_one_space_at_most() -> None:
    assert texts(of((0, 1, "  A\n"), (1, 2, "b"), (2, 3, "\t"), (3, 4, "c\x00"), (4, 5, " d"))) == [" A", " b", " c", " d"]


def test_words_without_a_space_between_them_stay_together_but_apart() -> None:
    assert texts(of((0, 1, " state"), (1, 2, "-of"), (2, 3, "-the"))) == [" state", "-of", "-the"]


def test_a_no_break_space_does_not_break() -> None:
    assert texts(of((0, 1, " Ça va\u00a0?"))) == [" Ça", " va\u00a0?"]


def test_white_space_inside_a_word_shares_its_time() -> None:
    (one, two) = of((1.0, 2.0, " aa bbb"))
    assert ((one.text, one.start, one.end), (two.text, two.start, two.end)) == (("aa", 1000, 1400), ("bbb", 1400, 2000))


def test_a_segment_without_words_shares_its_time_among_what_it_says() -> None:
    found = pieces([Segment(1.0, 2.0, " aa bbb", (), -0.2, 0.1, 1.2, 0.0)], 42)
    assert [(piece.text, piece.start, piece.end) for piece in found] == [("aa", 1000, 1400), ("bbb", 1400, 2000)]


def test_segments_are_apart_even_without_a_space() -> None:
    assert texts(pieces([segment(spoken("One.")), segment(spoken("Two.", 1.0))], 42)) == ["One.", " Two."]


def test_but_not_in_languages_without_spaces() -> None:
    assert texts(pieces([segment(letters("猫。")), segment(letters("犬。", 1.0))], 42)) == ["猫。", "犬。"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["👩", "\u200d", "👧", "x"], ["👩\u200d👧", "x"]),
        (["❤", "\ufe0f", "x"], ["❤\ufe0f", "x"]),
        (["🇩", "🇪", "🇫", "🇷"], ["🇩🇪", "🇫🇷"]),
        (["ก", "\u0e47", "ข"], ["ก็", "ข"]),
        (["a", "\u200b", "b"], ["a\u200b", "b"]),
        (["\u200b", "a"], ["\u200ba"]),
        (["(", "so", ")", "."], ["(", "so)."]),
    ],
)
def test_what_the_reader_sees_as_one_is_one(words: list[str], expected: list[str]) -> None:
    found = of(*((i, i + 1.0, word) for i, word in enumerate(words)))
    assert texts(found) == expected
    assert (found[0].start, found[-1].end) == (0, len(words) * 1000)


def test_a_word_wider_than_a_line_is_cut_with_its_time() -> None:
    found = of((0.0, 6.0, " " + "x" * 60), (6.0, 7.0, " y"))
    assert [(piece.cells, piece.spaced, piece.start, piece.end) for piece in found] == [
        (30, True, 0, 3000),
        (30, False, 3000, 6000),
        (1, True, 6000, 7000),
    ]


def test_even_at_a_no_break_space_where_there_is_no_other_way() -> None:
    assert texts(of((0.0, 6.0, "x" * 30 + "\u00a0" * 4 + "y" * 30))) == ["x" * 30, " " + "y" * 30]


def test_times_that_make_no_sense_are_made_to() -> None:
    found = of((-1.0, -0.5, "a"), (2.0, 1.0, " b"), (1.5, 9.0, " c"), (3.0, float("nan"), " d"), (float("inf"), 4.0, " e"))
    assert [(piece.start, piece.end) for piece in found] == [(0, 0), (2000, 2000), (2000, 3000), (3000, 3000), (3000, 4000)]


def test_much_that_is_not_seen_is_dealt_with_at_once() -> None:
    (found,) = pieces([segment([Word(0.0, 1.0, "\u200b", 0.9)] * 50_000)], sys.maxsize)
    assert len(found.text) == 50_000
