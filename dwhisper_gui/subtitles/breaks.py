"""How well text may be broken between two pieces: at punctuation and pauses gladly, inside a phrase only where it must be.

A cost, the smaller the better; ends of cues and of lines are judged by the same. Most of it holds for any language that uses the
punctuation; `binding.py` is what is known of the words of some, `phrases.py` of scripts without spaces.
"""

from collections.abc import Collection, Sequence

from dwhisper_gui.subtitles.binding import Opening, bond, opening
from dwhisper_gui.subtitles.phrases import phrase_ends
from dwhisper_gui.subtitles.pieces import CLOSERS, CLOSING, Piece, spaceless

SENTENCE = 0.0
CLAUSE = 2.0
BEFORE_PHRASE = 4.0
PLAIN = 6.0
BEFORE = {Opening.CLAUSE: 3.0, Opening.PHRASE: BEFORE_PHRASE, Opening.PREDICATE: 5.0, Opening.NOTHING: PLAIN}
INSIDE_PHRASE = 20.0
INSIDE = 30.0
"""Inside a word, or between a word and its punctuation."""

ALONE = 4.0
"""More where it leaves one word of a sentence, or the last of a clause, on its own."""
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
    sentences = sentence_ends(pieces, language)
    found = []
    for place in range(1, len(pieces)):
        cost = _cost(pieces, place, language, ends)
        if CLAUSE < cost <= PLAIN and _leaves_one(pieces, place, sentences):
            cost += ALONE
        found.append(cost - PAUSE_WORTH * _pause(pieces, place))
    return found


def sentence_ends(pieces: Sequence[Piece], language: str) -> list[bool]:
    """Whether a sentence ends at each place: before each piece, and after the last; what is before the first has ended."""
    return [True, *(is_sentence_end(pieces, place, language) for place in range(1, len(pieces))), True]


def is_sentence_end(pieces: Sequence[Piece], place: int, language: str) -> bool:
    """Whether a sentence ends between two pieces, of which that at the place is the second."""
    before, after = pieces[place - 1].text, pieces[place].text
    bare = before.rstrip(CLOSERS) or before
    # A small letter goes on with the sentence: an abbreviation, or three dots.
    return bare.endswith(SENTENCE_ENDS) and not after[0].islower() and not bond(pieces, place, language)


def _leaves_one(pieces: Sequence[Piece], place: int, sentences: Sequence[bool]) -> bool:
    last = pieces[place].text.rstrip(CLOSERS).endswith(_CLAUSE_ENDS)
    return pieces[place].spaced and not sentences[place] and (last or sentences[place - 1] or sentences[place + 1])


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
        return CLAUSE if after.text[0].islower() else SENTENCE
    if bare.endswith(_CLAUSE_ENDS):
        return CLAUSE
    if not after.spaced:
        if ends is None:
            return PLAIN
        return BEFORE_PHRASE if place in ends else INSIDE_PHRASE
    if spaceless(before[-1]):
        return CLAUSE
    return BEFORE[opening(after.text, language)]
