"""Languages as media name them."""

import pytest

from dwhisper_gui.media.language import same_language

SAME = (
    "en eng, de ger, de deu, fre fra, en-US en, pt-BR por, zh chi, zh cmn, no nob, nor nb, DE ger, ja jpn, de_AT de, he iw, jw jav, yue yue"
)
DIFFERENT = "en ger, no nn, de dut, und und, en mul, x y, nolanguage en, 5 5"


@pytest.mark.parametrize("pair", SAME.split(", "))
def test_the_same(pair: str) -> None:
    one, other = pair.split()
    assert same_language(one, other)
    assert same_language(other, one)


@pytest.mark.parametrize("pair", DIFFERENT.split(", "))
def test_not_the_same(pair: str) -> None:
    one, other = pair.split()
    assert not same_language(one, other)


def test_nothing_is_no_language() -> None:
    assert not same_language("", "")
