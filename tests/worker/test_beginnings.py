"""Words that begin a sentence behind a hole."""

import pytest
from dwhisper_worker.beginnings import moved_behind
from dwhisper_worker.contract import Span, Word
from hypothesis import given
from hypothesis import strategies as st

LAID = [Word(104.0, 104.2, " An", 0.9), Word(104.2, 109.0, " inspector", 0.9)]


def after(*texts: str, laid: list[Word] = LAID, until: float = 108.0) -> list[tuple[str, float, float]]:
    """What is left of a hole of 104 to 109 s in which so much was heard, a word a second, the last until `until`."""
    heard = [Word(104.0 + i, 105.0 + i, f" {text}", 0.9) for i, text in enumerate(texts)]
    heard[-1:] = [Word(heard[-1].start, 109.0, heard[-1].text, 0.9)]
    found = moved_behind(laid, heard, until, Span(104.0, 109.0), [Span(104, 109)])
    return [(word.text.strip(), word.start, word.end) for word in found]


def texts(found: list[tuple[str, float, float]]) -> str:
    return " ".join(text for text, *_ in found)


def laid(*words: str) -> list[Word]:
    return [Word(104.0 + i, 105.0 + i, f" {word}", 0.9) for i, word in enumerate(words)]


def test_words_laid_over_a_hole_that_were_not_heard_in_it_come_behind_it() -> None:
    assert after("It", "rang", "at", "midnight.")[3:] == [("midnight.", 107.0, 108.0), ("An", 108.0, 108.5), ("inspector", 108.5, 109.0)]


@pytest.mark.parametrize(
    "heard",
    ["It rang. An inspector", "An inspector laughed loudly.", "It rang. The inspector", "It rang. An inspecter."],
    ids=["at the end", "at the beginning", "with another article", "in another spelling"],
)
def test_what_was_heard_of_them_is_not_said_twice(heard: str) -> None:
    assert texts(after(*heard.split())) == heard


def test_of_those_that_were_heard_in_part_the_rest_comes_behind() -> None:
    assert texts(after("It", "rang.", "An")) == "It rang. An inspector"


def test_of_half_a_word_at_the_end_of_the_sound_the_whole_is_kept() -> None:
    assert after("It", "rang.", "An", "insp-", until=109.0)[2:] == [("An", 106.0, 107.0), ("inspector", 107.0, 109.0)]
    assert texts(after("Like", "you", "or", "me.", laid=laid("Men", "who"), until=109.0)) == "Like you or me."
    assert texts(after("I", "saw", "the", "inspect", until=107.5)) == "I saw the inspect", "where nothing is cut, it is a word of its own"


def test_in_the_middle_of_a_sentence_nothing_is_put() -> None:
    assert texts(after("It", "rang", "for", "hours")) == "It rang for hours"


def test_one_letter_in_common_is_not_the_beginning_of_a_phrase() -> None:
    assert texts(after("他", "走", "了", laid=laid("了", "解"))) == "他 走 了"


def test_without_room_for_them_they_are_left_out() -> None:
    heard = [Word(104.0, 109.0, " midnight.", 0.9)]
    assert moved_behind(LAID, heard, 108.9, Span(104.0, 109.0), [Span(100, 120)]) == heard
    assert moved_behind(LAID, heard, 106.0, Span(104.0, 109.0), [Span(104, 106)]) == heard


def test_they_begin_where_the_speech_before_the_end_of_the_hole_does() -> None:
    heard = [Word(104.0, 105.0, " It", 0.9), Word(105.0, 106.1, " rang.", 0.9)]
    rest_of_a_word = [Span(104.0, 106.1), Span(108.0, 109.0)]
    found = moved_behind(LAID, heard, 106.0, Span(104.0, 109.0), rest_of_a_word)
    assert [(word.start, word.end) for word in found[1:]] == [(105.0, 106.1), (108.0, 108.5), (108.5, 109.0)]


def test_they_follow_at_once_what_was_heard_of_their_phrase() -> None:
    heard = [Word(104.0, 105.0, " It", 0.9), Word(105.0, 106.0, " rang.", 0.9), Word(106.0, 106.3, " An", 0.9)]
    found = moved_behind(LAID, heard, 106.3, Span(104.0, 109.0), [Span(104.0, 106.3), Span(106.35, 108.6), Span(108.7, 109.0)])
    assert [(word.text, word.start, word.end) for word in found[3:]] == [(" inspector", 106.35, 109.0)]


def test_they_begin_in_no_silence_between_two_stretches() -> None:
    heard = [Word(104.0, 105.0, " It", 0.9), Word(105.0, 106.0, " rang.", 0.9)]
    found = moved_behind(LAID, heard, 106.0, Span(104.0, 109.0), [Span(104.0, 106.0), Span(107.0, 107.2), Span(108.8, 109.0)])
    assert [(word.start, word.end) for word in found[2:]] == [(107.0, 107.2), (108.8, 109.0)]


phrases = st.lists(st.sampled_from("it rang. an insp inspector the the. i".split()), min_size=1, max_size=5)


@given(phrases, phrases, st.floats(104, 109))
def test_words_put_behind_are_in_order_inside_the_hole_and_lose_only_a_half(said: list[str], heard: list[str], until: float) -> None:
    found = after(*heard, laid=laid(*said), until=round(until, 3))
    times = [time for _, start, end in found for time in (start, end)]
    assert times == sorted(times)
    assert 104.0 <= times[0] <= times[-1] <= 109.0
    kept = [text for text, *_ in found]
    assert kept[: len(heard) - 1] == heard[:-1]
    assert len(kept) >= len(heard) - 1
