"""Where text may be broken."""

from collections.abc import Sequence

import pytest
from dwhisper_worker.contract import Word

from dwhisper_gui.subtitles.breaks import INSIDE, INSIDE_PHRASE, costs
from dwhisper_gui.subtitles.pieces import pieces

from .texts import letters, segment, spoken


def ranked(words: Sequence[Word], language: str) -> list[str]:
    """The text before each break, the best break first."""
    found = pieces([segment(words)], 42)
    texts = ["".join(piece.shown for piece in found[:i]).strip() for i in range(1, len(found))]
    return [text for _, text in sorted(zip(costs(found, language), texts, strict=True), key=lambda pair: pair[0])]


@pytest.mark.parametrize(
    ("text", "language", "best", "worst"),
    [
        (" He went, you know. Then she did", "en", "He went, you know.", "He went, you know. Then she"),
        (" Good old friends, new ones", "en", "Good old friends,", "Good old"),
        (" Old men walked through the park", "en", "Old men walked", "Old men walked through the"),
        (" Ask Dr. Jones. Now", "en", "Ask Dr. Jones.", "Ask Dr."),
        (" Well... maybe. Yes", "en", "Well... maybe.", "Well..."),
        (" He said (0.5) something else", "en", "He said", "He"),
        (" Wir sahen gestern einen Hund", "de", "Wir sahen gestern", "Wir sahen gestern einen"),
        (" Menimme eilen kauppaan ja kotiin", "fi", "Menimme eilen kauppaan", "Menimme eilen kauppaan ja"),
        (" मैं घर गया। वह आया", "hi", "मैं घर गया।", "मैं"),
        (" هل أنت بخير؟ نعم، شكرا", "ar", "هل أنت بخير؟", "هل"),
        (" really ? Yes", "en", "really ?", "really"),
    ],
)
def test_the_best_break_is_found_before_the_worst(text: str, language: str, best: str, worst: str) -> None:
    order = ranked(spoken(text), language)
    assert order[0] == best
    assert order.index(worst) > 0


@pytest.mark.parametrize(
    ("text", "best", "worst"),
    [
        ("猫である。名前は", "猫である。", "猫である。名"),
        ("「はい。」次は", "「はい。」", "「"),
        ("どこで生れた", "どこで", "ど"),
        ("猫だよーん", "猫だ", "猫だよ"),
        ("東京Tower", "東京", "東京T"),
    ],
)
def test_the_same_in_japanese(text: str, best: str, worst: str) -> None:
    order = ranked(letters(text), "ja")
    assert order.index(best) <= 1
    assert order.index(worst) > order.index(best)


@pytest.mark.parametrize(
    ("before", "after"), [(" state", "-of"), (" $", "100"), ("東", "ー"), ("「", "東"), (" wirklich", " !"), (" one", "two")]
)
def test_inside_a_word_is_the_last_resort(before: str, after: str) -> None:
    assert costs(pieces([segment([Word(0.0, 1.0, before, 0.9), Word(1.0, 2.0, after, 0.9)])], 42), "de") == [INSIDE]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "今日は|会議に|参加していただき|ありがとう|ございます"),
        ("zh", "我们|一起|去|公园|散步吧"),
        ("zh", "我們|一起去|公園|散步吧"),
        ("th", "ผม|คิด|ว่า|เรา|ควร|จะ|เริ่ม|ต้น|การ|ประชุม"),
    ],
)
def test_a_phrase_without_spaces_is_broken_only_at_its_end(language: str, text: str) -> None:
    found = pieces([segment(letters(text.replace("|", "")))], 42)
    inside = {
        "".join(piece.shown for piece in found[:i]): cost in (INSIDE_PHRASE, INSIDE) for i, cost in enumerate(costs(found, language), 1)
    }
    ends = ["".join(text.split("|")[:i]) for i in range(1, text.count("|") + 1)]
    assert [before for before, is_inside in inside.items() if not is_inside] == ends
