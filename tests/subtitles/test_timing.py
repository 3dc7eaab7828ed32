"""When cues come and go. Times in frames of 24 a second, as Netflix's guidelines have them, unless said otherwise."""

import pytest

from dwhisper_gui.subtitles.frames import Frames
from dwhisper_gui.subtitles.rules import BBC, NETFLIX, PLAIN, Rules
from dwhisper_gui.subtitles.timing import Limits, Sound, timed

FRAMES = Frames.of((24, 1))


def sound(start: int, end: int, reading: int = 0) -> Sound:
    return Sound(FRAMES.milliseconds(start), FRAMES.milliseconds(end), reading * 1000 // 24)


def at(sounds: list[Sound], rules: Rules = NETFLIX, shots: tuple[int, ...] = ()) -> list[tuple[int, int]]:
    times = timed(sounds, Limits.of(rules, FRAMES), [FRAMES.milliseconds(shot) / 1000 for shot in shots])
    return [(FRAMES.nearest(start), FRAMES.nearest(end)) for start, end in times]


def test_a_cue_comes_with_its_sound_and_goes_after_it() -> None:
    assert at([sound(24, 72)]) == [(24, 72)]


def test_one_that_is_short_or_full_stays_as_far_as_it_may() -> None:
    assert at([sound(24, 30)]) == [(24, 44)], "five sixths of a second"
    assert at([sound(24, 72, reading=55)]) == [(24, 79)]
    assert at([sound(24, 72, reading=90)]) == [(22, 84)], "two frames before its sound, and half a second after it"
    assert at([sound(24, 72, reading=90)], BBC) == [(18, 108)]
    assert at([sound(24, 72, reading=200)], BBC) == [(0, 108)]


@pytest.mark.parametrize(
    ("following", "end"), [(72, 70), (73, 71), (74, 72), (75, 73), (83, 81), (84, 72), (90, 72)], ids=lambda value: str(value)
)
def test_gaps_of_3_to_11_frames_are_shut(following: int, end: int) -> None:
    assert at([sound(24, 72), sound(following, 130)])[0] == (24, end)


def test_but_not_by_plain_rules() -> None:
    assert at([sound(24, 72), sound(80, 130)], PLAIN)[0] == (24, 72)


def test_the_bbc_wants_no_gap_or_a_second() -> None:
    assert at([sound(24, 72), sound(72, 130)], BBC)[0] == (24, 72)
    assert at([sound(24, 72), sound(95, 130)], BBC)[0] == (24, 95)
    assert at([sound(24, 72), sound(96, 130)], BBC)[0] == (24, 72)


def test_no_cue_is_longer_than_it_may_be() -> None:
    assert at([sound(24, 400)]) == [(24, 192)]
    assert at([sound(24, 190), sound(197, 240)])[0] == (24, 190), "to shut the gap it would have to be"


def test_where_there_is_no_time_cues_touch_and_keep_their_order() -> None:
    assert at([sound(24, 24), sound(24, 24), sound(24, 24)]) == [(22, 24), (25, 26), (26, 46)]


@pytest.mark.parametrize(
    ("reading", "first", "second"),
    [
        (46, (24, 70), 72),
        (47, (23, 70), 72),
        (48, (22, 70), 72),
        (49, (22, 71), 73),
        (50, (22, 72), 74),
        (60, (22, 72), 74),
    ],
)
def test_who_lacks_time_to_be_read_gets_two_frames_on_each_side(reading: int, first: tuple[int, int], second: int) -> None:
    assert at([sound(24, 72, reading=reading), sound(72, 120)]) == [first, (second, 120)]


def test_but_not_while_another_is_heard_or_needs_the_time_itself() -> None:
    assert at([sound(24, 72), sound(72, 120, reading=60)])[1] == (72, 132)
    assert at([sound(0, 71, reading=70), sound(72, 120, reading=61)]) == [(0, 70), (72, 132)]
    assert at([sound(24, 71, reading=46), sound(72, 120, reading=61)]) == [(23, 69), (71, 132)], "both come earlier"
    assert at([sound(24, 72, reading=60), sound(72, 120, reading=47), sound(120, 170)], PLAIN)[1] == (73, 120)


def test_nor_where_more_time_is_of_no_use() -> None:
    assert at([sound(24, 30, reading=200), sound(300, 340)])[1] == (300, 340)


def test_a_chain_of_cues_lends_time_to_its_first() -> None:
    found = at([sound(0, 48, reading=54), sound(48, 96, reading=54), sound(96, 144, reading=54), sound(144, 170, reading=24)], BBC)
    assert found == [(0, 54), (54, 108), (108, 162), (162, 186)]


def test_no_cue_stays_when_the_medium_is_over() -> None:
    limits = Limits.of(NETFLIX, FRAMES, 2.75)
    assert [FRAMES.nearest(time) for time in timed([Sound(2000, 2500, 2000)], limits)[0]] == [46, 66]
    assert [FRAMES.nearest(time) for time in timed([Sound(2000, 3000, 0)], limits)[0]] == [48, 72], "what is said is shown nonetheless"


# --- shots -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "comes"),
    [(100, 100), (101, 100), (111, 100), (112, 112), (99, 100), (93, 100), (92, 88), (89, 88), (88, 88), (80, 80)],
)
def test_a_cue_comes_with_a_shot_that_begins_near(begins: int, comes: int) -> None:
    assert at([sound(begins, begins + 60)], shots=(100,))[0][0] == comes


@pytest.mark.parametrize(
    ("over", "goes"), [(98, 98), (90, 98), (87, 87), (89, 98), (100, 98), (107, 98), (108, 112), (111, 112), (112, 112), (120, 120)]
)
def test_a_cue_goes_just_before_a_shot_or_well_behind_its_beginning(over: int, goes: int) -> None:
    assert at([sound(24, over)], shots=(100,))[0][1] == goes


def test_a_cue_does_not_take_the_time_that_another_needs() -> None:
    # The first is heard until frame 105, so the second can't come with the shot at 100.
    assert at([sound(50, 105), sound(107, 160)], shots=(100,))[1][0] == 107
    # The first needs its time to be read.
    assert at([sound(50, 98, reading=55), sound(107, 160)], shots=(100,))[1][0] == 107


def test_without_a_picture_shots_count_in_time() -> None:
    times = timed([Sound(4100, 6000, 0)], Limits.of(NETFLIX, Frames.of(None)), [4.0])
    assert times == [(4000, 6000)]
