"""How fast a job goes."""

import pytest

from dwhisper_gui.core.progress import LEAST_SECONDS_TO_FORETELL, Pace


def test_what_was_done_before_does_not_count_for_the_speed() -> None:
    pace = Pace(total=1000.0, done=400.0)
    pace.begin(50.0)
    pace.add(100.0)
    assert pace.speed(60.0) == 10.0
    assert pace.seconds_left(60.0) == 50.0


def test_no_speed_is_told_before_there_is_one() -> None:
    pace = Pace(total=100.0)
    assert pace.seconds_left(5.0) is None
    pace.begin(5.0)
    pace.add(50.0)
    assert pace.speed(5.1) == 0.0
    assert pace.seconds_left(5.1) is None


def test_no_end_is_foretold_before_there_is_enough_to_judge_by() -> None:
    pace = Pace(total=1000.0)
    pace.begin(0.0)
    pace.add(10.0)
    assert pace.speed(6.0) > 0
    assert pace.seconds_left(6.0) is None, "one per cent is too little"
    pace.add(90.0)
    assert pace.seconds_left(LEAST_SECONDS_TO_FORETELL - 0.1) is None, "so are a few seconds"
    assert pace.seconds_left(LEAST_SECONDS_TO_FORETELL) == pytest.approx(45.0)


def test_of_what_is_gone_on_with_the_rest_is_what_counts() -> None:
    pace = Pace(total=1000.0, done=900.0)
    pace.begin(0.0)
    assert pace.seconds_left(10.0) is None
    pace.add(10.0)
    assert pace.seconds_left(10.0) == pytest.approx(90.0)


def test_a_burst_moves_the_foretold_end_little_by_little() -> None:
    pace = Pace(total=1000.0)
    pace.begin(0.0)
    pace.add(100.0)
    assert pace.seconds_left(10.0) == pytest.approx(90.0)
    pace.add(400.0)
    told = [pace.seconds_left(now) or 0.0 for now in (10.5, 11.0, 20.0)]
    assert told[0] > 80.0, "at this speed it would be 10.5 s"
    assert told == sorted(told, reverse=True)
    assert told[2] < 50.0
    pace.add(500.0)
    assert pace.seconds_left(20.0) == 0.0, "what is done is done"


def test_however_often_it_is_asked_the_same_is_told() -> None:
    asked_once, asked_often = Pace(total=1000.0), Pace(total=1000.0)
    for pace in (asked_once, asked_often):
        pace.begin(0.0)
        pace.add(100.0)
        pace.seconds_left(10.0)
    for _ in range(100):
        asked_often.seconds_left(10.0)
    for pace in (asked_once, asked_often):
        pace.add(50.0)
    assert asked_once.seconds_left(12.0) == pytest.approx(asked_often.seconds_left(12.0) or 0.0)


def test_it_begins_once_and_never_exceeds_the_whole() -> None:
    pace = Pace(total=10.0)
    pace.begin(0.0)
    pace.add(30.0)
    pace.begin(100.0)
    assert pace.done == 10.0
    assert pace.began == 0.0
    assert pace.seconds_left(10.0) == 0.0
