"""Frames and milliseconds, exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dwhisper_gui.subtitles.frames import Frames

RATES = st.sampled_from([(24, 1), (25, 1), (30000, 1001), (24000, 1001), (50, 1), (60000, 1001), (120, 1), (15, 1)])


@given(RATES, st.integers(0, 10**7))
def test_the_time_of_a_frame_finds_it_again(rate: tuple[int, int], frame: int) -> None:
    frames = Frames.of(rate)
    written = frames.milliseconds(frame)
    assert frames.nearest(written) == frame
    # A player that shows what has begun shows it with this frame, and not with the one before.
    exact = frame * 1000 * rate[1]
    assert written * rate[0] <= exact < (written + 1) * rate[0]


@given(RATES, st.integers(0, 10**9))
def test_the_nearest_is_within_half_a_frame(rate: tuple[int, int], milliseconds: int) -> None:
    frames = Frames.of(rate)
    off = frames.nearest(milliseconds) * 1000 * rate[1] - milliseconds * rate[0]
    assert abs(off) * 2 <= 1000 * rate[1]
    assert frames.down(milliseconds) <= frames.nearest(milliseconds) <= frames.up(milliseconds) <= frames.down(milliseconds) + 1


def test_an_hour_of_ntsc_does_not_drift() -> None:
    assert Frames.of((30000, 1001)).milliseconds(107_892) == 3_599_996


@pytest.mark.parametrize("rate", [None, (0, 1), (1, 0), (1, 1), (90_000, 1)])
def test_what_is_no_film_has_milliseconds(rate: tuple[int, int] | None) -> None:
    frames = Frames.of(rate)
    assert not frames.counted
    assert frames.nearest(1234) == frames.milliseconds(1234) == 1234
    assert frames.gap(2) == 83
