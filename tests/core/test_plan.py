"""How a medium is cut."""

import array
from itertools import pairwise

import pytest
from dwhisper_worker.contract import PEAKS_PER_SECOND, SPEECH_FRAME_SECONDS, Span, Window
from hypothesis import given
from hypothesis import strategies as st

from dwhisper_gui.core import plan


def probabilities(total: float, *speech: tuple[float, float], sure: int = 250) -> bytes:
    """What the VAD would say of a range in which only `speech` is speech."""
    frames = bytearray(round(total / SPEECH_FRAME_SECONDS))
    for start, end in speech:
        for i in range(round(start / SPEECH_FRAME_SECONDS), round(end / SPEECH_FRAME_SECONDS)):
            frames[i] = sure
    return bytes(frames)


def peaks(total: float, loud: int = 9000, *, quiet: tuple[float, float] = (0, 0)) -> bytes:
    levels = array.array("H", [loud]) * round(total * PEAKS_PER_SECOND)
    for i in range(round(quiet[0] * PEAKS_PER_SECOND), round(quiet[1] * PEAKS_PER_SECOND)):
        levels[i] = 10
    return levels.tobytes()


def windows_of(total: float, *speech: tuple[float, float], start: float = 0.0) -> list[Window]:
    part = Span(start, start + total)
    found = probabilities(total, *speech)
    spans = plan.speech_spans(found, plan.MAYBE_SPEECH, part)
    return plan.windows(spans, plan.speech_spans(found, plan.SURE_SPEECH, part), found, part)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (5.0, [(0, 5)]),
        (89.0, [(0, 89)]),
        (91.0, [(0, 60), (60, 91)]),
        (2000.0, [(0, 60), (60, 240), (240, 780), (780, 1380), (1380, 2000)]),
        (260.0, [(0, 60), (60, 260)]),
    ],
)
def test_parts_begin_short_and_grow_and_never_leave_a_rest_too_short_to_search(end: float, expected: list[tuple[float, float]]) -> None:
    found = plan.parts(Span(0.0, end))
    assert [(part.nominal.start, part.nominal.end) for part in found] == expected
    assert [part.is_first for part in found] == [True] + [False] * (len(found) - 1)
    assert [part.is_last for part in found] == [False] * (len(found) - 1) + [True]


def test_parts_of_a_range_count_from_its_start() -> None:
    assert [part.nominal for part in plan.parts(Span(100.0, 300.0))] == [Span(100.0, 160.0), Span(160.0, 300.0)]


def test_an_edge_lies_in_the_middle_of_the_longest_silence() -> None:
    searched = plan.edge_slice(60.0)
    assert searched == Span(45.0, 75.0)
    edge = plan.edge_in(searched, probabilities(30, (0, 10), (10.5, 20), (23, 30)), peaks(30))
    assert not edge.in_speech
    assert edge.time == pytest.approx(45 + 21.5, abs=0.05)


def test_an_edge_without_silence_lies_where_it_is_quietest_and_says_so() -> None:
    edge = plan.edge_in(plan.edge_slice(60.0), probabilities(30, (0, 30)), peaks(30, quiet=(12.0, 12.2)))
    assert edge == plan.Edge(57.1, in_speech=True)


def test_unsure_frames_are_maybe_speech_but_not_sure_speech() -> None:
    part = Span(10.0, 20.0)
    found = probabilities(10, (2, 4), sure=round(0.3 * 255))
    assert plan.speech_spans(found, plan.SURE_SPEECH, part) == []
    (maybe,) = plan.speech_spans(found, plan.MAYBE_SPEECH, part)
    assert (maybe.start, maybe.end) == (pytest.approx(12, abs=0.05), pytest.approx(14, abs=0.05))


def test_speech_at_the_very_end_is_kept() -> None:
    (span,) = plan.speech_spans(probabilities(5, (4.5, 5)), plan.SURE_SPEECH, Span(0, 5))
    assert span.end == pytest.approx(5, abs=0.05)


