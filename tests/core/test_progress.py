"""How fast a job goes."""

from dwhisper_gui.core.progress import Pace


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


def test_it_begins_once_and_never_exceeds_the_whole() -> None:
    pace = Pace(total=10.0)
    pace.begin(0.0)
    pace.add(30.0)
    pace.begin(100.0)
    assert pace.done == 10.0
    assert pace.began == 0.0
    assert pace.seconds_left(10.0) == 0.0
