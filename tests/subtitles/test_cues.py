"""Words to cues."""

import math
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from dwhisper_worker.contract import Segment, Word
from hypothesis import example, given
from hypothesis import strategies as st

from dwhisper_gui.subtitles.cells import cells, graphemes
from dwhisper_gui.subtitles.cues import Cue, cues
from dwhisper_gui.subtitles.rules import DEFAULT, PLAIN, Rules

from .texts import letters, segment, spoken


def shown(text: str, language: str = "en", rules: Rules = DEFAULT) -> list[str]:
    """The cues of a text, lines parted by a slash."""
    return [" / ".join(cue.lines) for cue in cues([segment(spoken(text))], language, rules)]


def test_no_words_no_cues() -> None:
    assert cues([], "en") == []
    assert cues([segment([Word(0.0, 1.0, " ", 0.5)])], "en") == []


def test_cues_end_where_sentences_do() -> None:
    assert shown(
        " The Snow Queen was a beautiful woman, so delicate and white, dazzling. It was all of ice. (0.2) He could not take his eyes off"
        " her, and he followed her through the door."
    ) == [
        "The Snow Queen was a beautiful woman, / so delicate and white, dazzling.",
        "It was all of ice.",
        "He could not take his eyes off her, / and he followed her through the door.",
    ]


def test_a_long_sentence_ends_its_cues_before_phrases() -> None:
    found = shown(
        " thought that this was the strangest thing he had ever seen in all of his long life and that nobody would ever believe him if he"
        " told them about it in the morning"
    )
    assert len(found) == 2
    assert found[1].split()[0] in ("and", "that", "if", "in", "about", "he")


def test_no_word_is_left_on_its_own() -> None:
    text = " we were looking for something that nobody in the whole wide world had ever thought of looking for yesterday"
    assert all(len(cue.replace("/", "").split()) > 2 for cue in shown(text))


def test_a_cue_never_spans_a_silence() -> None:
    assert shown(" one two three four (1.01) five six seven") == ["one two three four", "five six seven"]
    assert shown(" one two three four (0.9) five six seven") == ["one two three four five six seven"]


def test_an_abbreviation_ends_nothing() -> None:
    found = shown(" We went there and talked for a good long while to Mr. Smith, who had been watching us from the window all day.")
    assert any("Mr. Smith" in cue for cue in found)


def test_slow_speech_is_cut_before_seven_seconds() -> None:
    words = spoken(" one two three four five six seven eight nine ten", seconds_a_letter=0.4)
    found = cues([segment(words)], "en")
    assert len(found) > 1
    assert max(cue.end - cue.start for cue in found) <= 7.0


def test_a_single_word_that_takes_longer_is_let_go() -> None:
    (cue,) = cues([segment([Word(1.0, 20.0, " Ooooh", 0.9)])], "en")
    assert (cue.start, cue.end) == (1.0, 8.0)


def test_a_short_cue_stays_for_as_long_as_it_needs() -> None:
    (cue,) = cues([segment([Word(1.0, 1.1, " Yes.", 0.9)])], "en")
    assert (cue.start, cue.end) == (1.0, 1.833)


def test_but_not_over_the_next_one_before_which_it_comes_two_frames_early_at_most() -> None:
    one, two = cues([segment([Word(1.0, 1.1, " Yes.", 0.9), Word(2.15, 2.3, " No.", 0.9)])], "en", replace(PLAIN, shortest=3.0))
    assert (one.start, one.end, two.start) == (0.917, 2.067, 2.15)


def test_cues_that_would_touch_are_two_frames_apart() -> None:
    found = cues([segment(spoken(" abcd" * 60))], "en")
    assert len(found) > 1
    assert {round(after.start - before.end, 3) for before, after in pairwise(found)} == {0.083}


def test_a_word_wider_than_a_line_is_broken() -> None:
    found = cues([segment([Word(0.0, 3.0, " see", 0.9), Word(3.0, 6.0, " " + "x" * 100, 0.9), Word(6.0, 7.0, " there", 0.9)])], "en")
    assert "".join(line for cue in found for line in cue.lines).replace(" ", "") == "see" + "x" * 100 + "there"
    assert all(cells(line) <= 42 for cue in found for line in cue.lines)


def test_japanese_is_broken_at_its_own_punctuation() -> None:
    text = (
        "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"
        "何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。"
    )
    found = cues([segment(letters(text))], "ja")
    assert [cue.lines for cue in found] == [
        ("吾輩は猫である。名前はまだ無い。", "どこで生れたかとんと見当がつかぬ。"),
        ("何でも薄暗いじめじめした所で",),
        ("ニャーニャー泣いていた", "事だけは記憶している。"),
    ]


def test_right_to_left_text_is_left_as_it_is() -> None:
    assert shown(" هل أنت بخير؟ نعم، شكرا.", "ar") == ["هل أنت بخير؟ نعم، شكرا."]


def test_the_words_of_a_line_make_the_line() -> None:
    (cue,) = cues([segment(spoken(" he had watched from the window of the shop opposite"))], "en")
    assert tuple("".join(word.text for word in line) for line in cue.words) == cue.lines
    assert [word.text for word in cue.words[1]] == ["from", " the", " window", " of", " the", " shop", " opposite"]
    assert cue.words[1][0].start == pytest.approx(0.72)


def test_another_layout_is_kept_to() -> None:
    rules = replace(PLAIN, line_cells=16, lines=3, longest=5.0)
    found = cues([segment(spoken(" one two three four five six seven eight nine ten eleven twelve" * 4))], "en", rules)
    assert max(len(cue.lines) for cue in found) == 3
    assert max(cells(line) for cue in found for line in cue.lines) <= 16
    assert max(cue.end - cue.start for cue in found) <= 5.0


