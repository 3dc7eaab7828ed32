"""How many workers there are, and how quick."""

from dwhisper_gui.core.plan import Fleet
from dwhisper_gui.runners.muster import of_speeds


def test_a_worker_that_has_done_nothing_yet_counts_and_says_nothing_of_speed() -> None:
    assert of_speeds([0.0, 30.0, 50.0]) == Fleet(3, 40.0)


def test_without_any_worker_there_is_one_to_come() -> None:
    assert of_speeds([]) == Fleet(1, 0.0)


def test_a_slow_worker_among_quick_ones_keeps_chunks_small() -> None:
    assert of_speeds([2.0, 450.0, 450.0]) == Fleet(3, 8.0)
