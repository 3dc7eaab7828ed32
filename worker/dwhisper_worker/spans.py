"""Arithmetic on ranges of time."""

from collections.abc import Sequence

from dwhisper_worker.contract import Span


def within(spans: Sequence[Span], inside: Span) -> list[Span]:
    """What of the spans lies in a range."""
    return [
        Span(max(span.start, inside.start), min(span.end, inside.end))
        for span in spans
        if span.start < inside.end and span.end > inside.start
    ]


def total(spans: Sequence[Span]) -> float:
    """The length of all spans together, in seconds."""
    return sum(span.duration for span in spans)
