"""Words that a reader wants to see together: by lists of them (`words.py`), by how they are written, and by numbers and names."""

import re
from collections.abc import Sequence
from enum import Enum, auto

from dwhisper_gui.subtitles.pieces import CLOSING, Piece, spaceless
from dwhisper_gui.subtitles.words import WORDS, Words

BOUND = 24.0
"""The cost of a break between words that belong together, on the scale of `breaks.py`."""
LEANING = 10.0
"""Of one between an auxiliary and its verb, an adjective and its noun, and the like."""

SHORT_LETTERS = 3
"""In languages without lists: so short a word is likely an article, a preposition or a conjunction."""


class Opening(Enum):
    """What a word may begin."""

    CLAUSE = auto()
    PHRASE = auto()
    PREDICATE = auto()
    NOTHING = auto()


UNITS = frozenset(
    "% ‰ ° °c °f € $ £ ¥ km m cm mm kg g mg t l ml ha h min s ms km/h m/s mph kw kwh mw gw w v hz khz mhz ghz kb mb gb tb".split()
)
"""After a number, in any language."""

_VERB_FORMS = {
    "de": re.compile("(?:[a-zäöü]*ge[a-zäöüß]+(?:t|en)|[a-zäöüß]+iert|(?:be|ver|er|ent|zer|über|unter)[a-zäöüß]{2,}(?:t|en))"),
    "nl": re.compile("(?:[a-zë]*ge[a-zë]+(?:d|t|en)|(?:be|ver|her|ont|er)[a-zë]{2,}(?:d|t|en))"),
}
"""Participles, where they stand before their auxiliary as well as after it."""
_AUXILIARIES = {
    "de": frozenset(
        "bin bist ist sind war waren sei wäre wären habe hast hat haben hatte hatten hätte hätten werde wird werden wurde wurden würde"
        " würden worden kann können konnte konnten könnte könnten muss müssen musste mussten soll sollen sollte sollten will wollen"
        " wollte wollten darf dürfen durfte möchte möchten".split()
    ),
    "nl": frozenset(
        "ben bent is zijn was waren heb hebt heeft hebben had hadden word wordt worden werd werden kan kunnen kon konden moet moeten"
        " moest moesten zal zullen zou zouden wil willen wilde mag mogen mocht".split()
    ),
}
_MODIFIERS = {
    "en": re.compile("[a-z]{3,}(?:ly|ful|ous|ive|able|ible|less|ical|ish|ern)"),
    # An adjective that is inflected, before a noun, which has a capital.
    "de": re.compile("[a-zäöüß]{3,}e[mnrs]?"),
}
"""How adjectives and adverbs end."""
_BEFORE_TIMES = frozenset("long soon shortly just right immediately even only".split())
"""English ones that belong to “after” and “before”."""
_SUBJECTS = frozenset("you it there who".split())
"""English ones that may be objects, too, but before an auxiliary hardly are."""
_CONTRACTIONS = ("n't", "'s", "'re", "'ve", "'ll", "'d", "'m")
"""English ones of auxiliaries; a genitive belongs to what follows as well."""

_WITH_ORDINAL_DOTS = frozenset("de da no nn fi et lv cs sk sl hr sr bs hu is fo lb pl tr".split())
"""“3. Oktober”: a number and a dot are no end of a sentence there."""
_NUMBER = re.compile(r"[€$£¥]?\d+(?:[.,:/]\d+)*")
_ORDINAL = re.compile(r"\d{1,2}\.")
_THOUSANDS = re.compile(r"\d{3}\b")
_INITIAL = re.compile(r"[^\W\d_]\.")
_BEFORE_CAPITALS = (".", "?", "!", "…", ":")
"""After these a capital letter says nothing."""
_PARTICLES = frozenset("van von de da di del della der den du bin ibn al".split())
"""Between the parts of a name, but for German, in which every noun has a capital."""
_OPENERS = "\"'“‘«„([¿¡"


def begins_phrase(word: str, language: str) -> bool:
    """Whether a word begins what belongs together."""
    words = WORDS.get(language)
    if words is None:
        return len(word) <= SHORT_LETTERS and word.isalpha() and not spaceless(word[0])
    return _small(word) in words.binding


def opening(word: str, language: str) -> Opening:
    """What a word begins, as far as a break before it is the better for that."""
    words = WORDS.get(language)
    if words is None:
        return Opening.PHRASE if begins_phrase(word, language) else Opening.NOTHING
    begins = {_small(word), _elided(word, language)}
    if begins & words.clauses:
        return Opening.CLAUSE
    if begins & words.leaning:
        return Opening.PREDICATE
    return Opening.PHRASE if begins & words.binding and not begins & words.close else Opening.NOTHING


