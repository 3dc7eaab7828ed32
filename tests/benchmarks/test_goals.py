"""What the document says of the goals, and what `make bench-check` holds against the recorded figures."""

from typing import Any

import pytest

from tests.benchmarks.scripts import load

bench, goals = load("bench"), load("goals")

OURS, WORDS, PLAIN, SETTINGS = "dwhisper", "faster-whisper-batched-words", "faster-whisper-batched", "faster-whisper-our-settings"


def entry(medium: str, system: str, ratio: float, wrong: int = 20, **score: Any) -> dict[str, Any]:
    spread = {"count": 10, "median": 0.01, "high": 0.02}
    figures = {"words": 1000, "substitutions": wrong, "deletions": 0, "insertions": 0, "invented": 0, "longest_cue": 5.0}
    edges = dict.fromkeys(("after_pause", "running", "ends"), spread)
    return {"model": "base", "medium": medium, "system": system, "ratios": [ratio], "score": {**figures, **edges, **score}}


def found(*more: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """By goal, with the same figures on each of the media that speed is measured on."""
    usual = [entry(medium, system, ratio) for medium in bench.media.TIMED for system, ratio in ((OURS, 1.0), (WORDS, 1.5), (PLAIN, 1.2))]
    entries = {(one["medium"], one["system"]): one for one in (*usual, *more)}
    return {goal: (seen, met) for goal, seen, met in goals.rows("base", list(entries.values()))}


def met(goal: str, *more: dict[str, Any]) -> str:
    (answer,) = [met for name, (_, met) in found(*more).items() if goal in name]
    return answer


def test_speed_is_held_against_the_fastest_that_gives_word_times_on_every_medium() -> None:
    assert met("as fast") == "met"
    assert met("as fast", entry("clean", WORDS, 1.39)) == "missed"
    assert met("as fast", entry("clean", SETTINGS, 1.0)) == "met", "what we made of it is no other program"
    assert met("none is faster") == "met"
    assert met("none is faster", entry("clean2", PLAIN, 0.99)) == "missed"


def test_word_errors_are_pooled_and_held_against_the_best() -> None:
    assert met("points above") == "met"
    assert met("points above", entry("clean", OURS, 1.0, wrong=26)) == "met", "6 of 3,000 words are 0.2 points"
    assert met("points above", entry("clean", OURS, 1.0, wrong=27)) == "missed"


def test_on_hard_media_the_fewest_errors_are_wanted_on_each() -> None:
    ours, other = entry("hard-noise", OURS, 1.0, wrong=5), entry("hard-noise", WORDS, 1.0, wrong=4)
    goal = "the fewest word errors of all that were measured, on each hard medium"
    assert found(ours, other)[goal] == ("behind on noise (faster-whisper batched, word times)", "missed")
    assert found(ours, entry("hard-noise", WORDS, 1.0, wrong=6))[goal] == ("on each", "met")
    assert goal not in found(ours), "nothing was compared"


def test_times_that_are_off_are_named() -> None:
    late = entry("dialogue", OURS, 1.0, ends={"count": 3, "median": 0.1, "high": 0.31})
    seen, answer = found(late)["ends: 95th percentile at most 0.30 s"]
    assert (seen, answer) == ("within, but for dialogue 0.10 / 0.31", "missed")
    assert met("no cue above", entry("clean", OURS, 1.0, longest_cue=7.1)) == "missed"
    assert met("no word in half an hour", entry("nonspeech", OURS, 1.0, invented=1)) == "missed"


@pytest.mark.parametrize(("now", "complains"), [(1.36, False), (1.34, True)])
def test_a_lead_that_shrank_by_more_than_a_tenth_is_told(now: float, complains: bool) -> None:
    before = [entry("clean", WORDS, 1.5)]
    assert bool(bench.shrunk(before, [entry("clean", WORDS, now), entry("clean", OURS, 1.0)])) is complains


def test_the_lead_is_held_against_the_peer_that_was_led_least() -> None:
    measured = [
        entry("clean", system, ratio) for system, ratio in ((WORDS, 1.3), ("faster-whisper-words", 2.0), (PLAIN, 1.1), (SETTINGS, 1.0))
    ]
    assert bench.fastest_peer(measured) == WORDS
    assert bench.fastest_peer([]) is None
