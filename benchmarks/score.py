"""How well a transcript tells what was said, and when. Pure functions: no files, no clocks; the same figures for the same input."""

import random
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

PAUSE_SECONDS = 0.3
"""A sentence starts after a pause from there on, else in running speech."""
OUTSIDE_SECONDS = 0.5
"""A word that far from all speech was invented."""
RESAMPLES = 1000

UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen""".split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}
SPELLINGS = {"neighbor": "neighbour", "neighbors": "neighbours", "harbor": "harbour", "gray": "grey", "theater": "theatre"}
"""American spellings of words that the scripts have."""

Script = Sequence[tuple[float, float, str]]
Segments = Sequence[Mapping[str, Any]]
"""In openai-whisper's layout: start, end, text; words, where there are any, each with start, end, word. In seconds."""


@dataclass(frozen=True)
class Heard:
    """A word of a transcript, as it is compared. Times are there for the first and last word of what has times, a word or a segment."""

    word: str
    start: float | None
    end: float | None
    within: tuple[float, float]
    """Start and end of the word, or else of its segment."""


@dataclass(frozen=True)
class Spread:
    """How large errors are (seconds), and of how many they are known."""

    count: int
    median: float
    high: float
    """The 95th percentile."""


@dataclass(frozen=True)
class Score:
    words: int
    """That were said."""
    substitutions: int
    deletions: int
    insertions: int
    interval: tuple[float, float]
    """Within which the word error rate (percent) lies with 95 %, by resampling sentences."""
    invented: int
    """Words where nobody speaks."""
    sentences: int
    after_pause: Spread
    """Of the onsets of sentences after a pause."""
    running: Spread
    """Of the onsets of other sentences."""
    ends: Spread
    longest_cue: float
    """Seconds."""

    @property
    def errors(self) -> int:
        """Of all three kinds."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def wer(self) -> float:
        """Word error rate in percent."""
        return 100 * self.errors / max(1, self.words)

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def score(script: Script, segments: Segments, cues: Sequence[tuple[float, float]]) -> Score:
    """Holds a transcript against the script. `cues` are the start and end of each subtitle."""
    said = [(word, number) for number, (_, _, text) in enumerate(script) for word in plain(text)]
    heard = heard_words(segments)
    pairs = aligned([word for word, _ in said], [one.word for one in heard])
    counts = [[0, 0, 0] for _ in script] or [[0, 0, 0]]
    sentence = 0
    for i, j in pairs:
        if i is not None:
            sentence = said[i][1]
        if i is None:
            counts[sentence][2] += 1
        elif j is None:
            counts[sentence][1] += 1
        elif said[i][0] != heard[j].word:
            counts[sentence][0] += 1
    substitutions, deletions, insertions = (sum(kind) for kind in zip(*counts, strict=True))
    lengths = [0] * len(counts)
    for _, number in said:
        lengths[number] += 1
    after_pause, running, ends = _off(script, said, heard, pairs)
    return Score(
        words=len(said),
        substitutions=substitutions,
        deletions=deletions,
        insertions=insertions,
        interval=_interval([sum(one) for one in counts], lengths),
        invented=invented(script, heard),
        sentences=len(script),
        after_pause=spread(after_pause),
        running=spread(running),
        ends=spread(ends),
        longest_cue=max((end - start for start, end in cues), default=0.0),
    )


def plain(text: str) -> list[str]:
    """Words as they are compared: lower case, without punctuation, numbers as they are said, British spelling."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower())
    words = re.sub(r"[^a-z0-9]+", " ", re.sub(r"(?<=[a-z])['’](?=[a-z])", "", text)).split()
    return [part for word in words for part in _said(SPELLINGS.get(word, word))]