@pytest.mark.slow
@pytest.mark.parametrize("words", [spoken(" so delicate and white, dazzling. It was" * 14_500), letters("吾輩は猫である。名前は" * 9_100)])
def test_eleven_hours_of_speech_take_seconds(words: list[Word]) -> None:
    began = time.process_time()
    found = cues([segment(words)], "en")
    assert len(words) > 100_000
    assert len(found) > 1000
    assert time.process_time() - began < 20  # it takes 3; in proportion to the square it would take an hour


# --- whatever comes ------------------------------------------------------------------------------------------------

LATIN = st.text("abcdefghijklmnopqrstuvwxyzäéßñ'-", min_size=1, max_size=14)
ODD = st.sampled_from(
    [
        "",
        " ",
        "\n",
        "\u00a0",
        "\u200b",
        "\u0301",
        "\ufe0f",
        "\u200d",
        "👩",
        "👩\u200d👧",
        "🇩",
        "❤",
        "-->",
        "<i>",
        "{\\an8}",
        "\x00",
        "\x1b[1m",
        "\u0600",
        "\u1112",
    ]
)
TEXTS = st.one_of(
    LATIN,
    st.sampled_from(["a", "the", "and", "of", "Mr.", "it.", "yes,", "no!", "—", "...", "(so", "it)"]),
    st.text("漢字仮名交文かなカナー。、「」", min_size=1, max_size=3),
    st.text("กขคงจฉ็้ำไ", min_size=1, max_size=4),
    st.text("أبتثجحخد؟،", min_size=1, max_size=8),
    st.text("한국어는", min_size=1, max_size=4),
    st.text("x漢👩", min_size=40, max_size=130),
    st.text(max_size=6),
    ODD,
)
SPACED = st.tuples(st.sampled_from([" ", " ", " ", "", "\u3000"]), TEXTS).map("".join)
DURATIONS = st.one_of(st.floats(0.0, 0.9), st.just(0.0), st.floats(-0.2, 12.0))
PAUSES = st.one_of(st.just(0.0), st.floats(0.0, 0.4), st.floats(-0.3, 4.0), st.floats(-100.0, 100.0))
ANYWHERE = st.floats(allow_nan=True, allow_infinity=True)
LANGUAGES = st.sampled_from(["en", "de", "fr", "ja", "zh", "th", "ar", "ko", "xx"])


@st.composite
def streams(draw: st.DrawFn) -> list[Segment]:
    """Words as no engine should give them, but one might."""
    at = draw(st.floats(-1.0, 10.0))
    segments = []
    for count in draw(st.lists(st.integers(0, 25), max_size=6)):
        words = []
        for _ in range(count):
            at += draw(PAUSES)
            start, end = at, at + draw(DURATIONS)
            if draw(st.integers(0, 60)) == 0:
                start = draw(ANYWHERE)
            words.append(Word(start, end, draw(SPACED), 0.5))
            at = end
        text = "".join(word.text for word in words) if words else draw(SPACED)
        segments.append(Segment(at, at + 1.0, text, tuple(words), -0.3, 0.1, 1.5, 0.0))
    return segments


def visible(text: str) -> str:
    return "".join(letter for letter in text if not letter.isspace() and not (ord(letter) < 32 or 127 <= ord(letter) < 160))


def hold(found: list[Cue], segments: list[Segment], rules: Rules) -> None:
    said = "".join(one.text for one in segments)
    assert visible("".join(line for cue in found for line in cue.lines)) == visible(said)
    for cue in found:
        assert 0 <= cue.start < cue.end
        assert math.isfinite(cue.end)
        assert round((cue.end - cue.start) * 1000) <= round(rules.longest * 1000)
        assert 1 <= len(cue.lines) <= rules.lines
        assert cue.lines == tuple("".join(word.text for word in line) for line in cue.words)
        for line in cue.lines:
            assert line
            assert line == line.strip()
            assert len(line.splitlines()) == 1
            assert cells(line) <= rules.line_cells or len(graphemes(line)) == 1
        words = [word for line in cue.words for word in line]
        for before, after in pairwise(words):
            assert before.start <= before.end <= after.start
            assert after.start - before.end <= rules.longest_silence + 0.0005
    assert all(cue.end <= following.start for cue, following in pairwise(found))


@given(streams(), LANGUAGES)
@example([segment([Word(5.0, 5.0, f" {i}", 0.1) for i in range(200)])], "en")
@example([segment([Word(0.0, 0.0, "\u200b ", 0.1)] * 3)], "en")
def test_whatever_comes_is_shown_once_in_order_within_the_layout(segments: list[Segment], language: str) -> None:
    found = cues(segments, language)
    hold(found, segments, DEFAULT)
    assert cues(segments, language) == found


@given(streams(), st.builds(replace, st.just(PLAIN), line_cells=st.integers(4, 60), lines=st.integers(1, 3), longest=st.floats(1.0, 9.0)))
def test_whatever_the_layout_is(segments: list[Segment], rules: Rules) -> None:
    hold(cues(segments, "en", rules), segments, rules)


@given(st.lists(LATIN, min_size=1, max_size=60), st.floats(0.01, 0.2))
def test_each_cue_of_even_speech_starts_with_its_word_or_two_frames_off_it(texts: list[str], pace: float) -> None:
    words = spoken("".join(f" {text}" for text in texts), 3.0, seconds_a_letter=pace)
    for cue in cues([segment(words)], "en"):
        assert abs(cue.start - cue.words[0][0].start) < 0.0835
        assert cue.end <= max(cue.words[-1][-1].end + DEFAULT.linger, cue.start + DEFAULT.shortest) + 0.0005
