"""What cues break of the rules, found by a program that knows nothing of ours: the rules are written out again, from the style guides
that `rules.py` names, times are exact fractions, and what was said comes from the words themselves.

    python -m tests.subtitles.checker talk.en.srt --rules netflix --language en [--rate 24000/1001] [--words talk.en.json]
        [--report talk.en.report.json]

looks at a SubRip file: with the program's JSON also at how it fits what is said when, with its report also at what that leaves out.
"""

import argparse
import json
import math
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise, zip_longest
from pathlib import Path
from typing import NamedTuple

from .texts import subrip

OF_SOUND = frozenset({"off_sound", "lingers", "cut_off", "silence"})
"""What can only be judged with the times of words."""


class Spoken(NamedTuple):
    """Whole milliseconds."""

    start: int
    end: int
    text: str


class Shown(NamedTuple):
    """The same of a cue."""

    start: int
    end: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Guide:
    """A style guide. Widths in columns, of which a Chinese character takes two; times in seconds."""

    columns: dict[str, int]
    characters: dict[str, int]
    """A second; of Chinese, Japanese and Korean full-width ones."""
    words: int | None
    """A minute, in languages with spaces."""
    shortest: Fraction
    gap_frames: int
    shut: Fraction
    off: Fraction
    linger: Fraction
    rest: int = 42
    """Columns in other languages."""


FULL = ("zh", "ja", "ko")
SPEEDS = {"en": 20, "zh": 11, "ja": 7, "ko": 14}
GUIDES = {
    "netflix": Guide(
        {"zh": 32, "ko": 32, "ja": 26, "ru": 39, "th": 35},
        {**SPEEDS, "ar": 20, "hi": 22},
        None,
        Fraction("0.833"),
        2,
        Fraction(1, 2),
        Fraction(0),
        Fraction(1, 2),
    ),
    "bbc": Guide({}, SPEEDS, 180, Fraction("0.3"), 0, Fraction(1), Fraction("1.5"), Fraction("1.5"), rest=37),
    "plain": Guide({}, SPEEDS, None, Fraction("0.833"), 2, Fraction(0), Fraction(0), Fraction(1, 2)),
}
OTHERS = 17
"""Characters a second in the other languages."""
LINES = 2
LONGEST, HELD = Fraction(7), Fraction("0.833")
LONGEST_SILENCE_MILLISECONDS = 1000
NEAR_SHOT, NEARER_SHOT = Fraction("0.5"), Fraction("0.292")
ARTICLES = {
    "en": "a an the my your our their of with from and because mr mrs",
    "de": "der dem den des ein eine einen einem und weil mit von herr frau",
    "fr": "le la les un une des du de et avec dans pour monsieur",
    "es": "el la los las un una y de con para porque señor",
    "ru": "и в на с не из что для",
    "ar": "في من على إلى عن أن لا لم",
}
"""Some of the words that no line may end with."""


def width(text: str) -> int:
    """Columns."""
    return sum(
        0 if unicodedata.category(letter) in ("Mn", "Me", "Cf") else 1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text
    )


