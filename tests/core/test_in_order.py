"""Text is shown in the order of time, whatever is done first."""

import random

import pytest
from dwhisper_worker.contract import Segment

from dwhisper_gui.core.in_order import InOrder


def segment(start: float) -> Segment:
    return Segment(start, start + 1, f" at {start}", (), 0.0, 0.0, 1.0, 0.0)


def starts(segments: list[Segment]) -> list[float]:
    return [one.start for one in segments]


def test_what_comes_early_is_held_back() -> None:
    text = InOrder()
    assert text.window(0, 1, [segment(10), segment(12)]) == [], "its part is not known"
    assert text.part(0, 3) == []
    assert starts(text.window(0, 0, [segment(1)])) == [1, 10, 12]
    assert starts(text.window(0, 2, [segment(20)])) == [20]


def test_a_part_waits_for_the_one_before() -> None:
    text = InOrder()
    text.part(1, 1)
    assert text.window(1, 0, [segment(60)]) == []
    assert text.part(0, 1) == []
    assert starts(text.window(0, 0, [segment(5)])) == [5, 60]


def test_parts_without_speech_and_windows_that_failed_hold_nothing_up() -> None:
    text = InOrder()
    text.part(0, 0)
    text.part(1, 2)
    text.part(2, 0)
    text.part(3, 1)
    assert text.window(1, 0, []) == []
    assert starts(text.window(3, 0, [segment(90)])) == []
    assert starts(text.window(1, 1, [segment(70)])) == [70, 90]


def test_at_the_end_the_rest_is_shown_once() -> None:
    text = InOrder()
    text.part(0, 3)
    whole = [segment(1), segment(5), segment(9)]
    assert starts(text.window(0, 0, whole[:1])) == [1]
    text.window(0, 2, whole[2:])
    assert starts(text.rest(whole)) == [5, 9]
    assert text.rest(whole) == []


@pytest.mark.parametrize("seed", range(20))
def test_any_order_comes_out_in_order_and_whole(seed: int) -> None:
    shuffled = random.Random(seed)
    parts = {part: shuffled.randrange(4) for part in range(5)}
    steps = [("part", part, windows) for part, windows in parts.items()]
    steps += [("window", part, window) for part, windows in parts.items() for window in range(windows)]
    shuffled.shuffle(steps)
    text = InOrder()
    shown: list[Segment] = []
    for kind, part, number in steps:
        shown += text.part(part, number) if kind == "part" else text.window(part, number, [segment(100 * part + number)])
    assert starts(shown) == sorted(100 * part + window for part, windows in parts.items() for window in range(windows))
