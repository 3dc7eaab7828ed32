"""In which language a recording is."""

import pytest

from dwhisper_gui.commands.spoken import spoken


@pytest.mark.parametrize(
    ("language", "shares", "expected"),
    [
        ("en", (), "English"),
        ("en", (("en", 1.0),), "English"),
        ("en", (("en", 0.96), ("cy", 0.04)), "English"),
        ("de", (("de", 0.8), ("nl", 0.15), ("af", 0.03)), "German (German 80%, Dutch 15%)"),
        ("und", (), "und"),
    ],
)
def test_shares_are_told_where_another_language_has_one(language: str, shares: tuple[tuple[str, float], ...], expected: str) -> None:
    assert spoken(language, shares) == expected
