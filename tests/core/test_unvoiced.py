"""Windows for loud sound in which the voice activity detection hears nobody."""

import array
from itertools import pairwise

import pytest
from dwhisper_worker.contract import PEAKS_PER_SECOND, Span, Window
from hypothesis import given
from hypothesis import strategies as st

from dwhisper_gui.core.plan import WINDOW_SECONDS
from dwhisper_gui.core.unvoiced import with_loud_sound

SPEECH, QUIET = 9000, 20


def peaks(*stretches: tuple[float, int]) -> bytes:
    """Levels one after the other, each for so many seconds."""
    levels = array.array("H")
    for seconds, level in stretches:
        levels.extend([level] * round(seconds * PEAKS_PER_SECOND))
    return levels.tobytes()


def window(start: float, end: float) -> Window:
    return Window(0, start, end, (Span(start, end),), (Span(start, end),))


def spans(found: list[Window]) -> list[tuple[float, float]]:
    return [(one.start, one.end) for one in found]


def test_what_is_as_loud_as_speech_is_listened_to_and_what_is_behind_it_is_not() -> None:
    part = Span(100.0, 130.0)
    heard = peaks((10, SPEECH), (8, SPEECH // 2), (2, QUIET), (6, SPEECH // 10), (4, QUIET))
    found = with_loud_sound([window(100.0, 110.0)], [Span(100.0, 110.0)], heard, part)
    assert spans(found) == [(100.0, 110.0), (110.0, 118.0)]
    assert (found[1].maybe, found[1].sure) == ((), ())
    assert [one.index for one in found] == [0, 1]


def test_where_nobody_speaks_all_is_listened_to_that_can_be_heard() -> None:
    heard = peaks((5, 600), (5, QUIET), (2, 600), (5, QUIET))
    assert spans(with_loud_sound([], [], heard, Span(0, 17))) == [(0, 5)], "two seconds hold no sentence"


def test_clicks_are_not_loud() -> None:
    beat = array.array("H", [30000] + [QUIET] * (PEAKS_PER_SECOND // 5)) * 100
    assert with_loud_sound([], [], beat.tobytes(), Span(0, len(beat) / PEAKS_PER_SECOND)) == []


def test_a_long_stretch_is_cut_where_it_is_quietest() -> None:
    heard = peaks((26, 5000), (0.2, 500), (33.8, 5000))
    first, second, last = spans(with_loud_sound([], [], heard, Span(0, 60)))
    assert first == (0, pytest.approx(26.1, abs=0.02))
    assert (second[0], last) == (first[1], (second[1], 60))


@given(st.lists(st.tuples(st.floats(0.1, 70), st.sampled_from([QUIET, 300, 2000, SPEECH])), min_size=1, max_size=12), st.data())
def test_windows_are_in_order_apart_and_short_enough(stretches: list[tuple[float, int]], data: st.DataObject) -> None:
    heard = peaks(*stretches)
    length = len(heard) / 2 / PEAKS_PER_SECOND
    part = Span(50.0, round(50.0 + length, 3))
    at = data.draw(st.floats(0, length))
    speech = [window(round(50 + at, 3), round(min(50 + length, 50 + at + 5), 3))] if at + 1 < length else []
    found = with_loud_sound(speech, [span for one in speech for span in one.sure], heard, part)
    assert [one.index for one in found] == list(range(len(found)))
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(part.start <= one.start < one.end <= part.end and one.end - one.start <= WINDOW_SECONDS for one in found)
    assert [one.maybe for one in found if one.maybe] == [one.maybe for one in speech]
