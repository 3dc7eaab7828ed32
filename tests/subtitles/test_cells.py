"""How wide text is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dwhisper_gui.subtitles.cells import cells, fragments, graphemes


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("Straße", 6),
        ("漢字かな", 8),
        ("한국어", 6),
        ("e\u0301te\u0301", 3),
        ("กำ", 2),
        ("👩\u200d👩\u200d👧", 2),
        ("🇩🇪", 2),
        ("❤\ufe0f", 2),
        ("\u200b\u202b", 0),
    ],
)
def test_a_cell_is_a_narrow_character(text: str, width: int) -> None:
    assert cells(text) == width


def test_what_fits_stays_whole() -> None:
    assert fragments("a" * 42, 42) == ["a" * 42]


def test_what_does_not_fit_is_cut_evenly() -> None:
    assert fragments("a" * 43, 42) == ["a" * 22, "a" * 21]


def test_nothing_is_cut_inside_what_the_reader_sees_as_one() -> None:
    family = "👩\u200d👩\u200d👧"
    assert fragments(family * 5, 4) == [family * 2, family * 2, family]


def test_what_can_not_be_cut_is_left_too_wide() -> None:
    assert fragments("漢字", 1) == ["漢", "字"]


@given(st.text(max_size=80), st.integers(min_value=2, max_value=42))
def test_fragments_are_narrow_and_lose_nothing(text: str, limit: int) -> None:
    found = fragments(text, limit)
    assert "".join(found) == text
    assert all(cells(fragment) <= limit or len(graphemes(fragment)) == 1 for fragment in found)
