"""How well text may be broken between two pieces: at punctuation and pauses gladly, inside a phrase only where it must be.

A cost, the smaller the better; ends of cues and of lines are judged by the same. Most of it holds for any language that uses the
punctuation; `BINDING` is what is known of some of them.
"""

import re

from dwhisper_gui.subtitles.pieces import CLOSERS, CLOSING, Piece, spaceless

SENTENCE = 0.0
CLAUSE = 2.0
BEFORE_BINDING = 4.0
PLAIN = 6.0
AFTER_BINDING = 10.0
INSIDE = 20.0
"""Inside a word, or between a word and its punctuation."""

PAUSE_WORTH = 4.0
"""What a pause of `FULL_PAUSE_SECONDS` takes off the cost; a shorter one in proportion."""
FULL_PAUSE_SECONDS = 0.5

SHORT_LETTERS = 3
"""In languages without a list: so short a word is likely an article, a preposition or a conjunction."""

BINDING: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "a an the this that these those my your his its our their no every each and but or nor so because although though while"
        " when where which who whose if unless until since than as of in on at by for from with without to into onto over under about"
        " after before between through during against among toward towards along across around behind beside beyond near within"
        " upon i we he she they it's i'm very mr. mrs. ms. dr. prof. st.",
        "de": "der die das den dem des ein eine einen einem einer eines kein keine mein meine dein seine ihre unser dieser diese dieses und"
        " oder aber denn sondern weil dass ob wenn als während obwohl damit in im an am auf aus bei beim mit nach von vom vor zu zum zur"
        " für durch gegen ohne um über unter zwischen wie ich wir er sehr herr frau dr. prof. hr. fr.",
        "fr": "le la les l' un une des du de d' ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs et ou mais"
        " donc car que qui quand si comme parce dans en sur sous avec sans pour par chez vers entre à au aux je tu il elle nous on très"
        " m. mme dr",
        "es": "el la los las un una unos unas este esta estos estas mi mis tu tus su sus nuestro nuestra y e o u pero sino porque que quien"
        " cuando donde si como de del a al en con sin por para sobre entre hasta desde hacia yo muy sr. sra. dr.",
        "it": "il lo la i gli le l' un uno una un' del dello della dei degli delle al allo alla ai agli alle nel nella sul sulla dal dalla"
        " mio mia tuo suo sua questo questa e ed o ma perché che chi quando dove se come di a da in con su per tra fra io molto",
        "pt": "o a os as um uma uns umas este esta meu minha teu seu sua e ou mas porque que quem quando onde se como de do da dos das em"
        " no na nos nas a ao à com sem por pelo pela para sobre entre até eu muito sr. sra. dr.",
        "nl": "de het een deze dit die dat mijn jouw zijn haar ons onze hun en of maar want omdat dat als toen terwijl hoewel in op aan bij"
        " met van voor door naar uit over onder tussen zonder tegen om te ik wij we hij ze heel dhr. mevr. dr.",
    }.items()
}
"""Words that belong to the one after them: a break is good before one of them, and bad after it."""

_SENTENCE_ENDS = tuple(".?!…。！？｡．‽।॥؟۔։።။។")
_CLAUSE_ENDS = tuple(",;:–—،、，；：؛፣၊·､")
_NEVER_FIRST = frozenset(CLOSING + "…%・～％℃ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々ゝゞヽヾｰ") - frozenset("\"'")
_NEVER_LAST = frozenset("([{¿¡“‘«‹„（「『【〔〈《〖〘｢#$£€¥")
_HIRAGANA = re.compile("[\u3041-\u309f]")


def cost(before: Piece, after: Piece, language: str) -> float:
    """Of a break between two neighbours in text of that language (a code of `contract.LANGUAGES`)."""
    pause = min((after.start - before.end) / 1000 / FULL_PAUSE_SECONDS, 1.0)
    return _cost(before.text, after, language) - PAUSE_WORTH * pause


def _cost(before: str, after: Piece, language: str) -> float:
    bare = before.rstrip(CLOSERS) or before
    if after.spaced:
        if after.text[0] in _NEVER_FIRST and not any(map(str.isalnum, after.text)):
            return INSIDE
        if _binds(before, language):
            return AFTER_BINDING
    elif after.text[0] in _NEVER_FIRST or before[-1] in _NEVER_LAST or not (spaceless(before[-1]) or spaceless(after.text[0])):
        return INSIDE
    if bare.endswith(_SENTENCE_ENDS):
        # A small letter goes on with the sentence: an abbreviation, or three dots.
        return CLAUSE if after.text[0].islower() else SENTENCE
    if bare.endswith(_CLAUSE_ENDS):
        return CLAUSE
    if not after.spaced:
        # In Japanese a phrase mostly ends in hiragana, and the next one begins with something else.
        return BEFORE_BINDING if _HIRAGANA.match(before[-1]) and not _HIRAGANA.match(after.text[0]) else PLAIN
    if spaceless(before[-1]):
        return CLAUSE
    return BEFORE_BINDING if _binds(after.text, language) else PLAIN


def _binds(word: str, language: str) -> bool:
    words = BINDING.get(language)
    if words is None:
        return len(word) <= SHORT_LETTERS and word.isalpha() and not spaceless(word[0])
    return word.lower().lstrip("\"'“‘«„([¿¡") in words
