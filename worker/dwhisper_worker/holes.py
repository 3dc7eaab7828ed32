"""What a decoding left unheard of its clip: speech with no word in it, or with a word stretched over it. Pure functions.

A decoder that skips a sentence says the next one as if nothing had been there. The alignment then has to put its words somewhere: it
leaves a gap, and stretches the words beside it over what remains. So a gap in sure speech and a word of several seconds tell the same."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from dwhisper_worker.contract import Span, Word
from dwhisper_worker.guards import plain
from dwhisper_worker.spans import total, within
from dwhisper_worker.times import begins_sentence, ends_sentence

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
QUICKEST_WORD_SECONDS = 0.1
"""Less sure speech than this a word has no room for words that were not heard in it."""
CUT_SECONDS = 0.15
"""A word that ends so near to the end of a hole may be cut there."""
LEAST_LETTERS = 2
"""Of what two phrases have in common: a single letter is in many."""
ALIKE = 0.6
"""From there on, two phrases are taken for one."""
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


def moved_behind(laid: Sequence[Word], heard: Sequence[Word], heard_until: float, hole: Span, sure: Sequence[Span]) -> list[Word]:
    """What was heard in a hole, and behind it those of the words laid over it that were not heard again, where there is room for them.

    `laid` begins a sentence that goes on behind the hole. A decoder does not hear the word or two of a sentence that begins just before
    its clip ends, or hears half a word. `heard_until`: where the last word ends, before it was moved to the edge of its speech."""
    said, again = [plain(word.text) for word in laid], [plain(word.text) for word in heard]
    cut = heard_until > hole.end - CUT_SECONDS and not (heard and ends_sentence(heard[-1]))
    common, half = _beginning_heard(said, again, cut=cut)
    kept = list(heard[: len(heard) - half])
    behind = bool(common or half) or (bool(kept) and ends_sentence(kept[-1]) and not _are_alike(said, again))
    if not kept or not behind or _is_among(said, again):
        return list(heard)
    begin = heard[len(kept)].start if half else max(heard_until, heard[-1].start)
    left = laid[common:]
    room = within(sure, Span(begin, hole.end)) if begin < hole.end else []
    if not left or not room or total(room) < QUICKEST_WORD_SECONDS * (len(left) - half):
        return list(heard)
    start, step = room[0].start, (room[-1].end - room[0].start) / len(left)
    edges = [round(start + i * step, 3) for i in range(len(left) + 1)]
    kept[-1] = replace(kept[-1], end=max(kept[-1].start, min(kept[-1].end, start)))
    return [*kept, *(replace(word, start=edges[i], end=edges[i + 1]) for i, word in enumerate(left))]


def _beginning_heard(said: Sequence[str], heard: Sequence[str], *, cut: bool) -> tuple[int, int]:
    """How many words of a phrase the end of what was heard begins with, and whether (0 or 1) half of the next one comes after them, as it
    may where the sound was `cut`."""
    for count in range(min(len(said), len(heard)), 0, -1):
        *whole, last = heard[len(heard) - count :]
        if whole != list(said[: count - 1]) or len("".join((*whole, last))) < LEAST_LETTERS:
            continue
        if last == said[count - 1]:
            return count, 0
        if cut and last and said[count - 1].startswith(last):
            return count - 1, 1
    return 0, 0


def _is_among(said: Sequence[str], heard: Sequence[str]) -> bool:
    return any(list(heard[i : i + len(said)]) == list(said) for i in range(len(heard)))


def _are_alike(said: Sequence[str], heard: Sequence[str]) -> bool:
    """Whether a phrase was heard at the end in another spelling."""
    return SequenceMatcher(None, "".join(said), "".join(heard[-len(said) :]), autojunk=False).ratio() >= ALIKE


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
