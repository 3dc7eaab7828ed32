"""Times as people write and read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dwhisper_gui.core.errors import TimeUnreadable
from dwhisper_gui.core.times import clock, exact_clock, length, read_time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("90.5", 90.5),
        ("7200", 7200),
        (".25", 0.25),
        ("1:30", 90),
        ("01:30.5", 90.5),
        ("90:00", 5400),
        ("1:02:03.5", 3723.5),
        ("100:00:00", 360_000),
        (" 1:02 ", 62),
        ("00:00:01,250", 1.25),
        ("1.23456", 1.235),
    ],
)
def test_reads_seconds_and_clocks(text: str, seconds: float) -> None:
    assert read_time(text) == seconds


@pytest.mark.parametrize(
    "text",
    [*("", "soon", "-5", "1:", ":30", "1:60", "1:60:00", "1:2:3:4"), *("1h", "nan", "inf", "1e3", "1:2.5:3", "١٢", "1 30", "10000:00:01")],
)
def test_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(TimeUnreadable) as caught:
        read_time(text)
    assert f"“{text}”" in str(caught.value)


@pytest.mark.parametrize("text", ["9" * 400, "9" * 5000 + ":00", "9" * 400 + ":00:00", "0:" + "9" * 400])
def test_refuses_what_no_number_holds_in_a_sentence_of_bearable_length(text: str) -> None:
    with pytest.raises(TimeUnreadable) as caught:
        read_time(text)
    assert len(str(caught.value)) < 250


@given(st.integers(0, 400_000_000))
def test_what_is_shown_exactly_is_read_as_the_same(milliseconds: int) -> None:
    assert read_time(exact_clock(milliseconds / 1000)) == milliseconds / 1000


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (59.9, "0:59"), (61, "1:01"), (3600, "1:00:00"), (36_061.2, "10:01:01")])
def test_shows_a_place_as_players_do(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (3599.6, "1 h 00 min"), (7620, "2 h 07 min")],
)
def test_shows_how_long_something_takes(seconds: float, shown: str) -> None:
    assert length(seconds) == shown
