"""What makes a decoding suspicious. Each guard is a pure function of what was heard; `flaws` names those that object."""

import re
import unicodedata
import zlib
from collections.abc import Sequence

from dwhisper_worker.contract import Span, Word
from dwhisper_worker.engines.engine import Decoded
from dwhisper_worker.spans import total

# The first three are openai-whisper's own (https://github.com/openai/whisper, transcribe.py).
MOST_COMPRESSION = 2.4
LEAST_MEAN_LOG_PROBABILITY = -1.0
MOST_NO_SPEECH = 0.6

MOST_WORDS_A_SECOND = 7.0
LEAST_WORDS_A_SECOND = 0.6
"""Of sure speech. People speak 2 to 4 words a second, at most about 6."""
RATE_NEEDS_SECONDS = 2.0
"""Below this much speech a rate says nothing."""
SURE_LOG_PROBABILITY = -0.8
"""Where the VAD hears nobody. Measured on music, noise and applause: below -1.2 but for loops, speech over music above -0.8."""
SURE_WORDS = 3
LONGEST_PHRASE = 8
MOST_REPETITIONS = 4
SHORT_PHRASE = 2
MOST_SHORT_REPETITIONS = 10
"""People do say “no no no no no”, or laugh: a loop of so short a phrase is cut only from there on."""

ECHO_WORDS = 3
SHORTEST_WORD_SECONDS = 0.06
"""Nobody says several words in a row as quickly."""

COMPRESSION = "compression_ratio"
LOG_PROBABILITY = "log_probability"
NO_SPEECH = "no_speech"
REPEATED = "repeated_phrase"
TOO_MANY_WORDS = "too_many_words"
TOO_FEW_WORDS = "too_few_words"


def flaws(decoded: Decoded, seconds: float, sure: Sequence[Span]) -> tuple[str, ...]:
    """The guards that object to a decoding of so many seconds in which the VAD surely heard this speech; empty: all is well."""
    found = []
    if compression_ratio(decoded.text) > MOST_COMPRESSION:
        found.append(COMPRESSION)
    if has_repeated_phrase(decoded.words):
        found.append(REPEATED)
    if decoded.mean_log_probability < LEAST_MEAN_LOG_PROBABILITY:
        found.append(NO_SPEECH if decoded.no_speech_probability > MOST_NO_SPEECH else LOG_PROBABILITY)
    if word_count(decoded.text) > MOST_WORDS_A_SECOND * max(seconds, RATE_NEEDS_SECONDS):
        found.append(TOO_MANY_WORDS)
    if has_too_few_words(decoded.text, sure):
        found.append(TOO_FEW_WORDS)
    return tuple(found)


def is_surely_speech(decoded: Decoded) -> bool:
    """Whether the model is so sure of what it heard that the VAD may be wrong."""
    return (
        decoded.mean_log_probability >= SURE_LOG_PROBABILITY
        and decoded.no_speech_probability <= MOST_NO_SPEECH
        and len(decoded.words) >= SURE_WORDS
    )


def has_too_few_words(text: str, sure: Sequence[Span]) -> bool:
    """Whether a text has fewer words than so much sure speech."""
    surely = total(sure)
    return surely >= RATE_NEEDS_SECONDS and word_count(text) < LEAST_WORDS_A_SECOND * surely


def compression_ratio(text: str) -> float:
    """Bytes of the text over bytes of its deflated form: above 2.4 it repeats itself."""
    data = text.strip().encode()
    return len(data) / len(zlib.compress(data))


def word_count(text: str) -> float:
    """Words in a text; of scripts that put no spaces between words, two characters count as one word."""
    dense = sum(1 for character in text if unicodedata.east_asian_width(character) in "WF" or "\u0e00" <= character <= "\u0eff")
    spaced = re.sub(r"[\u0e00-\u0eff\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]+", " ", text)
    return dense / 2 + len(spaced.split())


def has_repeated_phrase(words: Sequence[Word]) -> bool:
    """Whether a phrase of one to eight words comes more than four times in a row: a loop, which people do not say."""
    said = [plain(word.text) for word in words]
    lengths = range(1, LONGEST_PHRASE + 1)
    return any(_repetitions(said, at, length) >= MOST_REPETITIONS for length in lengths for at in range(len(said)))


def without_loops(words: Sequence[Word]) -> list[Word]:
    """The words, of each loop only the first round: of a phrase that comes more than four times in a row, a short one more than ten."""
    kept = list(words)
    said = [plain(word.text) for word in words]
    for length in range(1, LONGEST_PHRASE + 1):
        most = MOST_SHORT_REPETITIONS if length <= SHORT_PHRASE else MOST_REPETITIONS
        at = 0
        while at + length < len(said):
            rounds = _repetitions(said, at, length)
            if rounds >= most:
                repeated = slice(at + length, at + length + rounds * length)
                del kept[repeated], said[repeated]
            at += 1
    return kept


def without_echoes(words: Sequence[Word]) -> list[Word]:
    """The words, without a phrase that is said again in no time: what a decoder repeats after the last it heard has no sound, and the
    alignment squeezes it into what is left (ten words in 0.02 s)."""
    kept = list(words)
    said = [plain(word.text) for word in words]
    at = 0
    while at < len(kept):
        for length in range(ECHO_WORDS, (len(kept) - at) // 2 + 1):
            echo = slice(at + length, at + 2 * length)
            if said[at : at + length] == said[echo] and kept[echo][-1].end - kept[echo][0].start < length * SHORTEST_WORD_SECONDS:
                del kept[echo], said[echo]
                break
        at += 1
    return kept


def _repetitions(said: Sequence[str], at: int, length: int) -> int:
    """How often a phrase is said again right after it. A round that is broken off may be the beginning of what follows."""
    end = at + length
    while end < len(said) and said[end] == said[end - length]:
        end += 1
    return (end - at) // length - 1


def repeats(words: Sequence[Word], near: Sequence[Word]) -> bool:
    """Whether `words` stand in `near` already, word for word: then a second decoding heard the same speech again."""
    said = [plain(word.text) for word in words]
    heard = [plain(word.text) for word in near]
    return any(heard[i : i + len(said)] == said for i in range(len(heard) - len(said) + 1))


def plain(text: str) -> str:
    """A text as it is compared: without case, punctuation and spaces, but with the marks that are vowels in many scripts."""
    return "".join(one for one in text.casefold() if unicodedata.category(one)[0] in "LMN")
