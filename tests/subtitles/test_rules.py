"""Sets of rules, by language."""

import pytest

from dwhisper_gui.core.errors import RulesUnknown
from dwhisper_gui.core.job import Output
from dwhisper_gui.settings import SETTINGS, Settings
from dwhisper_gui.subtitles.rules import BBC, DEFAULT, NETFLIX, PLAIN, RULE_SETS, rules_named


@pytest.mark.parametrize(
    ("language", "netflix", "bbc", "plain"),
    [
        ("en", 42, 37, 42),
        ("de", 42, 37, 42),
        ("ja", 26, 37, 42),
        ("zh", 32, 37, 42),
        ("ko", 32, 37, 42),
        ("th", 35, 37, 42),
        ("ru", 39, 37, 42),
    ],
)
def test_how_long_a_line_may_be(language: str, netflix: int, bbc: int, plain: int) -> None:
    assert [rules.cells_of(language) for rules in (NETFLIX, BBC, PLAIN)] == [netflix, bbc, plain]


def test_how_fast_text_may_be() -> None:
    assert NETFLIX.pace_of("en").needed(["x" * 20]) == 1000
    assert NETFLIX.pace_of("de").needed(["x" * 17]) == 1000
    assert NETFLIX.pace_of("ar").needed(["x" * 20]) == NETFLIX.pace_of("hi").needed(["x" * 22]) == PLAIN.pace_of("ar").needed(["x" * 17])
    assert NETFLIX.pace_of("ja").needed(["漢字かな", "漢字仮"]) == 1000
    assert NETFLIX.pace_of("zh").needed(["漢漢漢漢漢", "abcdefabcdef"]) == 1000, "a narrow letter counts as half of one"
    assert BBC.pace_of("en").needed(["one two", "three"]) == 1000
    assert BBC.pace_of("zh") == NETFLIX.pace_of("zh"), "nobody can count the words there"
    assert BBC.pace_of("en").of(["one two three"], 500) == 360


def test_a_name_in_any_letters() -> None:
    assert rules_named(" NetFlix ") is NETFLIX


@pytest.mark.parametrize(("written", "near"), [("netfilx", "netflix"), ("BCC", "bbc"), ("plane", "plain"), ("漢", "netflix|bbc|plain")])
def test_another_name_is_refused_with_the_nearest(written: str, near: str) -> None:
    with pytest.raises(RulesUnknown, match=f"mean “({near})”") as refused:
        rules_named(written)
    assert refused.value.status == 2


def test_all_know_the_same_sets_and_default() -> None:
    assert Output().rules == Settings({}).subtitle_rules == DEFAULT.name
    (setting,) = (one for one in SETTINGS if one.key == "subtitles.rules")
    for name in RULE_SETS:
        assert setting.kind.parse(name) == name
    with pytest.raises(ValueError, match="other"):
        setting.kind.parse("other")
