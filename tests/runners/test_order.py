"""The last chunks are handed out by their length."""

from dwhisper_gui.runners.order import handed_out, priorities

SECONDS = {"a": 5.0, "b": 20.0, "c": 10.0}


def test_at_the_end_of_a_job_the_longest_chunk_is_handed_out_first() -> None:
    assert handed_out(SECONDS, 3, (0, 1, 2, 3)) == ["b", "c", "a"]
    assert handed_out(SECONDS, 2, (0, 1, 2, 3)) == ["b", "c", "a"]


def test_before_the_end_and_in_the_part_that_is_read_first_chunks_keep_their_order() -> None:
    assert handed_out(SECONDS, 1, (0, 1, 2, 3)) == ["a", "b", "c"]
    assert handed_out(SECONDS, 0, (0, 1)) == ["a", "b", "c"]


def test_a_part_without_speech_has_nothing_to_hand_out() -> None:
    assert handed_out({}, 3, (3,)) == []


def test_earlier_parts_come_first_but_a_short_last_one_comes_before_the_one_that_precedes_it() -> None:
    assert priorities([60.0, 180.0, 540.0, 600.0, 90.0]) == [99, 98, 97, 95, 96]
    assert priorities([60.0, 180.0, 540.0, 600.0, 500.0]) == [99, 98, 97, 96, 95]
    assert priorities([60.0, 180.0, 500.0]) == [99, 98, 97]


def test_of_two_parts_the_first_is_the_first() -> None:
    assert priorities([60.0, 20.0]) == [99, 98]
    assert priorities([60.0]) == [99]
    assert priorities([]) == []


def test_where_there_are_more_parts_than_priorities_the_last_are_the_last_all_the_same() -> None:
    assert priorities([600.0] * 200)[96:] == [3] + [2] * 101 + [1, 0]
    assert priorities([600.0] * 199 + [90.0])[-3:] == [2, 0, 1]
    assert priorities([600.0] * 100)[-4:] == [3, 2, 1, 0]
