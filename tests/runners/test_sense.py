"""What decodes and still makes no sense."""

from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest
from dwhisper_worker.contract import Figures, Segment, Span, Window, WindowResult, Word

from dwhisper_gui.runners.sense import are_figures, are_shares, is_result_of

SPAN = (Span(10.0, 20.0),)
WINDOW = Window(3, 10.0, 20.0, SPAN, SPAN)
WORD = Word(11.0, 12.0, " hello", 0.9)
SEGMENT = Segment(11.0, 12.0, " hello", (WORD,), -0.2, 0.01, 1.1, 0.0)
RESULT = WindowResult(3, (SEGMENT,), 1, sampled=False, flaws=())


def test_what_a_decoding_can_have_is_taken() -> None:
    assert is_result_of(WINDOW, RESULT)
    assert is_result_of(WINDOW, replace(RESULT, segments=()))
    # A sum of 32-bit numbers.
    assert is_result_of(WINDOW, replace(RESULT, segments=(replace(SEGMENT, no_speech_probability=1.0000001),)))


@pytest.mark.parametrize(
    "change", [{"start": nan}, {"end": inf}, {"start": 9.9}, {"end": 20.1}, {"start": 12.5}, {"probability": nan}, {"probability": -0.1}]
)
def test_words_that_can_not_be_are_none(change: dict[str, Any]) -> None:
    segment = replace(SEGMENT, words=(replace(WORD, **change),))
    assert not is_result_of(WINDOW, replace(RESULT, segments=(segment,)))


@pytest.mark.parametrize(
    "change", [{"mean_log_probability": nan}, {"compression_ratio": inf}, {"no_speech_probability": 7.0}, {"start": 0.0}]
)
def test_segments_that_can_not_be_are_none(change: dict[str, Any]) -> None:
    assert not is_result_of(WINDOW, replace(RESULT, segments=(replace(SEGMENT, **change),)))


@pytest.mark.parametrize("change", [{"decodings": 2**63}, {"decodings": -1}, {"index": 4}])
def test_results_that_can_not_be_are_none(change: dict[str, Any]) -> None:
    assert not is_result_of(WINDOW, replace(RESULT, **change))


def test_figures_are_neither_negative_nor_beyond_all_bounds() -> None:
    figures = Figures(120.0, 10.0, 4, 0, 500_000_000)
    assert are_figures(figures)
    for change in ({"windows": 2**63}, {"wall_seconds": nan}, {"audio_seconds": -1.0}):
        assert not are_figures(replace(figures, **change))


def test_there_are_shares_for_each_clip_or_none() -> None:
    assert are_shares(({"en": 0.9, "de": 0.1}, {"en": 1.0000001}), 2)
    assert are_shares((), 0)
    for wrong in ((), ({"en": 1.0},), ({"en": 1.0}, {}), ({"en": nan}, {"en": 1.0})):
        assert not are_shares(wrong, 2)