class Checker:
    """Judges cues by one guide, in one language, on frames of one rate (None: without a picture)."""

    def __init__(self, rules: str, language: str, rate: Fraction | None, shots: Sequence[float] = ()) -> None:
        self.guide, self.language, self.counted = GUIDES[rules], language, rate is not None
        self.rate = rate or Fraction(1000)
        self.cuts = [math.floor(Fraction(round(shot * 1000)) * self.rate / 1000 + Fraction(1, 2)) for shot in shots]
        self.gap = self._frames(self.guide.gap_frames)

    def broken(self, cues: Sequence[Shown], words: Sequence[Spoken] | None) -> set[tuple[int, str]]:
        """The rules that each cue breaks, with its number from 1. Raises `ValueError` where the cues are not what was said."""
        said = told(cues, words) if words is not None else [None] * len(cues)
        found = set()
        for number, cue in enumerate(cues, 1):
            following = cues[number] if number < len(cues) else None
            found |= {(number, rule) for rule in (*self._of_text(cue), *self._of_times(cue, following))}
            heard = said[number - 1]
            if heard is not None:
                found |= {(number, rule) for rule in self._of_sound(cue, following, heard)}
        return found

    def unjudged(self, cues: Sequence[Shown], words: Sequence[Spoken]) -> set[tuple[int, str]]:
        """What `broken` can't tell: how cues that begin or end within a word fit their sound."""
        return {(number, rule) for number, heard in enumerate(told(cues, words), 1) if heard is None for rule in OF_SOUND}

    def dangling(self, cues: Sequence[Shown], words: Sequence[Spoken]) -> set[int]:
        """Cues a line of which ends with an article or the like, though the next word follows at once."""
        found = set()
        bad = ARTICLES.get(self.language, "").split()
        starts = iter(_letters(words))
        at = [(number, line, next(starts)) for number, cue in enumerate(cues, 1) for line in cue.lines for _ in range(len(_bare(line)))]
        for (number, line, before), (_, other, after) in pairwise(at):
            if other is not line and before is not after and after.start - before.end < 500 and line.split()[-1].lower() in bad:
                found.add(number)
        return found

    def _of_text(self, cue: Shown) -> Iterator[str]:
        if len(cue.lines) > LINES:
            yield "many_lines"
        if max(map(width, cue.lines)) > self.guide.columns.get(self.language, self.guide.rest):
            yield "wide_line"

    def _of_times(self, cue: Shown, following: Shown | None) -> Iterator[str]:
        start, end = self._frame(cue.start), self._frame(cue.end)
        if any(self._time(frame) != time for frame, time in ((start, cue.start), (end, cue.end))):
            yield "off_frame"
        shown = end - start
        if shown < math.ceil(self.guide.shortest * self.rate):
            yield "too_short"
        if shown > LONGEST * self.rate:
            yield "too_long"
        if self._reading_milliseconds(cue.lines) > self._time(shown):
            yield "too_fast"
        if following is None:
            return
        gap = self._frame(following.start) - end
        if gap < 0:
            yield "overlap"
        elif gap < self.gap:
            yield "gap"
        elif self.gap < gap < self.guide.shut * self.rate:
            yield "open_gap"

    def _of_sound(self, cue: Shown, following: Shown | None, said: Sequence[Spoken]) -> Iterator[str]:
        start, end = self._frame(cue.start), self._frame(cue.end)
        heard = math.floor(said[0].start * self.rate / 1000 + Fraction(1, 2))
        over = math.ceil(said[-1].end * self.rate / 1000)
        if abs(start - heard) > max(self._frames(2), math.floor(self.guide.off * self.rate)) and not self._with_shot(start, heard):
            yield "off_sound"
        latest = max(over + math.floor(self.guide.linger * self.rate), start + math.ceil(max(HELD, self.guide.shortest) * self.rate))
        closes_a_gap = (
            following is not None
            and self._frame(following.start) - end == self.gap
            and end - latest < math.ceil(self.guide.shut * self.rate)
        )
        if end > latest and not closes_a_gap:
            yield "lingers"
        # A gap must be somewhere, and speech that reaches a little into another shot may be left to it.
        before_a_shot = end + self.gap in self.cuts and over - end <= self._nearest(NEARER_SHOT) + self.gap
        if over - end > self.gap + 1 and not before_a_shot:
            yield "cut_off"
        if any(after.start - before.end > LONGEST_SILENCE_MILLISECONDS for before, after in pairwise(said)):
            yield "silence"

    def _with_shot(self, start: int, heard: int) -> bool:
        """Netflix: what begins up to 7 frames before a shot, or up to 11 behind, comes with it; 8 to 11 before it, 12 before it."""
        near, nearer = self._nearest(NEAR_SHOT), self._nearest(NEARER_SHOT)
        return any(
            (start == cut and cut - nearer <= heard < cut + near) or (start == max(0, cut - near) and cut - near < heard < cut - nearer)
            for cut in self.cuts
        )

    def _reading_milliseconds(self, lines: Sequence[str]) -> Fraction:
        if self.guide.words and self.language not in ("zh", "ja", "th"):
            return Fraction(60_000 * sum(len(line.split()) for line in lines), self.guide.words)
        characters = Fraction(sum(map(width, lines)), 2 if self.language in FULL else 1)
        return characters * 1000 / self.guide.characters.get(self.language, OTHERS)

    def _frames(self, count: int) -> int:
        return count if self.counted else count * 1000 // 24

    def _nearest(self, seconds: Fraction) -> int:
        return math.floor(seconds * self.rate + Fraction(1, 2))

    def _frame(self, milliseconds: int) -> int:
        return math.floor(milliseconds * self.rate / 1000 + Fraction(1, 2))

    def _time(self, frame: int) -> int:
        return math.floor(frame * 1000 / self.rate)


