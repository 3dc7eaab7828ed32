"""How well text may be broken between two pieces: at punctuation and pauses gladly, inside a phrase only where it must be.

A cost, the smaller the better; ends of cues and of lines are judged by the same. Most of it holds for any language that uses the
punctuation; `binding.py` is what is known of the words of some, `phrases.py` of scripts without spaces.
"""

from collections.abc import Collection, Sequence

from dwhisper_gui.subtitles.binding import begins_phrase, bond
from dwhisper_gui.subtitles.phrases import phrase_ends
from dwhisper_gui.subtitles.pieces import CLOSERS, CLOSING, Piece, spaceless

SENTENCE = 0.0
CLAUSE = 2.0
BEFORE_PHRASE = 4.0
PLAIN = 6.0
INSIDE_PHRASE = 16.0
INSIDE = 20.0
"""Inside a word, or between a word and its punctuation."""

PAUSE_WORTH = 4.0
"""What a pause of `FULL_PAUSE_SECONDS` takes off the cost; a shorter one in proportion."""
FULL_PAUSE_SECONDS = 0.5

SENTENCE_ENDS = tuple(".?!…。！？｡．‽।॥؟۔։።။")
_CLAUSE_ENDS = tuple(",;:–—،、，；：؛፣၊·､")
_NEVER_FIRST = frozenset(CLOSING + "…%・～％℃ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々ゝゞヽヾｰๆฯ") - frozenset("\"'")
_NEVER_LAST = frozenset("([{¿¡“‘«‹„（「『【〔〈《〖〘｢#$£€¥")


def costs(pieces: Sequence[Piece], language: str) -> list[float]:
    """Of a break before each piece but the first, in text of that language (a code of `contract.LANGUAGES`)."""
    ends = phrase_ends(pieces, language)
    return [_cost(pieces, place, language, ends) - PAUSE_WORTH * _pause(pieces, place) for place in range(1, len(pieces))]


def _pause(pieces: Sequence[Piece], place: int) -> float:
    return min((pieces[place].start - pieces[place - 1].end) / 1000 / FULL_PAUSE_SECONDS, 1.0)


def _cost(pieces: Sequence[Piece], place: int, language: str, ends: Collection[int] | None) -> float:
    before, after = pieces[place - 1].text, pieces[place]
    bare = before.rstrip(CLOSERS) or before
    if after.spaced:
        if after.text[0] in _NEVER_FIRST and not any(map(str.isalnum, after.text)):
            return INSIDE
        bound = bond(pieces, place, language)
        if bound:
            return bound
    elif after.text[0] in _NEVER_FIRST or before[-1] in _NEVER_LAST or not (spaceless(before[-1]) or spaceless(after.text[0])):
        return INSIDE
    if bare.endswith(SENTENCE_ENDS):
        # A small letter goes on with the sentence: an abbreviation, or three dots.
        return CLAUSE if after.text[0].islower() else SENTENCE
    if bare.endswith(_CLAUSE_ENDS):
        return CLAUSE
    if not after.spaced:
        if ends is None:
            return PLAIN
        return BEFORE_PHRASE if place in ends else INSIDE_PHRASE
    if spaceless(before[-1]):
        return CLAUSE
    return BEFORE_PHRASE if begins_phrase(after.text, language) else PLAIN
