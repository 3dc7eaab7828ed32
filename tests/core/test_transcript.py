"""The audit finds speech without words, and combining keeps the order of time."""

import pytest
from dwhisper_worker.contract import Segment, Span, WindowResult, Word
from hypothesis import given
from hypothesis import strategies as st

from dwhisper_gui.core.transcript import UNHEARD_SECONDS, WORD_REACH_SECONDS, combine, unheard


def segment(*words: tuple[float, float]) -> Segment:
    made = tuple(Word(start, end, " word", 0.9) for start, end in words)
    return Segment(words[0][0], words[-1][1], " word" * len(words), made, -0.2, 0.01, 1.2, 0.0)


def test_windows_in_any_order_come_out_in_the_order_of_time() -> None:
    late = WindowResult(1, (segment((40, 41)), segment((45, 46))), 1, False, ())
    early = WindowResult(0, (segment((1, 2)),), 1, False, ())
    assert [found.start for found in combine([(Span(40, 50), late), (Span(0, 30), early)])] == [1, 40, 45]
    assert combine([]) == []


def test_speech_without_any_word_is_unheard() -> None:
    assert unheard([Span(5, 9)], []) == [Span(5, 9)]


def test_speech_full_of_words_is_heard() -> None:
    assert unheard([Span(5, 9)], [segment((5, 6), (6.2, 7.5), (8, 9))]) == []


def test_a_gap_in_the_middle_is_unheard_but_for_the_reach_of_its_neighbours() -> None:
    (gap,) = unheard([Span(0, 20)], [segment((0, 5)), segment((10, 20))])
    assert (gap.start, gap.end) == (pytest.approx(5 + WORD_REACH_SECONDS), pytest.approx(10 - WORD_REACH_SECONDS))


def test_short_gaps_are_not_told() -> None:
    assert unheard([Span(0, 10)], [segment((0, 4)), segment((4 + UNHEARD_SECONDS, 10))]) == []


def test_the_start_and_the_end_of_a_stretch_count_too() -> None:
    assert unheard([Span(0, 10)], [segment((4, 5))]) == [Span(0, 4 - WORD_REACH_SECONDS), Span(5 + WORD_REACH_SECONDS, 10)]


def test_words_outside_of_sure_speech_change_nothing() -> None:
    assert unheard([Span(10, 13)], [segment((1, 2)), segment((30, 31))]) == [Span(10, 13)]


def test_a_word_that_lies_across_two_stretches_counts_for_both() -> None:
    assert unheard([Span(0, 3), Span(3.1, 6)], [segment((0, 6))]) == []


def test_speech_with_short_pauses_counts_as_a_whole() -> None:
    """As people say numbers: no stretch of it is 2 s long."""
    said = [Span(at, at + 0.8) for at in range(10, 20)]
    assert unheard(said, []) == [Span(10, 19.8)]
    assert unheard(said, [segment((14, 14.7))]) == [Span(10, 13.7), Span(15, 19.8)]


def test_a_long_silence_parts_what_is_told() -> None:
    assert unheard([Span(0, 3), Span(8, 9), Span(9.5, 11)], []) == [Span(0, 3), Span(8, 11)]
    assert unheard([Span(0, 1.5), Span(8, 9.5)], []) == []


def test_what_is_lost_anyway_is_not_told_as_unheard() -> None:
    assert unheard([Span(0, 9), Span(9.2, 20)], [], [Span(0, 9.1), Span(9.1, 20)]) == []
    assert unheard([Span(0, 9), Span(9.2, 20)], [], [Span(0, 9.1), Span(9.1, 17)]) == [Span(17, 20)]
    assert unheard([Span(0, 9), Span(9.2, 20)], [], [Span(0, 9.1), Span(9.1, 19)]) == []


spans = st.lists(st.tuples(st.floats(0, 5), st.floats(0.05, 8)), max_size=30)


def laid_out(gaps_and_lengths: list[tuple[float, float]]) -> list[Span]:
    at, found = 0.0, []
    for gap, length in gaps_and_lengths:
        found.append(Span(at + gap, at + gap + length))
        at += gap + length
    return found


@given(spans, spans)
def test_what_is_unheard_is_sure_speech_without_a_word(speech: list[tuple[float, float]], words: list[tuple[float, float]]) -> None:
    sure, said = laid_out(speech), laid_out(words)
    found = unheard(sure, [segment((word.start, word.end)) for word in said])
    for gap in found:
        assert (
            sum(min(one.end, gap.end) - max(one.start, gap.start) for one in sure if one.start < gap.end and gap.start < one.end) >= 1.999
        )
        assert not any(word.start < gap.end and gap.start < word.end for word in said)
    for stretch in sure:
        if stretch.duration >= UNHEARD_SECONDS and not any(word.start - 1 < stretch.end and stretch.start < word.end + 1 for word in said):
            assert any(gap.start <= stretch.start and stretch.end <= gap.end for gap in found)
