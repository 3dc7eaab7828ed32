"""Reckoning with ranges of a medium that could not be read. They come in the order of time and apart from each other."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dwhisper_worker.contract import Span, Window

from dwhisper_gui.core.plan import complement


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same in order; those that touch become one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            span = Span(found[-1].start, max(found.pop().end, span.end))
        found.append(span)
    return found


def inside(spans: Iterable[Span], within: Span) -> list[Span]:
    """What of them lies in a range."""
    return [
        Span(max(span.start, within.start), min(span.end, within.end))
        for span in spans
        if span.start < within.end and within.start < span.end
    ]


def without(spans: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """What of them lies in none of the others."""
    return [rest for span in spans for rest in complement(inside(others, span), span)]


def seconds(spans: Iterable[Span]) -> float:
    """How long they are together."""
    return sum(span.duration for span in spans)


def readable(window: Window, unreadable: Sequence[Span]) -> Window:
    """A window with the speech in it that can be read: a worker that is told of more makes words up for the silence instead."""
    return replace(window, maybe=tuple(without(window.maybe, unreadable)), sure=tuple(without(window.sure, unreadable)))
