"""How soon a fleet could be done."""

from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.scripts import load

ideal = load("ideal")
gpus = load("gpus")


def test_two_workers_share_two_and_two() -> None:
    costs = [3.0, 3.0, 2.0, 2.0, 2.0]
    assert ideal.ideal(costs, 2) == 6.0
    assert ideal.longest_first(costs, 2) == 7.0
    assert ideal.best_known(costs, 2) == 6.0


def test_a_window_is_done_by_one_worker() -> None:
    assert ideal.least([4.0, 1.0], 8) == 4.0
    assert ideal.least([4.0] * 9, 8) == 8.0, "one has to do two"


@given(st.lists(st.floats(0.1, 30), min_size=1, max_size=80), st.integers(1, 20))
def test_no_plan_is_below_the_least_and_none_is_worse_than_any_order(costs: list[float], workers: int) -> None:
    least, best = ideal.least(costs, workers), ideal.best_known(costs, workers)
    assert ideal.ideal(costs, workers) <= least + 1e-9
    assert least <= best + 1e-9
    assert best <= ideal.longest_first(costs, workers)
    assert best <= 2 * ideal.as_they_come(costs, workers)


def test_how_many_gpus_a_minute_needs_follows_from_their_speed_and_what_sharing_costs() -> None:
    fleets = {1: (2.0, 1.0), 2: (2.0, 0.98), 4: (2.0, 0.95), 8: (2.0, 0.9)}
    assert gpus.needed(57.0, fleets) == 1
    assert gpus.needed(171.0, fleets) == 4
    assert gpus.seconds(171.0, 3, fleets) == 2.0 + 171.0 / 3 / 0.95
    assert gpus.needed(1000.0, fleets) is None