def test_no_speech_no_windows() -> None:
    assert windows_of(60) == []


def test_short_silences_stay_inside_a_window_and_long_ones_do_not() -> None:
    found = windows_of(60, (1, 5), (8, 12), (20, 24))
    assert [len(window.maybe) for window in found] == [2, 1]
    assert found[0].start == pytest.approx(1 - plan.WINDOW_PAD_SECONDS, abs=0.05)
    assert found[0].end == pytest.approx(12 + plan.WINDOW_PAD_SECONDS, abs=0.05)


def test_a_window_that_is_nearly_full_has_less_around_its_speech() -> None:
    (found,) = windows_of(60, (10, 39.4))
    assert found.end - found.start == pytest.approx(plan.WINDOW_SECONDS, abs=0.05)
    assert found.start == pytest.approx(9.7, abs=0.05)


def test_a_window_ends_at_its_longest_pause_rather_than_when_it_is_full() -> None:
    # Pauses at 9 s (2.0), 13 s (1.0), 16 s (0.8): the first is longer, but too early.
    found = windows_of(40, (0, 9), (11, 13), (14, 16), (16.8, 22))
    assert [len(window.maybe) for window in found] == [2, 2]
    assert found[0].end == pytest.approx(13.5, abs=0.1), "the middle of a silence that is short"


def test_a_window_without_a_pause_grows_until_it_is_full_and_ends_at_its_longest_late_silence() -> None:
    # 34 s of speech with silences at 12 s (0.5), 22 s (0.4) and 27 s (0.3): the first is longer, but too early.
    found = windows_of(40, (0, 12), (12.5, 22), (22.4, 27), (27.3, 34))
    assert len(found) == 2
    assert found[0].end == pytest.approx(22.2, abs=0.1)


def test_a_pause_that_comes_late_ends_a_window_that_has_grown() -> None:
    found = windows_of(40, (0, 12), (12.5, 24), (24.7, 27))
    assert [len(window.maybe) for window in found] == [2, 1]


def test_speech_without_silence_is_cut_where_it_is_least_like_speech() -> None:
    frames = bytearray(probabilities(50, (0, 50)))
    for i in range(round(24 / SPEECH_FRAME_SECONDS), round(24.1 / SPEECH_FRAME_SECONDS)):
        frames[i] = 120
    part = Span(0.0, 50.0)
    spans = plan.speech_spans(bytes(frames), plan.MAYBE_SPEECH, part)
    assert len(spans) == 1
    found = plan.windows(spans, spans, bytes(frames), part)
    assert found[0].end == found[1].start
    assert found[0].end == pytest.approx(24.05, abs=0.1)


speech_lists = st.lists(st.tuples(st.floats(0.05, 8), st.floats(0.1, 50)), max_size=40)


@given(speech_lists, st.floats(0, 40_000))
def test_windows_hold_all_speech_once_in_order_within_30_seconds(gaps_and_lengths: list[tuple[float, float]], start: float) -> None:
    start = round(start, 3)
    at, speech = 0.0, []
    for gap, length in gaps_and_lengths:
        speech.append((at + gap, at + gap + length))
        at += gap + length
    total = at + 1
    part = Span(start, round(start + total, 3))
    found = probabilities(total, *speech)
    spans = plan.speech_spans(found, plan.MAYBE_SPEECH, part)
    windows = plan.windows(spans, plan.speech_spans(found, plan.SURE_SPEECH, part), found, part)
    assert [window.index for window in windows] == list(range(len(windows)))
    assert all(0 < window.end - window.start <= plan.WINDOW_SECONDS for window in windows)
    assert all(a.end <= b.start for a, b in pairwise(windows))
    assert all(part.start <= window.start and window.end <= part.end for window in windows)
    held = [span for window in windows for span in window.maybe]
    assert sum(span.duration for span in held) == pytest.approx(sum(span.duration for span in spans), abs=0.01)
    assert all(window.start <= span.start and span.end <= window.end for window in windows for span in window.maybe)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 40])
