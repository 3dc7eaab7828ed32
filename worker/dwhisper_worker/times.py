"""Where words lie in time: what the alignment says, held against what the VAD heard. Pure functions.

Attention places words within some tenths of a second and smears the first and last word of a phrase over the silence beside it; the
VAD knows when sound begins and ends, but not which word it is. Together they know both."""

from collections.abc import Sequence
from dataclasses import replace

from dwhisper_worker.contract import Segment, Span, Word
from dwhisper_worker.engines.engine import Decoded
from dwhisper_worker.guards import compression_ratio

SNAP_SECONDS = 0.5
"""A first or last word moves at most this far to reach the edge of its stretch of speech."""
LEAST_WORD_SECONDS = 0.02
LONGEST_ALONE_SECONDS = 0.6
"""Of a word where the VAD hears nobody."""
SENTENCE_ENDS = tuple(".?!。！？…।؟")
CLOSING = "\"'”’)]»"
ABBREVIATIONS = frozenset(
    "mr. mrs. ms. dr. prof. st. rev. gen. col. capt. lt. sgt. sen. rep. gov. hon. vs. no. fig. e.g. i.e. cf. ca.".split()
)
"""After these a sentence goes on; so it does after an initial (“J.”)."""
SENTENCE_PAUSE_SECONDS = 1.0


def placed(words: Sequence[Word], clip: Span, stretches: Sequence[Span]) -> list[Word]:
    """Words of a clip (times from its start) in the medium's time: inside the clip, in order, each inside the stretch of speech it
    overlaps most, the first and last of a stretch at its edges."""
    moved = []
    at = clip.start
    for word in words:
        start = min(max(at, clip.start + word.start), clip.end)
        end = min(max(start, clip.start + word.end), clip.end)
        moved.append(replace(word, start=start, end=end))
        at = start
    homes = [_home(word, stretches) for word in moved]
    for i, home in enumerate(homes):
        word = moved[i]
        if home is None:
            # Of a word as long as that the alignment knows one edge: the one beside the rest of its sentence.
            if word.end - word.start > LONGEST_ALONE_SECONDS:
                if begins_sentence(words, i):
                    moved[i] = replace(word, start=word.end - LONGEST_ALONE_SECONDS)
                elif i == len(words) - 1 or ends_sentence(word):
                    moved[i] = replace(word, end=word.start + LONGEST_ALONE_SECONDS)
            continue
        start, end = max(word.start, home.start), min(word.end, home.end)
        if (i == 0 or homes[i - 1] != home) and start - home.start <= SNAP_SECONDS:
            start = home.start
        if (i == len(homes) - 1 or homes[i + 1] != home) and home.end - end <= SNAP_SECONDS:
            end = home.end
        moved[i] = replace(word, start=start, end=end)
    return in_order(moved, clip)


def _home(word: Word, stretches: Sequence[Span]) -> Span | None:
    overlaps = [(min(word.end, span.end) - max(word.start, span.start), span) for span in stretches]
    best = max(overlaps, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] > 0 else None


def in_order(words: Sequence[Word], clip: Span) -> list[Word]:
    """Times rounded to milliseconds, none before the last word's end, none empty where there is room."""
    found: list[Word] = []
    at = clip.start
    for i, word in enumerate(words):
        start = max(at, word.start)
        following = max(start, words[i + 1].start) if i + 1 < len(words) else clip.end
        end = min(max(word.end, start + LEAST_WORD_SECONDS), max(following, start), clip.end)
        found.append(replace(word, start=round(start, 3), end=round(max(start, end), 3)))
        at = max(start, end)
    return found


def segments(words: Sequence[Word], decoded: Decoded) -> list[Segment]:
    """Words as sentences: a segment ends at punctuation that ends a sentence, or before a pause of a second."""
    found = []
    current: list[Word] = []
    ratio = compression_ratio(decoded.text) if words else 0.0
    for i, word in enumerate(words):
        current.append(word)
        last = i + 1 == len(words)
        if last or ends_sentence(word) or words[i + 1].start - word.end >= SENTENCE_PAUSE_SECONDS:
            found.append(
                Segment(
                    start=current[0].start,
                    end=current[-1].end,
                    text="".join(one.text for one in current),
                    words=tuple(current),
                    mean_log_probability=round(decoded.mean_log_probability, 4),
                    no_speech_probability=round(decoded.no_speech_probability, 4),
                    compression_ratio=round(ratio, 3),
                    temperature=decoded.temperature,
                )
            )
            current = []
    return found


def begins_sentence(words: Sequence[Word], at: int) -> bool:
    """Whether a sentence begins with the word at that place, as far as the words before it tell."""
    return at == 0 or ends_sentence(words[at - 1])


def ends_sentence(word: Word) -> bool:
    """Whether a sentence ends with this word."""
    text = word.text.strip().rstrip(CLOSING)
    initial = len(text) == 2 and text[0].isalpha() and text[0].isupper()
    return text.endswith(SENTENCE_ENDS) and not initial and text.casefold() not in ABBREVIATIONS
