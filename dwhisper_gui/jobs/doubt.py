"""Whether another language is spoken than the user named. Whisper writes nonsense then, in the language that it was told.

It is unsure of that nonsense, so there is a reason to listen only where it is unsure of the text: where all is well nothing is spent."""

from collections.abc import AsyncIterable

from dwhisper_worker.contract import Span, WindowResult

UNSURE_LOG_PROBABILITY = -0.15
"""Of the words of a job in the mean. With base it is about -0.1 for clear speech in the language named, -0.2 for synthetic voices in it,
and -0.2 to -6 in another. Listening takes a second or so, and is what decides."""


async def is_unsure(results: AsyncIterable[tuple[Span, WindowResult]]) -> bool:
    """Whether the model finds its own text unlikely; not where there is none."""
    total, words = 0.0, 0
    async for _, result in results:
        for segment in result.segments:
            total += segment.mean_log_probability * len(segment.words)
            words += len(segment.words)
    return words > 0 and total < UNSURE_LOG_PROBABILITY * words
