"""How long a worker may be silent, by how quick it was so far."""

from dwhisper_gui.runners.seat import Pace, Patience

PATIENCE = Patience(first=900.0, least=60.0, times=5.0)
WINDOW, CHUNK = 2.0, 120.0


def done(pace: Pace, sound: float, began: float, ended: float) -> None:
    pace.begin(sound, began)
    pace.answer(sound, began, ended)
    pace.end(sound)


def test_nothing_is_known_of_the_first_chunk_nor_of_other_requests() -> None:
    pace = Pace()
    done(pace, 0.0, 0.0, 1.0)  # loading says nothing of chunks
    assert pace.limit(CHUNK, PATIENCE) == 900.0
    done(pace, WINDOW, 1.0, 2.0)
    assert pace.limit(0.0, PATIENCE) == 900.0


def test_a_small_chunk_leaves_time_for_a_large_one() -> None:
    pace = Pace()
    done(pace, WINDOW, 0.0, 16.0)
    pace.begin(CHUNK, 16.0)
    # As slow by its sound, the large one takes 960 s.
    assert pace.limit(CHUNK, PATIENCE) == 5 * 960.0


def test_a_large_chunk_is_no_reason_to_wait_long_for_a_small_one_and_there_is_a_least() -> None:
    pace = Pace()
    done(pace, CHUNK, 0.0, 12.0)
    pace.begin(WINDOW, 12.0)
    assert pace.limit(WINDOW, PATIENCE) == 60.0


def test_the_slowest_counts_and_waiting_behind_others_is_no_time_of_its_own() -> None:
    pace = Pace()
    pace.begin(CHUNK, 0.0)
    pace.begin(CHUNK, 0.0)
    pace.answer(CHUNK, 0.0, 60.0)
    pace.end(CHUNK)
    pace.answer(CHUNK, 0.0, 120.0)
    assert pace.slowest == 0.5
    done(pace, CHUNK, 120.0, 130.0)
    assert pace.slowest == 0.5


def test_patience_doubles_with_each_worker_that_was_given_up_until_one_answers() -> None:
    pace = Pace()
    done(pace, WINDOW, 0.0, 16.0)
    pace.begin(CHUNK, 16.0)
    pace.hung |= {11, 12}
    assert pace.limit(CHUNK, PATIENCE) == 4 * 5 * 960.0
    assert pace.limit(0.0, PATIENCE) == 4 * 900.0
    pace.hung |= {13, 14, 15}
    assert pace.limit(0.0, PATIENCE) == 4 * 900.0
    pace.answer(CHUNK, 16.0, 30.0)
    assert pace.limit(0.0, PATIENCE) == 900.0
