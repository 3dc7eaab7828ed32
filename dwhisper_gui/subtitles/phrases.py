"""Where phrases end in scripts without spaces: BudouX's models for Japanese, Chinese and Thai.

Japanese comes in phrases, Chinese and Thai in words, which is the most that is known of them without a large dictionary.
"""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from dwhisper_gui.subtitles.pieces import Piece

if TYPE_CHECKING:
    from budoux import Parser

LANGUAGES = ("ja", "zh", "yue", "th")

_TRADITIONAL = frozenset("這們來個說時會對發問沒還讓過為學國開關見頭東車長門語話書買賣點錢電腦聽讀寫愛樣種麼現實經濟後給與嗎誰較")
_SIMPLIFIED = frozenset("这们来个说时会对发问没还让过为学国开关见头东车长门语话书买卖点钱电脑听读写爱样种么现实经济后给与吗谁较")

_ENCLITIC = frozenset("的了吗嗎吧呢啊呀嘛啦们們着著哦喔咗嘅㗎喎囉咯ๆฯ")
"""What belongs to the word before it, though the model may hold it for one of its own."""


def phrase_ends(pieces: Sequence[Piece], language: str) -> frozenset[int] | None:
    """The indices of the pieces before which a phrase ends, of text in that language; None: nothing is known of it."""
    if language not in LANGUAGES:
        return None
    text = "".join(piece.shown for piece in pieces)
    phrases = _parser(_model(text, language)).parse(text)
    ends = set(accumulate(map(len, phrases)))
    begins = accumulate((len(piece.shown) for piece in pieces), initial=0)
    return frozenset(i for i, begin in enumerate(begins) if begin in ends and text[begin : begin + 1] not in _ENCLITIC)


def _model(text: str, language: str) -> str:
    if language not in ("zh", "yue"):
        return language
    traditional = sum(letter in _TRADITIONAL for letter in text)
    simplified = sum(letter in _SIMPLIFIED for letter in text)
    # Cantonese is mostly written with traditional characters.
    return "zh-hant" if traditional + (language == "yue") > simplified else "zh-hans"


@cache
def _parser(model: str) -> "Parser":
    import budoux

    load = {
        "ja": budoux.load_default_japanese_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
        "zh-hant": budoux.load_default_traditional_chinese_parser,
        "th": budoux.load_default_thai_parser,
    }
    return load[model]()
