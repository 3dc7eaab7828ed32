"""How many clips at once are tried."""

import numpy as np
from dwhisper_worker.contract import Span, Window
from dwhisper_worker.pieces import Piece, WindowWork
from dwhisper_worker.room import MOST_SECONDS, WAIT_SECONDS, Room

WORK = WindowWork(Window(0, 0.0, 1.0, (), ()), np.zeros(16000, np.float32), "en")


def pieces(count: int) -> list[Piece]:
    return [Piece(WORK, Span(0.0, 1.0)) for _ in range(count)]


def test_half_as_many_are_tried_at_once_after_memory_ran_out_and_one_more_after_each_that_fitted() -> None:
    room = Room(16)
    assert room.ran_out(pieces(16), 0.0) == 0.0
    assert room.clips == 8
    assert room.ran_out(pieces(7), 0.0) == 0.0
    assert room.clips == 3
    room.fitted()
    assert room.clips == 4
    for _ in range(20):
        room.fitted()
    assert room.clips == 16


def test_for_one_alone_it_is_waited_but_not_for_ever_whatever_fits_meanwhile() -> None:
    room = Room(16)
    alone, other = pieces(1), pieces(1)
    assert room.ran_out(alone, 100.0) == WAIT_SECONDS
    room.fitted()
    assert room.ran_out(alone, 99.0 + MOST_SECONDS) == WAIT_SECONDS
    assert room.ran_out(alone, 100.0 + MOST_SECONDS) is None
    assert room.clips == 1
    assert room.ran_out(other, 101.0 + MOST_SECONDS) == WAIT_SECONDS, "another has its own time"
