"""What a decoding left unheard of its clip: speech with no word in it, or with a word stretched over it. Pure functions.

A decoder that skips a sentence says the next one as if nothing had been there. The alignment then has to put its words somewhere: it
leaves a gap, and stretches the words beside it over what remains. So a gap in sure speech and a word of several seconds tell the same."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dwhisper_worker.contract import Span, Word
from dwhisper_worker.spans import total, within
from dwhisper_worker.times import begins_sentence

REACH_SECONDS = 0.3
"""Alignment is so far off: speech this near to a word counts as heard."""
TAIL_SECONDS = 1.5
"""Decoders stop at pauses: so much sure speech at the end of a clip is worth another decoding,"""
GAP_SECONDS = 2.0
"""and so much elsewhere."""
LONGEST_WORD_SECONDS = 1.0
"""Of sure speech. Longer, a word hides something."""
WORD_SECONDS = 0.3
"""Of a word whose own time is not known."""
WORDS_BETWEEN = 2
"""So few words between two holes were put there by the alignment, and are part of what was not heard."""
LEAST_SECONDS = 0.5
"""Of sure speech, for a gap between two words to be looked at."""
MARGIN_SHARE = 0.2
"""A half is at least so much of the whole."""
LEAST_CUT_SECONDS = 4.0
"""Speech without a silence is cut in two only where it is at least so long, since a word may be lost there."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A range that is to be decoded again, and which words of the decoding lie in it (`first` up to, not including, `last`)."""

    span: Span
    first: int
    last: int


def holes(words: Sequence[Word], clip: Span, sure: Sequence[Span]) -> list[Hole]:
    """What was left unheard, in order. Each reaches from word to word, so that nothing of it is cut."""
    found = []
    for first, last in _joined(list(_suspects(words, clip, sure))):
        after = words[first - 1].end if first else clip.start
        before = words[last].start if last < len(words) else clip.end
        inside = Span(after + (REACH_SECONDS if first else 0.0), before - (REACH_SECONDS if last < len(words) else 0.0))
        spoken = within(sure, inside)
        least = TAIL_SECONDS if last == len(words) else GAP_SECONDS
        if spoken and total(spoken) - WORD_SECONDS * (last - first) >= least:
            begin = _with_beginning(words, first) if last < len(words) else first
            after = words[begin - 1].end if begin else clip.start
            spoken = within(sure, Span(after, inside.end))
            span = Span(round(max(after, spoken[0].start - REACH_SECONDS), 3), round(min(before, spoken[-1].end + REACH_SECONDS), 3))
            found.append(Hole(span, begin, last))
    return found


def _with_beginning(words: Sequence[Word], first: int) -> int:
    """The first of the one or two words before a hole that begin a sentence, which then goes on behind it: they belong there, too."""
    for begin in range(first, max(0, first - WORDS_BETWEEN) - 1, -1):
        if begins_sentence(words, begin):
            return begin
    return first


def halves(span: Span, sure: Sequence[Span], quietest: Callable[[Span], float]) -> list[Span]:
    """A range cut in two at the middle of the longest silence that is well inside it, or where it is `quietest` there; empty where it is
    too short for that."""
    margin = span.duration * MARGIN_SHARE
    inside = Span(span.start + margin, span.end - margin)
    silences = [Span(one.end, other.start) for one, other in pairwise(within(sure, span))]
    inner = [one for one in silences if one.start >= inside.start and one.end <= inside.end]
    if inner:
        longest = max(inner, key=lambda one: one.duration)
        middle = round((longest.start + longest.end) / 2, 3)
    elif span.duration >= LEAST_CUT_SECONDS:
        middle = quietest(inside)
    else:
        return []
    return [Span(span.start, middle), Span(middle, span.end)]


def _suspects(words: Sequence[Word], clip: Span, sure: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Gaps, as the place of the word after each, twice; and words that are too long, as their place and the next."""
    at = clip.start
    for i, word in enumerate(words):
        if _spoken(sure, at, word.start) >= LEAST_SECONDS:
            yield i, i
        if _spoken(sure, word.start, word.end) > LONGEST_WORD_SECONDS:
            yield i, i + 1
        at = word.end
    if _spoken(sure, at, clip.end) >= LEAST_SECONDS:
        yield len(words), len(words)


def _joined(suspects: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    run: tuple[int, int] | None = None
    for first, last in suspects:
        if run is not None and first - run[1] <= WORDS_BETWEEN:
            run = (run[0], last)
            continue
        if run is not None:
            yield run
        run = (first, last)
    if run is not None:
        yield run


def _spoken(sure: Sequence[Span], start: float, end: float) -> float:
    return total(within(sure, Span(start, end))) if end > start else 0.0
