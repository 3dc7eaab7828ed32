"""The last chunks are handed out by their length."""

from dwhisper_gui.runners.order import is_near_end, start_delays


def test_the_longer_a_chunk_the_sooner_it_is_handed_out() -> None:
    assert start_delays([5.0, 20.0, 10.0, 15.0]) == [3, 0, 2, 1]


def test_few_chunks_are_spread_and_none_waits_longer_than_the_steps() -> None:
    assert start_delays([]) == []
    assert start_delays([7.0]) == [0]
    assert sorted(set(start_delays([float(i) for i in range(40)]))) == [0, 1, 2, 3]


def test_it_is_done_at_the_end_only_and_only_while_there_is_other_work() -> None:
    parts = (0, 1, 2, 3)
    assert is_near_end(3, parts, before=10, chunks=10)
    assert is_near_end(2, parts, before=10, chunks=10)
    assert not is_near_end(1, parts, before=10, chunks=10)
    assert not is_near_end(3, parts, before=3, chunks=10)
