"""When the language that the user named is doubted."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from dwhisper_worker.contract import Span, WindowResult

from dwhisper_gui.jobs.doubt import UNSURE_LOG_PROBABILITY, is_unsure
from tests.jobs.makers import result


async def windows(*figures: tuple[int, float]) -> AsyncIterator[tuple[Span, WindowResult]]:
    """Windows of so many words each, with a mean log-probability."""
    for index, (words, mean) in enumerate(figures):
        made = result(index, words)
        segments = tuple(replace(segment, mean_log_probability=mean) for segment in made.segments)
        yield Span(25.0 * index, 25.0 * index + 20.0), replace(made, segments=segments)


@pytest.mark.parametrize(
    ("figures", "unsure"),
    [
        ([], False),
        ([(0, 0.0)], False),
        ([(10, UNSURE_LOG_PROBABILITY + 0.01)], False),
        ([(10, UNSURE_LOG_PROBABILITY - 0.01)], True),
        ([(90, -0.05), (10, -0.9)], False),
        ([(10, -0.1), (90, -1.0)], True),
    ],
)
async def test_what_counts_is_the_mean_of_all_words(figures: list[tuple[int, float]], unsure: bool) -> None:
    assert await is_unsure(windows(*figures)) is unsure
