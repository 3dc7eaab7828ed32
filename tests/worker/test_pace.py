"""How many leases a worker takes."""

import pytest
from dwhisper_worker.pace import MOST_LEASES, Pace, wanted


def pace(at_once: int, windows: int, seconds: float, speed: float, round_trip: float) -> Pace:
    """Of a worker that has done chunks of so many windows and seconds for a minute."""
    found = Pace(at_once)
    for _ in range(600):
        found.arrived(windows, seconds, round_trip)
        found.heard(0.1 * speed)
        found.worked(0.1)
    return found


def test_speed_is_sound_by_work_and_follows_what_is_lately_done() -> None:
    found = pace(1, 4, 60.0, 20.0, 0.05)
    assert found.speed == pytest.approx(20.0, rel=0.01)
    for _ in range(3000):
        found.heard(0.1 * 5.0)
        found.worked(0.1)
    assert found.speed == pytest.approx(5.0, rel=0.02)
    assert Pace(1).speed == 0.0


@pytest.mark.parametrize(
    ("at_once", "windows", "speed", "round_trip", "target"),
    [
        (8, 4, 10.0, 0.05, 2 + 1),  # two chunks fill the batches, one is ahead
        (16, 4, 100.0, 0.05, 4 + 1),
        (16, 4, 450.0, 1.0, 4 + 8),  # 7.5 chunks of a minute are done in one round trip
        (16, 1, 450.0, 60.0, MOST_LEASES),
        (8, 20, 10.0, 0.05, 1 + 1),
    ],
)
def test_leases_fill_the_batches_and_cover_the_round_trip(at_once: int, windows: int, speed: float, round_trip: float, target: int) -> None:
    assert pace(at_once, windows, 60.0, speed, round_trip).target == target


@pytest.mark.parametrize(
    ("held", "queued", "workers", "count"),
    [
        (0, 100, 8, 1),
        (1, 100, 8, 1),
        (2, 100, 8, 2),  # as many as it holds
        (3, 100, 8, 1),
        (4, 100, 8, 0),
        (5, 100, 8, 0),
        (2, 8, 8, 1),  # its share
        (0, 7, 8, 1),  # fewer than workers: one, and none ahead
        (1, 7, 8, 0),
        (0, 0, 1, 1),
        (1, 0, 1, 0),
    ],
)
def test_none_is_taken_ahead_where_others_would_wait_for_it(held: int, queued: int, workers: int, count: int) -> None:
    assert wanted(pace(12, 4, 60.0, 10.0, 0.05), held, queued, workers) == count


def test_a_worker_that_knows_nothing_yet_takes_one_and_then_twice_as_many_each_time() -> None:
    assert [wanted(Pace(32), held, 1000, 1) for held in (0, 1, 2, 4)] == [1, 1, 2, 4]


def test_a_quick_engine_that_nobody_sees_at_work_is_known_by_how_long_it_worked() -> None:
    found = Pace(at_once=16)
    found.heard(18.0)
    found.at_work(0.04)
    assert found.speed == pytest.approx(450, rel=0.01)
    found.at_work(0.04)
    assert found.speed == pytest.approx(450, rel=0.01)