@pytest.mark.parametrize(("first", "last"), [(True, False), (False, False), (False, True), (True, True)])
def test_chunks_hold_every_window_once(count: int, first: bool, last: bool) -> None:
    windows = [Window(i, i * 30.0, i * 30.0 + 29, (), ()) for i in range(count)]
    found = plan.chunks(plan.Part(3, Span(0, 1), first, last), windows)
    assert [window for chunk in found for window in chunk.windows] == windows
    assert [chunk.key.index for chunk in found] == list(range(len(found)))
    sizes = [len(chunk.windows) for chunk in found]
    assert max(sizes, default=1) <= (1 if first else plan.WINDOWS_IN_CHUNK)
    if last:
        assert sizes == sorted(sizes, reverse=True)
        assert not sizes or sizes[-1] == 1


def sizes(fleet: plan.Fleet, count: int = 400, before: float = 7200.0, after: float = 0.0) -> list[int]:
    windows = [Window(i, i * 20.0, i * 20.0 + 19, (), ()) for i in range(count)]
    part = plan.Part(3, Span(0, count * 20.0), is_first=False, is_last=not after)
    found = plan.chunks(part, windows, fleet, before, after)
    assert [window for chunk in found for window in chunk.windows] == windows
    return [len(chunk.windows) for chunk in found]


def test_what_a_fleet_shares_shrinks_so_that_each_worker_has_some_chunks_to_come() -> None:
    found = sizes(plan.Fleet(8, 10.0), count=99)
    assert found == sorted(found, reverse=True)
    assert found[0] == plan.WINDOWS_IN_CHUNK
    assert found[-24:] == [1] * 24


def test_at_the_beginning_each_worker_gets_something() -> None:
    assert sizes(plan.Fleet(8, 12.0), count=9, before=60.0, after=5000.0) == [1] * 9
    assert sizes(plan.Fleet(8, 450.0), count=27, before=240.0, after=36_000.0) == [3] * 9


def test_what_comes_in_later_parts_keeps_chunks_large() -> None:
    assert set(sizes(plan.Fleet(8, 10.0), after=36_000)) == {plan.WINDOWS_IN_CHUNK}


def test_many_slow_workers_get_one_window_at_a_time() -> None:
    assert set(sizes(plan.Fleet(64, 1.5), count=100)) == {1}


@pytest.mark.parametrize("count", [101, 133, 250, 1001])
def test_a_part_in_which_somebody_says_a_word_now_and_then_has_no_more_chunks_than_a_fork_is_good_for(count: int) -> None:
    for fleet in (plan.Fleet(64, 1.5), plan.Fleet(8, 10.0)):
        assert len(sizes(fleet, count)) <= plan.MOST_CHUNKS


@pytest.mark.parametrize("speed", [100.0, 450.0])
def test_a_quick_worker_gets_chunks_that_take_it_more_than_a_second(speed: float) -> None:
    size = sizes(plan.Fleet(8, speed), after=360_000)[0]
    assert 1.5 < size * plan.USUAL_WINDOW_SECONDS / speed < 2.0


def test_chunks_of_quick_workers_never_get_so_small_that_the_server_could_not_hand_them_out() -> None:
    fleet = plan.Fleet(8, 450.0)
    each = min(sizes(fleet)[:-1]) * plan.USUAL_WINDOW_SECONDS / fleet.speed
    assert fleet.workers / each <= plan.CHUNKS_A_SECOND


@given(st.integers(0, 5000), st.integers(0, 500), st.floats(0, 1e5))
def test_a_chunk_always_holds_something(left: int, workers: int, speed: float) -> None:
    assert plan.chunk_size(left, plan.Fleet(workers, speed)) >= 1