def _small(word: str) -> str:
    return word.lower().lstrip(_OPENERS).replace("’", "'")


def _elided(word: str, language: str) -> str:
    """The first part of “qu'il” and “d'être”."""
    return _small(word).partition("'")[0] + "'" if language in ("fr", "it") else ""


def bond(pieces: Sequence[Piece], place: int, language: str) -> float:
    """What a break before the piece at that place costs, as far as that is decided by words that belong together: 0 where it is not."""
    before, after = pieces[place - 1].text, pieces[place].text.lstrip(_OPENERS)
    if begins_phrase(before, language):
        return BOUND
    words = WORDS.get(language)
    opened, closed = before.lstrip(_OPENERS), after.rstrip(CLOSING)
    if language in _WITH_ORDINAL_DOTS and _ORDINAL.fullmatch(opened):
        return BOUND
    if _NUMBER.fullmatch(opened):
        counted = closed.lower() in UNITS or (words is not None and closed.lower() in words.units)
        return BOUND if counted or _THOUSANDS.match(after) else 0.0
    if (after[:1].isupper() and _is_name(pieces, place, words)) or (language != "de" and _is_at_particle(pieces, place)):
        return BOUND
    if words is None:
        return 0.0
    # Of “s'est” and “qu'il” the last part counts.
    small = _small(before)
    last = small.rpartition("'")[2] if language in ("fr", "it") else small
    if (small in words.numbered and after[:1].isdigit()) or last in words.binding:
        return BOUND
    leans = last in words.leaning or last in words.modifiers or _looks_so(opened, after, language)
    if (leans and not begins_phrase(after, language)) or _are_verb_and_auxiliary(opened, closed, language):
        return LEANING
    if closed.lower() in words.trailing or (language == "en" and _are_an_english_pair(pieces, place)):
        return LEANING
    return 0.0


def _looks_so(before: str, after: str, language: str) -> bool:
    """Whether the first of two words is written like one that belongs to the next."""
    if language == "en" and _small(before).endswith(_CONTRACTIONS):
        return True
    forms = _MODIFIERS.get(language)
    return forms is not None and forms.fullmatch(before) is not None and (language != "de" or after[:1].isupper())


def _are_an_english_pair(pieces: Sequence[Piece], place: int) -> bool:
    """“you | have”, “long | after midnight”, and “as far | as”."""
    before, after = _small(pieces[place - 1].text), _small(pieces[place].text)
    if after == "as":
        return place > 1 and _small(pieces[place - 2].text) == "as"
    if before in _SUBJECTS:
        return after in WORDS["en"].leaning
    return after in ("after", "before") and before in _BEFORE_TIMES


def _is_name(pieces: Sequence[Piece], place: int, words: Words | None) -> bool:
    """Whether the pieces around a place are parts of one name, or a title and a name; the second one begins with a capital letter."""
    before, after = pieces[place - 1].text.lstrip(_OPENERS), pieces[place].text
    if words is not None and before.lower().removesuffix(".") in words.titles:
        return True
    earlier = pieces[place - 2].text if place > 1 else "."
    in_sentence = not earlier.rstrip("\"'”’»)]").endswith(_BEFORE_CAPITALS)
    if _INITIAL.fullmatch(before):
        # “Plan B. Then” has a capital before it as well, though seldom in the midst of a sentence.
        return before[0].isupper() and (earlier[:1].isupper() or not in_sentence or _INITIAL.fullmatch(earlier) is not None)
    # Without small letters nothing shows what is a name.
    shouted = before.isupper() and after.isupper()
    return in_sentence and not shouted and len(before) > 1 and before[0].isupper() and before[-1].isalnum()


def _is_at_particle(pieces: Sequence[Piece], place: int) -> bool:
    """Whether the break would part “Vincent van Gogh” before or after its second word."""
    for particle in (place, place - 1):
        if 0 < particle < len(pieces) - 1 and pieces[particle].text in _PARTICLES:
            before, after = pieces[particle - 1].text, pieces[particle + 1].text
            return before[0].isupper() and before[-1].isalnum() and after[0].isupper()
    return False


def _are_verb_and_auxiliary(before: str, after: str, language: str) -> bool:
    forms = _VERB_FORMS.get(language)
    if forms is None:
        return False
    auxiliaries = _AUXILIARIES[language]
    return (before.lower() in auxiliaries and forms.fullmatch(after) is not None) or (
        after in auxiliaries and forms.fullmatch(before) is not None
    )
