"""Where words lie in time."""

from itertools import pairwise

from dwhisper_worker import times
from dwhisper_worker.contract import Span, Word
from dwhisper_worker.engines.engine import Decoded
from hypothesis import given
from hypothesis import strategies as st

CLIP = Span(100.0, 110.0)


def words(*timed: tuple[float, float, str]) -> list[Word]:
    return [Word(start, end, f" {text}", 0.9) for start, end, text in timed]


def spans(found: list[Word]) -> list[tuple[float, float]]:
    return [(word.start, word.end) for word in found]


def test_the_first_and_last_word_of_a_stretch_reach_its_edges() -> None:
    heard = words((0.0, 1.4, "one"), (1.4, 1.9, "two"), (1.9, 2.2, "three"))
    assert spans(times.placed(heard, CLIP, [Span(101.0, 102.4)])) == [(101.0, 101.4), (101.4, 101.9), (101.9, 102.4)]


def test_a_word_smeared_over_a_silence_goes_to_the_speech_it_overlaps_most() -> None:
    heard = words((1.0, 2.0, "before"), (2.0, 5.5, "after"), (5.5, 6.0, "that"))
    found = times.placed(heard, CLIP, [Span(101.0, 102.1), Span(104.8, 106.0)])
    assert spans(found) == [(101.0, 102.1), (104.8, 105.5), (105.5, 106.0)]


def test_a_word_far_from_the_edge_does_not_move_there() -> None:
    found = times.placed(words((3.0, 3.5, "late")), CLIP, [Span(101.0, 106.0)])
    assert spans(found) == [(103.0, 103.5)]


def test_a_word_without_speech_stays_and_is_clamped_to_its_clip() -> None:
    assert spans(times.placed(words((9.5, 12.0, "out")), CLIP, [])) == [(109.5, 110.0)]


timed_words = st.lists(st.tuples(st.floats(-1, 12), st.floats(-1, 12)), max_size=20)
stretches = st.lists(st.floats(100, 110), max_size=8).map(
    lambda edges: [Span(round(a, 3), round(b, 3)) for a, b in list(pairwise(sorted(edges)))[::2] if b - a > 0.05]
)


@given(timed_words, stretches)
def test_placed_words_are_in_order_inside_the_clip_and_none_is_lost(times_of: list[tuple[float, float]], speech: list[Span]) -> None:
    heard = [Word(start, end, f" {i}", 0.5) for i, (start, end) in enumerate(times_of)]
    found = times.placed(heard, CLIP, speech)
    assert [word.text for word in found] == [word.text for word in heard]
    assert all(CLIP.start <= word.start <= word.end <= CLIP.end for word in found)
    assert all(a.end <= b.start + 0.0011 for a, b in pairwise(found))


def test_segments_end_with_sentences_and_before_pauses() -> None:
    heard = words((0, 1, "One."), (1, 2, "Two"), (2, 3, "three."), (3, 4, "Four"), (6, 7, "five"))
    found = times.segments(heard, Decoded(tuple(heard), -0.2, 0.0, 0.0))
    assert [segment.text for segment in found] == [" One.", " Two three.", " Four", " five"]
    assert (found[1].start, found[1].end) == (1, 3)


def test_an_abbreviation_or_an_initial_ends_no_sentence() -> None:
    heard = words((0, 1, "Mr."), (1, 2, "J."), (2, 3, "Dashwood"), (3, 4, "(agreed.)"), (4, 5, "I."))
    found = times.segments(heard, Decoded(tuple(heard), -0.2, 0.0, 0.0))
    assert [segment.text for segment in found] == [" Mr. J. Dashwood (agreed.)", " I."]


def test_where_the_vad_hears_nobody_no_word_is_stretched_over_what_is_beside_the_sentence() -> None:
    found = times.placed(words((0.0, 4.0, "one"), (4.0, 4.4, "two"), (4.4, 9.0, "three.")), CLIP, [])
    assert spans(found) == [(103.4, 104.0), (104.0, 104.4), (104.4, 105.0)]
    said = words((0.0, 0.3, "we"), (0.3, 3.0, "must"), (3.0, 3.3, "go."))
    assert spans(times.placed(said, CLIP, [])) == [(100.0, 100.3), (100.3, 103.0), (103.0, 103.3)], "inside a sentence both edges are known"
