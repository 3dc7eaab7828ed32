"""Words that begin a sentence behind a hole. Pure functions.

The alignment lays them before a sentence that the decoder skipped, or stretches them over it. Decoded again, that hole gives the skipped
sentence, but seldom these words: a decoder does not hear a sentence that begins just before its clip ends."""

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from dwhisper_worker.contract import Span, Word
from dwhisper_worker.guards import plain, repeats
from dwhisper_worker.spans import total, within
from dwhisper_worker.times import ends_sentence

QUICKEST_WORD_SECONDS = 0.1
"""Less sure speech than this a word has no room for words that were not heard in it."""
USUAL_WORD_SECONDS = 0.25
CUT_SECONDS = 0.15
"""A word that ends so near to the end of a hole may be cut there."""
LEAST_LETTERS = 2
"""Of what two phrases have in common: a single letter is in many."""
ALIKE = 0.6
"""From there on, two phrases are taken for one."""
ROUNDING = 1e-6


def moved_behind(laid: Sequence[Word], heard: Sequence[Word], heard_until: float, hole: Span, sure: Sequence[Span]) -> list[Word]:
    """What was heard in a hole, and behind it those of the words laid over it that were not heard again, where there is room for them.

    `laid` begins a sentence that goes on behind the hole; of its first words some may have been heard, the last of them by half.
    `heard_until`: where the last word ends, before it was moved to the edge of its speech."""
    said, again = [plain(word.text) for word in laid], [plain(word.text) for word in heard]
    cut = heard_until > hole.end - CUT_SECONDS and not (heard and ends_sentence(heard[-1]))
    common, half = _beginning_heard(said, again, cut=cut)
    kept = list(heard[: len(heard) - half])
    behind = bool(common or half) or (bool(kept) and ends_sentence(kept[-1]) and not _are_alike(said, again))
    if not kept or not behind or repeats(laid, heard):
        return list(heard)
    begin = heard[len(kept)].start if half else max(heard_until, heard[-1].start)
    left = laid[common:]
    room = within(sure, Span(begin, hole.end)) if begin < hole.end else []
    if not left or not room or total(room) < QUICKEST_WORD_SECONDS * (len(left) - half):
        return list(heard)
    # What was heard of the phrase is right before the rest of it; of nothing heard, the first may be what was left of the word before.
    placed = _spread(left, room if common or half else _last(room, USUAL_WORD_SECONDS * len(left)))
    kept[-1] = replace(kept[-1], end=max(kept[-1].start, min(kept[-1].end, placed[0].start)))
    return [*kept, *placed]


def _last(room: Sequence[Span], seconds: float) -> Sequence[Span]:
    """The last stretches that have so much speech."""
    for first in range(len(room) - 1, 0, -1):
        if total(room[first:]) >= seconds:
            return room[first:]
    return room


def _spread(words: Sequence[Word], room: Sequence[Span]) -> list[Word]:
    """The words one behind the other, each with as much of the speech; none begins in a silence between."""
    step = total(room) / len(words)
    return [
        replace(word, start=_place(room, i * step, begins=True), end=_place(room, (i + 1) * step, begins=False))
        for i, word in enumerate(words)
    ]


def _place(room: Sequence[Span], seconds: float, *, begins: bool) -> float:
    """When so much of the speech has passed; between two stretches what begins is in the later one."""
    least = ROUNDING if begins else -ROUNDING
    for span in room:
        if span.duration - seconds > least:
            return round(min(span.start + seconds, span.end), 3)
        seconds -= span.duration
    return room[-1].end


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


def _are_alike(said: Sequence[str], heard: Sequence[str]) -> bool:
    """Whether a phrase was heard at the end in another spelling."""
    return SequenceMatcher(None, "".join(said), "".join(heard[-len(said) :]), autojunk=False).ratio() >= ALIKE
