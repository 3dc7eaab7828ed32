"""Blocks of sound on a timeline."""

import array

import pytest
from dwhisper_worker.contract import SAMPLE_RATE, Span
from hypothesis import given
from hypothesis import strategies as st

from dwhisper_gui.media.timeline import SHORTEST_GAP, TOLERANCE, Timeline


def counting(first: int, count: int) -> bytes:
    """Samples whose values tell where they belong: 1 is that of t = 0."""
    return array.array("h", (i % 30_000 + 1 for i in range(first, first + count))).tobytes()


def values(pcm: bytes) -> list[int]:
    return list(array.array("h", pcm))


def test_blocks_land_where_they_belong() -> None:
    timeline = Timeline(Span(1.0, 1.01))
    assert timeline.put(15_900, counting(15_900, 150))
    assert not timeline.put(16_050, counting(16_050, 150))
    assert timeline.heard_before
    assert timeline.goes_on
    assert timeline.sound() == counting(16_000, 160)


def test_a_late_beginning_and_a_gap_are_silent() -> None:
    timeline = Timeline(Span(0.0, 0.2))
    timeline.put(800, counting(800, 400))
    timeline.put(2400, counting(2400, 400))
    assert values(timeline.sound()) == [0] * 800 + values(counting(800, 400)) + [0] * 1200 + values(counting(2400, 400))
    assert not timeline.heard_before


def test_the_sound_ends_where_the_medium_does() -> None:
    timeline = Timeline(Span(0.0, 0.1))
    timeline.put(0, counting(0, 500))
    assert not timeline.goes_on
    assert timeline.sound() == counting(0, 500)
    assert Timeline(Span(0.0, 0.1)).sound() == b""


def test_silence_to_the_end_where_the_medium_goes_on_later() -> None:
    timeline = Timeline(Span(0.0, 0.1))
    timeline.put(0, counting(0, 500))
    assert not timeline.put(16_000, counting(16_000, 10))
    assert values(timeline.sound()) == values(counting(0, 500)) + [0] * 1100


def test_a_range_in_a_gap_is_silent_all_through() -> None:
    timeline = Timeline(Span(1.0, 1.1))
    assert timeline.put(0, counting(0, 500))
    assert not timeline.put(32_000, counting(32_000, 10))
    assert timeline.heard_before
    assert timeline.sound() == bytes(2 * 1600)


def test_gaps_are_where_nothing_came() -> None:
    timeline = Timeline(Span(1.0, 11.0))
    assert timeline.gaps() == [Span(1.0, 11.0)]
    timeline.put(0, bytes(2 * 16_000 * 2))  # to 2 s
    timeline.put(16_000 * 4, bytes(2 * 1600))  # to 4.1 s, of which too little came
    timeline.put(16_000 * 5, bytes(2 * 16_000 * 2))  # to 7 s
    timeline.put(16_000 * 7 + SHORTEST_GAP - 16, bytes(2 * 16_000))  # a short gap before
    assert timeline.gaps() == [Span(2.0, 5.0), Span(8.499, 11.0)]
    timeline.put(16_000 * 10, bytes(2 * 16_000 * 2))
    assert timeline.gaps() == [Span(2.0, 5.0), Span(8.499, 10.0)]


def test_a_late_beginning_is_a_gap_and_a_whole_range_has_none() -> None:
    late = Timeline(Span(0.0, 2.0))
    late.put(16_000, bytes(2 * 16_000))
    assert late.gaps() == [Span(0.0, 1.0)]
    whole = Timeline(Span(0.0, 2.0))
    whole.put(0, bytes(2 * 16_000 * 2))
    assert whole.gaps() == []


def test_what_comes_twice_counts_once() -> None:
    timeline = Timeline(Span(0.0, 0.2))
    timeline.put(0, counting(0, 1600))
    timeline.put(800, counting(7, 400))  # all of it is past
    timeline.put(800, counting(800, 1600))
    assert timeline.sound() == counting(0, 2400)


@pytest.mark.parametrize("jitter", [-TOLERANCE, -16, 16, TOLERANCE])
def test_jitter_makes_neither_gap_nor_cut(jitter: int) -> None:
    timeline = Timeline(Span(0.0, 1.0))
    timeline.put(0, counting(0, 1600))
    timeline.put(1600 + jitter, counting(1600, 1600))
    timeline.put(3200, counting(3200, 1600))
    assert timeline.sound() == counting(0, 4800)


def test_drift_is_made_good_when_it_is_more_than_jitter() -> None:
    timeline = Timeline(Span(0.0, 10.0))
    for i in range(100):  # each block is 1 % shorter than its times say
        timeline.put(i * 1600, counting(i * 1600, 1584))
    found = values(timeline.sound())
    for i in range(100):
        place = found.index(i * 1600 % 30_000 + 1, max(0, i * 1600 - 400))
        assert abs(place - i * 1600) <= TOLERANCE


@given(
    st.lists(st.tuples(st.integers(-2000, 4000), st.integers(0, 3000)), max_size=12),
    st.integers(0, 20_000),
    st.integers(0, 20_000),
)
def test_whatever_comes_every_sample_is_within_the_tolerance_of_its_place(steps: list[tuple[int, int]], start: int, length: int) -> None:
    span = Span(start / SAMPLE_RATE, (start + length) / SAMPLE_RATE)
    timeline = Timeline(span)
    at = 0
    for step, count in steps:
        at = max(0, at + step)
        if not timeline.put(at, counting(at, count)):
            break
        at += count
    found = values(timeline.sound())
    assert len(found) <= length
    assert len(found) == length or not timeline.goes_on
    for i, value in enumerate(found):
        if value:
            away = (value - 1 - (start + i)) % 30_000
            assert min(away, 30_000 - away) <= TOLERANCE
