"""How many clips at once are tried."""

from dwhisper_worker.room import MOST_SECONDS, WAIT_SECONDS, Room


def test_half_as_many_are_tried_at_once_after_memory_ran_out_and_one_more_after_each_that_fitted() -> None:
    room = Room(16)
    assert room.ran_out(16, 0.0) == 0.0
    assert room.clips == 8
    assert room.ran_out(7, 0.0) == 0.0
    assert room.clips == 3
    room.fitted()
    assert room.clips == 4
    for _ in range(20):
        room.fitted()
    assert room.clips == 16


def test_for_one_alone_it_is_waited_but_not_for_ever() -> None:
    room = Room(16)
    assert room.ran_out(1, 100.0) == WAIT_SECONDS
    assert room.ran_out(1, 99.0 + MOST_SECONDS) == WAIT_SECONDS
    assert room.ran_out(1, 100.0 + MOST_SECONDS) is None
    assert room.clips == 1
    room.fitted()
    assert room.ran_out(1, 500.0) == WAIT_SECONDS, "it counts from the last that fitted"