def told(cues: Sequence[Shown], words: Sequence[Spoken]) -> list[list[Spoken] | None]:
    """The words of each cue; None where it begins or ends within a word, whose time is then not known. Raises `ValueError` where the cues
    are not all that was said, once each, in its order."""
    said = list(_letters(words))
    shown = "".join(_bare(line) for cue in cues for line in cue.lines)
    if shown != "".join(_bare(word.text) for word in words):
        raise ValueError("the cues are not what was said")
    found: list[list[Spoken] | None] = []
    at = 0
    for cue in cues:
        length = sum(len(_bare(line)) for line in cue.lines)
        of_cue = said[at : at + length]
        within = (at > 0 and said[at - 1] is of_cue[0]) or (at + length < len(said) and said[at + length] is of_cue[-1])
        found.append(None if within else [word for i, word in enumerate(of_cue) if i == 0 or of_cue[i - 1] is not word])
        at += length
    return found


def in_order(words: Sequence[tuple[float, float, str]]) -> list[Spoken]:
    """Words as they can have been said: none begins before the one before it, none ends after the next one begins. What begins within a
    letter goes with the word before it, and so does punctuation, which is no sound. Times in seconds."""
    found: list[Spoken] = []
    starts = accumulate((round(start * 1000) for start, _, _ in words), max)
    sane = [Spoken(start, max(start, round(end * 1000)), text) for start, (_, end, text) in zip(starts, words, strict=True)]
    for word, following in zip_longest(sane, sane[1:]):
        end = word.end if following is None else min(word.end, following.start)
        within = unicodedata.category(word.text[0]).startswith("M") or word.text[0] == "ำ"
        if found and (within or all(unicodedata.category(letter) in ("Pe", "Pf", "Po") for letter in word.text)):
            before = found[-1]
            found[-1] = Spoken(before.start, end if within or before.end >= word.start else before.end, before.text + word.text)
        else:
            found.append(Spoken(word.start, end, word.text))
    return found


def _letters(words: Sequence[Spoken]) -> Iterator[Spoken]:
    """The word of each letter, each an object of its own."""
    for word in words:
        yield from [Spoken(*word)] * len(_bare(word.text))


def _bare(text: str) -> str:
    return "".join(text.split())


def main(arguments: Sequence[str], tell: Callable[[str], object]) -> int:
    """Checks a file; 1 where something is wrong that its report leaves out."""
    parser = argparse.ArgumentParser(prog="checker")
    parser.add_argument("srt", type=Path)
    parser.add_argument("--rules", choices=GUIDES, default="plain")
    parser.add_argument("--language", default="en")
    parser.add_argument("--rate", type=Fraction)
    parser.add_argument("--words", type=Path)
    parser.add_argument("--report", type=Path)
    asked = parser.parse_args(arguments)
    cues = [
        Shown(round(start * 1000), round(end * 1000), tuple(text.split("\n"))) for start, end, text in subrip(asked.srt.read_text("utf-8"))
    ]
    words = None
    if asked.words:
        segments = json.loads(asked.words.read_text("utf-8"))["segments"]
        words = in_order([(word["start"], word["end"], word["word"]) for segment in segments for word in segment["words"]])
    checker = Checker(asked.rules, asked.language, asked.rate)
    broken = checker.broken(cues, words)
    if words is not None:
        broken |= {(number, "break") for number in checker.dangling(cues, words)}
    told_of = {(one["cue"], one["rule"]) for one in json.loads(asked.report.read_text("utf-8"))["problems"]} if asked.report else set()
    unreported = sorted(broken - told_of)
    # Which breaks are bad is a matter of many more words than are known here.
    unfounded = sorted(one for one in told_of - broken if one[1] != "break" and (words is not None or one[1] not in OF_SOUND))
    tell(f"{len(cues)} cues, {len(broken | told_of)} violations, {len(told_of)} reported\n")
    tell(f"{len(unreported)} not reported: {unreported}\n{len(unfounded)} reported, but none: {unfounded}\n")
    return 1 if unreported or unfounded else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdout.write))
