"""Which language is spoken."""

import pytest

from dwhisper_gui.core.language import contradiction, is_decided, vote


def test_several_places_outvote_a_misleading_one() -> None:
    shares = vote([{"en": 0.9, "de": 0.1}, {"de": 0.95, "en": 0.05}, {"de": 0.8, "nl": 0.2}])
    assert shares == [("de", 0.6167), ("en", 0.3167), ("nl", 0.0667)]


def test_without_clips_there_is_no_vote() -> None:
    assert vote([]) == []


@pytest.mark.parametrize(("shares", "decided"), [([], False), ([("en", 0.79)], False), ([("en", 0.8), ("de", 0.2)], True)])
def test_a_few_clips_that_agree_decide(shares: list[tuple[str, float]], *, decided: bool) -> None:
    assert is_decided(shares) is decided


def test_equal_shares_have_a_fixed_order_and_crumbs_are_left_out() -> None:
    assert vote([{"fr": 0.4975, "es": 0.4975, "pt": 0.005}]) == [("es", 0.4975), ("fr", 0.4975)]


@pytest.mark.parametrize(
    ("named", "shares", "other"),
    [
        ("de", [("en", 0.98)], "en"),
        ("en", [("en", 0.98)], None),
        ("sr", [("hr", 0.7), ("bs", 0.2), ("sr", 0.08)], None),
        ("de", [("en", 0.62), ("de", 0.33)], None),
        ("de", [("en", 0.4), ("cy", 0.3), ("la", 0.2)], None),
        ("de", [], None),
    ],
)
def test_only_what_is_surely_another_language_contradicts(named: str, shares: list[tuple[str, float]], other: str | None) -> None:
    assert contradiction(named, shares) == other
