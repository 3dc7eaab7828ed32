"""Where phrases end without spaces."""

import pytest
from dwhisper_worker.contract import Word

from dwhisper_gui.subtitles.phrases import phrase_ends
from dwhisper_gui.subtitles.pieces import pieces

from .texts import letters, segment, spoken


def ends(text: str, language: str) -> list[str]:
    found = pieces([segment(letters(text))], 80)
    known = phrase_ends(found, language)
    assert known is not None
    return ["".join(piece.shown for piece in found[:i]) for i in sorted(known) if 0 < i < len(found)]


def test_words_may_lie_across_phrases() -> None:
    # As Whisper's tokens do: a piece is never broken, and ends with a phrase or not.
    words = [Word(i, i + 0.5, text, 0.9) for i, text in enumerate((" 今", "日は会", "議に", "参加"))]
    assert phrase_ends(pieces([segment(words)], 42), "ja") == frozenset({3, 4})


@pytest.mark.parametrize("text", ["他说这个问题已经解决了吗", "昨天晚上沒有睡好嗎"])
def test_a_particle_stays_with_its_word(text: str) -> None:
    assert all(text[len(before)] not in "了吗嗎" for before in ends(text, "zh"))


def test_chinese_is_read_as_it_is_written() -> None:
    # Simplified and traditional have a model each; each knows the words of its own script.
    assert "今天天气" in ends("今天天气很好我们去公园", "zh")
    assert "今天天氣" in ends("今天天氣很好我們去公園", "zh")
    assert "今天天氣" in ends("今天天氣很好我哋去公園", "yue")


@pytest.mark.parametrize("language", ["en", "ko", "my", "und"])
def test_of_other_languages_nothing_is_known(language: str) -> None:
    assert phrase_ends(pieces([segment(spoken(" one two"))], 42), language) is None
