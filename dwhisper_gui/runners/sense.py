"""Whether what a worker sent makes sense, though it decoded: a fault of a worker must not get into the store, or stop the program."""

from dataclasses import astuple
from math import isfinite

from dwhisper_worker.contract import Figures, Segment, Window, WindowResult, Word

MOST = 2**53
"""Counts above this are none: the store and JSON keep no larger ones exactly."""
CERTAIN = 1.001
"""A probability of 1, and what sums of 32-bit numbers may have above it."""


def is_result_of(window: Window, result: WindowResult) -> bool:
    """Whether all its times are in the window and all its numbers are such as a decoding can have."""
    timed: list[Segment | Word] = [*result.segments, *(word for segment in result.segments for word in segment.words)]
    numbers = (number for one in result.segments for number in (one.mean_log_probability, one.compression_ratio, one.temperature))
    chances = [word.probability for segment in result.segments for word in segment.words]
    chances += [segment.no_speech_probability for segment in result.segments]
    return (
        result.index == window.index
        # A time that is no number is nowhere.
        and all(window.start <= one.start <= one.end <= window.end for one in timed)
        and all(map(isfinite, numbers))
        and all(0 <= chance <= CERTAIN for chance in chances)
        and 0 <= result.decodings < MOST
    )


def are_figures(figures: Figures) -> bool:
    """Whether they can be: none is negative or beyond all bounds."""
    return all(0 <= number < MOST for number in astuple(figures))


def are_shares(probabilities: tuple[dict[str, float], ...], clips: int) -> bool:
    """Whether they are the probabilities of languages, one row for each of so many clips."""
    return len(probabilities) == clips and all(row and all(0 <= share <= CERTAIN for share in row.values()) for row in probabilities)
