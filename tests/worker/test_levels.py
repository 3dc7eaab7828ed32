"""Quiet speech beside loud."""

import numpy as np
import pytest
from dwhisper_worker.contract import SAMPLE_RATE, Span
from dwhisper_worker.engines.engine import Clip
from dwhisper_worker.levels import levelled, quietest

BEGIN = 60.0
STRETCHES = (Span(60.5, 62.0), Span(62.5, 64.0))
LOUD, QUIET = slice(SAMPLE_RATE // 2, 2 * SAMPLE_RATE), slice(5 * SAMPLE_RATE // 2, 4 * SAMPLE_RATE)


def sound(quiet: float, noise: float) -> Clip:
    """4.5 s: a loud stretch, one `quiet` times as loud, noise everywhere."""
    made = np.random.default_rng(1).normal(0, noise, round(4.5 * SAMPLE_RATE))
    tone = np.sin(np.arange(len(made)) * 0.2)
    made[LOUD] += 0.3 * tone[LOUD]
    made[QUIET] += 0.3 * quiet * tone[QUIET]
    return made.astype(np.float32)


def loudness(samples: Clip) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


def test_a_quiet_stretch_becomes_as_loud_as_its_neighbour_and_no_sample_is_clipped() -> None:
    before = sound(quiet=0.05, noise=0.0001)
    after = levelled(before, BEGIN, STRETCHES)
    assert loudness(after[QUIET]) == pytest.approx(loudness(after[LOUD]), rel=0.1)
    assert np.array_equal(after[LOUD], before[LOUD])
    assert np.abs(after).max() <= 1.0


def test_what_is_between_keeps_the_lower_gain() -> None:
    before = sound(quiet=0.05, noise=0.0001)
    after = levelled(before, BEGIN, STRETCHES)
    between = slice(round(2.1 * SAMPLE_RATE), round(2.4 * SAMPLE_RATE))
    assert np.array_equal(after[between], before[between])


def test_in_noise_nothing_is_lifted() -> None:
    before = sound(quiet=0.3, noise=0.1)
    assert np.array_equal(levelled(before, BEGIN, STRETCHES), before)


@pytest.mark.parametrize("stretches", [(), STRETCHES[:1], (Span(60.0, 60.01), Span(61.0, 61.01))])
def test_without_two_stretches_there_is_nothing_to_level(stretches: tuple[Span, ...]) -> None:
    before = sound(quiet=0.05, noise=0.0001)
    assert levelled(before, BEGIN, stretches) is before


def test_silence_stays_silence() -> None:
    assert not levelled(np.zeros(3 * SAMPLE_RATE, np.float32), 0.0, (Span(0, 1), Span(1.5, 3))).any()


def test_the_quietest_place_is_found_in_the_mediums_time() -> None:
    sound = np.full(10 * SAMPLE_RATE, 0.1, np.float32)
    sound[round(6.0 * SAMPLE_RATE) : round(6.1 * SAMPLE_RATE)] = 0.001
    sound[:SAMPLE_RATE] = 0.0
    assert quietest(sound, 50.0, Span(52.0, 58.0)) == pytest.approx(56.05, abs=0.01), "what lies outside the range does not count"
