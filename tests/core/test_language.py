"""Which language is spoken."""

from dwhisper_gui.core.language import vote


def test_several_places_outvote_a_misleading_one() -> None:
    shares = vote([{"en": 0.9, "de": 0.1}, {"de": 0.95, "en": 0.05}, {"de": 0.8, "nl": 0.2}])
    assert shares == [("de", 0.6167), ("en", 0.3167), ("nl", 0.0667)]


def test_without_clips_there_is_no_vote() -> None:
    assert vote([]) == []


def test_equal_shares_have_a_fixed_order_and_crumbs_are_left_out() -> None:
    assert vote([{"fr": 0.4975, "es": 0.4975, "pt": 0.005}]) == [("es", 0.4975), ("fr", 0.4975)]