def errors(said: list[str], heard: list[str]) -> int:
    """Levenshtein's distance in words."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        before, row = row, [i]
        for j, other in enumerate(heard):
            row.append(min(before[j] + (word != other), before[j + 1] + 1, row[j] + 1))
    return row[-1]


def aligned(said: Sequence[str], heard: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """The indexes of words that belong together, in order, with the fewest errors; None: deleted or inserted."""
    rows = [bytearray(len(heard) + 1)]
    costs = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        before, costs = costs, [i]
        steps = bytearray(len(heard) + 1)  # 0: both, 1: a deletion, 2: an insertion
        for j, other in enumerate(heard, 1):
            both, deleted, inserted = before[j - 1] + (word != other), before[j] + 1, costs[j - 1] + 1
            least = min(both, deleted, inserted)
            costs.append(least)
            steps[j] = 0 if both == least else 1 if deleted == least else 2
        rows.append(steps)
    pairs: list[tuple[int | None, int | None]] = []
    i, j = len(said), len(heard)
    while i or j:
        step = 2 if i == 0 else 1 if j == 0 else rows[i][j]
        i, j = i - (step != 2), j - (step != 1)
        pairs.append((i if step != 2 else None, j if step != 1 else None))
    return pairs[::-1]


def heard_words(segments: Segments) -> list[Heard]:
    """The words of a transcript. Without word times, the first and last of a segment have its times."""
    found = []
    for segment in segments:
        timed = segment.get("words") or [{"word": segment["text"], "start": segment["start"], "end": segment["end"]}]
        # What is written together is compared together: "14" and "th" are one word.
        together: list[list[Any]] = []
        for word in timed:
            if together and not word["word"].startswith(" "):
                together[-1][0] += word["word"]
                together[-1][2] = word["end"]
            else:
                together.append([word["word"], word["start"], word["end"]])
        for text, start, end in together:
            parts = plain(text)
            for number, part in enumerate(parts):
                first, last = number == 0, number == len(parts) - 1
                found.append(Heard(part, start if first else None, end if last else None, (start, end)))
    return found


def invented(script: Script, heard: Sequence[Heard]) -> int:
    """Words whose time, or whose segment's, touches no speech."""
    spans = [(start - OUTSIDE_SECONDS, end + OUTSIDE_SECONDS) for start, end, _ in script]
    return sum(not any(start <= one.within[1] and one.within[0] <= end for start, end in spans) for one in heard)


def spread(values: Sequence[float]) -> Spread:
    """Median and 95th percentile of absolute values; 0 where there are none."""
    if not values:
        return Spread(0, 0.0, 0.0)
    ordered = sorted(abs(value) for value in values)
    return Spread(len(ordered), statistics.median(ordered), ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))])


def _off(
    script: Script, said: list[tuple[str, int]], heard: list[Heard], pairs: list[tuple[int | None, int | None]]
) -> tuple[list[float], list[float], list[float]]:
    """How late (seconds) the first words of sentences start after a pause and in running speech, and how late the last words end: of
    those that were heard right and have times."""
    after_pause: list[float] = []
    running: list[float] = []
    ends: list[float] = []
    for i, j in pairs:
        if i is None or j is None or said[i][0] != heard[j].word:
            continue
        number = said[i][1]
        onset, end, _ = script[number]
        start = heard[j].start
        if start is not None and (i == 0 or said[i - 1][1] != number):
            pause = onset - max((one[1] for one in script[:number]), default=-PAUSE_SECONDS)
            (after_pause if pause >= PAUSE_SECONDS else running).append(start - onset)
        stop = heard[j].end
        if stop is not None and (i == len(said) - 1 or said[i + 1][1] != number):
            ends.append(stop - end)
    return after_pause, running, ends


def _interval(wrong: Sequence[int], lengths: Sequence[int]) -> tuple[float, float]:
    chance = random.Random(1)  # noqa: S311 - not for secrets
    rates = []
    for _ in range(RESAMPLES):
        drawn = chance.choices(range(len(wrong)), k=len(wrong))
        rates.append(100 * sum(wrong[i] for i in drawn) / max(1, sum(lengths[i] for i in drawn)))
    rates.sort()
    return rates[int(0.025 * RESAMPLES)], rates[int(0.975 * RESAMPLES)]


def _said(word: str) -> list[str]:
    if match := re.fullmatch(r"(\d+)(st|nd|rd|th)", word):
        *rest, last = _number(int(match[1]))
        return [*rest, ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")]
    if word.isdecimal() and len(word) <= 6:
        return _number(int(word))
    return [word]


def _number(value: int) -> list[str]:
    """A number below a million in words; from 1100 to 1999 as years are said."""
    if value < 20:
        return [UNITS[value]]
    if value < 100:
        return [TENS[value // 10], *(_number(value % 10) if value % 10 else [])]
    if value < 1000 or 1100 <= value < 2000:
        rest = _number(value % 100) if value % 100 else []
        if value >= 1000 and rest:
            return [*_number(value // 100), *(["oh"] if value % 100 < 10 else []), *rest]
        return [*_number(value // 100), "hundred", *rest]
    return [*_number(value // 1000), "thousand", *(_number(value % 1000) if value % 1000 else [])]
