"""What a decoding left unheard."""

from itertools import pairwise

from dwhisper_worker.contract import Span, Word
from dwhisper_worker.holes import Hole, halves, holes
from hypothesis import given
from hypothesis import strategies as st

CLIP = Span(100.0, 120.0)
ALL = [CLIP]


def words(*timed: tuple[float, float]) -> list[Word]:
    return [Word(start, end, f" {i}", 0.9) for i, (start, end) in enumerate(timed)]


def spoken(start: float, end: float, step: float = 0.4) -> list[tuple[float, float]]:
    """Words one after the other."""
    return [(start + i * step, start + (i + 1) * step) for i in range(round((end - start) / step))]


def test_speech_after_the_last_word_is_unheard() -> None:
    heard = words((100.0, 101.0), (101.0, 102.0))
    assert holes(heard, CLIP, [Span(100.0, 102.0), Span(105.0, 109.0)]) == [Hole(Span(104.7, 109.3), 2, 2)]


def test_a_breath_or_a_short_gap_is_not_unheard() -> None:
    heard = words(*spoken(100, 104), *spoken(105.5, 120))
    assert holes(heard, CLIP, ALL) == []


def test_without_words_all_sure_speech_is_unheard() -> None:
    assert holes([], CLIP, [Span(103.0, 107.0)]) == [Hole(Span(102.7, 107.3), 0, 0)]


def test_a_word_stretched_over_a_skipped_sentence_is_heard_again_with_it() -> None:
    """As the alignment really lays it out: a gap, a word without length, a word of seconds."""
    heard = words(*spoken(100, 104), (106.2, 106.2), (106.2, 108.8), *spoken(108.8, 120))
    assert holes(heard, CLIP, ALL) == [Hole(Span(104.0, 108.8), 10, 12)]


def test_a_long_word_over_a_silence_hides_nothing() -> None:
    heard = words(*spoken(100, 104), (104.0, 108.0), *spoken(108, 120))
    assert holes(heard, CLIP, [Span(100, 104.5), Span(107.8, 120)]) == []


def test_many_words_between_two_holes_keep_them_apart() -> None:
    heard = words(*spoken(103, 110), *spoken(114, 120))
    first, second = holes(heard, CLIP, ALL)
    assert (first.span, second.span) == (Span(100.0, 103.0), Span(110.2, 114.0))
    assert (first.first, first.last) == (0, 0)


def test_a_sentence_whose_first_words_lie_before_a_hole_and_the_others_behind_it_begins_behind_it() -> None:
    said = "The lights went out. An inspector whom I had never met".split()
    times = [*spoken(100, 101.6), (101.6, 101.8), (101.8, 107.2), *spoken(107.2, 109.2)]
    heard = [Word(start, end, f" {text}", 0.9) for (start, end), text in zip(times, said, strict=True)]
    (hole,) = holes(heard, CLIP, [Span(100, 109.2)])
    assert heard[hole.first].text == " An"
    assert (hole.span, hole.last) == (Span(101.6, 107.2), 6)


def test_a_sentence_that_goes_on_for_a_while_before_a_hole_stays_there() -> None:
    said = "It rang. My sister and I inspector whom".split()
    times = [*spoken(100, 102.4), (102.4, 107.2), (107.2, 107.6)]
    heard = [Word(start, end, f" {text}", 0.9) for (start, end), text in zip(times, said, strict=True)]
    (hole,) = holes(heard, CLIP, [Span(100, 107.6)])
    assert heard[hole.first].text == " inspector"


def test_the_words_that_begin_a_sentence_do_not_hide_the_hole_behind_them() -> None:
    said = "The lights went out. And so we all went home.".split()
    times = [*spoken(100, 101.6), (101.6, 101.7), (101.7, 101.8), *spoken(104.9, 106.5)]
    heard = [Word(start, end, f" {text}", 0.9) for (start, end), text in zip(times, said, strict=True)]
    (hole,) = holes(heard, CLIP, [Span(100, 106.5)])
    assert (heard[hole.first].text, hole.last) == (" And", 6)


def test_halves_meet_in_the_longest_silence_well_inside() -> None:
    speech = [Span(100, 101), Span(105, 108), Span(108.4, 112), Span(113, 119)]
    assert halves(CLIP, speech, nowhere) == [Span(100, 112.5), Span(112.5, 120)]


def nowhere(_: Span) -> float:
    raise AssertionError("there is a silence")


def test_speech_without_a_silence_is_halved_where_it_is_quietest_unless_it_is_short() -> None:
    assert halves(CLIP, [CLIP], lambda inside: inside.start + 1) == [Span(100, 105), Span(105, 120)]
    short = Span(100, 103.9)
    assert halves(short, [short], nowhere) == []


edges = st.lists(st.floats(100, 120).map(lambda at: round(at, 3)), max_size=40).map(sorted)


@given(edges, edges)
def test_holes_are_in_order_between_words_and_hold_sure_speech(of_words: list[float], of_speech: list[float]) -> None:
    heard = words(*list(pairwise(of_words))[::2])
    speech = [Span(start, end) for start, end in list(pairwise(of_speech))[::2] if end > start]
    found = holes(heard, CLIP, speech)
    assert all(one.last <= other.first and one.span.end <= other.span.start for one, other in pairwise(found))
    for hole in found:
        assert CLIP.start <= hole.span.start < hole.span.end <= CLIP.end
        assert 0 <= hole.first <= hole.last <= len(heard)
        assert hole.first == 0 or heard[hole.first - 1].end <= hole.span.start
        assert hole.last == len(heard) or hole.span.end <= heard[hole.last].start
