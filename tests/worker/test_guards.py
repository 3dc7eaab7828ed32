"""Which decodings are suspicious."""

import pytest
from dwhisper_worker import guards
from dwhisper_worker.contract import Span, Word
from dwhisper_worker.engines.engine import Decoded


def decoded(text: str, *, log_probability: float = -0.3, no_speech: float = 0.01) -> Decoded:
    words = tuple(Word(i * 0.4, i * 0.4 + 0.3, f" {word}", 0.9) for i, word in enumerate(text.split()))
    return Decoded(words, log_probability, no_speech, 0.0)


def flaws(heard: Decoded, speech_seconds: float) -> tuple[str, ...]:
    speech = [Span(0, speech_seconds)]
    return guards.flaws(heard, speech_seconds, speech)


SENTENCE = "he was not an ill disposed young man unless to be rather cold hearted and rather selfish is to be ill disposed"


def test_plain_speech_passes() -> None:
    assert flaws(decoded(SENTENCE), 8.0) == ()


@pytest.mark.parametrize("phrase", ["no", "thank you", "and then he said to me"])
def test_a_loop_is_caught_whatever_its_length(phrase: str) -> None:
    heard = decoded(" ".join([phrase] * 12))
    assert guards.has_repeated_phrase(heard.words)
    assert guards.REPEATED in flaws(heard, 20.0)


def test_what_people_repeat_for_emphasis_is_no_loop() -> None:
    assert flaws(decoded("no no no no I said very very very slowly"), 4.0) == ()


def test_an_unlikely_text_is_caught_and_told_from_silence() -> None:
    assert flaws(decoded(SENTENCE, log_probability=-1.2), 8.0) == (guards.LOG_PROBABILITY,)
    assert flaws(decoded(SENTENCE, log_probability=-1.2, no_speech=0.7), 8.0) == (guards.NO_SPEECH,)


def test_words_are_counted_against_the_speech() -> None:
    assert flaws(decoded("Hello."), 10.0) == (guards.TOO_FEW_WORDS,)
    assert flaws(decoded(""), 5.0) == (guards.TOO_FEW_WORDS,)
    assert guards.TOO_MANY_WORDS in flaws(decoded(SENTENCE), 2.0)
    assert flaws(decoded("Hello."), 1.0) == ()


@pytest.mark.parametrize(
    ("text", "count"), [("one two three", 3), ("今日は天気がいい", 4), ("สวัสดีครับ", 5), ("iPhone を買う", 2.5), ("", 0)]
)
def test_scripts_without_spaces_count_by_character(text: str, count: float) -> None:
    assert guards.word_count(text) == count


def test_hearing_the_same_again_is_noticed() -> None:
    near = decoded("He was not an ill-disposed young man.").words
    assert guards.repeats(decoded("an ill-disposed young").words, near)
    assert not guards.repeats(decoded("young lady").words, near)


def test_of_a_loop_the_first_round_is_kept() -> None:
    words = decoded("so it goes " + "and so on " * 9 + "to the end").words
    assert [word.text.strip() for word in guards.without_loops(words)] == "so it goes and so on to the end".split()
    words = decoded("thank you very much " * 6 + "thank goodness").words
    assert [word.text.strip() for word in guards.without_loops(words)] == "thank you very much thank goodness".split()


@pytest.mark.parametrize(
    "said",
    [
        "no no no no no no I said very very very very very slowly",
        "对 对 对 对 对 对 对 是 的",
        "का की के को कि नहीं",
        "... ... ... ... ... ...",
    ],
)
def test_what_people_say_again_and_again_stays(said: str) -> None:
    words = decoded(said).words
    assert guards.without_loops(words) == list(words)


def test_what_little_is_repeated_stays() -> None:
    said = decoded("no no no no I said very very very slowly").words
    assert guards.without_loops(said) == list(said)


def spaced(text: str, start: float, seconds: float) -> list[Word]:
    """Words that fill so many seconds."""
    words = text.split()
    each = seconds / len(words)
    return [Word(start + i * each, start + (i + 1) * each, f" {word}", 0.9) for i, word in enumerate(words)]


def test_a_phrase_that_is_said_again_in_no_time_was_not_said() -> None:
    once = spaced("Argued over the weather.", 1.0, 2.0)
    for seconds in (0.0, 0.02):
        assert guards.without_echoes([*once, *spaced("argued over the weather", 3.0, seconds)]) == once
    after = spaced("That is all.", 4.0, 1.0)
    assert guards.without_echoes([*once, *spaced("argued over the weather", 3.0, 0.02), *after]) == [*once, *after]


def test_what_is_said_again_quickly_or_squeezed_but_new_stays() -> None:
    once = spaced("I know, I know, I know", 1.0, 1.5)
    assert guards.without_echoes([*once, *spaced("I know, I know, I know", 2.5, 0.7)]) == [
        *once,
        *spaced("I know, I know, I know", 2.5, 0.7),
    ]
    new = [*spaced("Argued over the weather.", 1.0, 2.0), *spaced("Argued over the wedding.", 3.0, 0.02)]
    assert guards.without_echoes(new) == new
    assert guards.without_echoes([]) == []
