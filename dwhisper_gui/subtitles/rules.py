"""What subtitles must keep to: sets of rules by name, and what they come to in one language.

Sources: Netflix's Timed Text Style Guides (partnerhelp.netflixstudios.com: General Requirements, Subtitle Timing Guidelines, and the
guide of each language, for adults; for Chinese, Japanese and Korean the speed of subtitles in the language spoken, since that is what a
transcript is), and the BBC's Subtitle Guidelines
(www.bbc.co.uk/accessibility/forproducts/guides/subtitles).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from dwhisper_gui.core.errors import RulesUnknown
from dwhisper_gui.subtitles.cells import cells

FULL_WIDTH = 2
"""Cells of a Chinese, Japanese or Korean character (see `cells.py`)."""

UNSPACED = frozenset("bo ja km lo my th yue zh".split())
"""Languages written without spaces between words: speed is never counted in words."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a text may be read: so many characters a second, or words a minute."""

    most: float
    words: bool = False
    cells: int = 1
    """Of one character; a narrower one counts as a part of one."""

    def amount(self, lines: Iterable[str]) -> float:
        """How many characters or words a text has; the end of a line is no character."""
        return sum(len(line.split()) if self.words else cells(line) / self.cells for line in lines)

    def milliseconds(self, amount: float) -> float:
        """The least time for so many of them."""
        return amount * (60_000 if self.words else 1000) / self.most

    def needed(self, lines: Iterable[str]) -> int:
        """The least time for a text, in whole milliseconds."""
        return math.ceil(self.milliseconds(self.amount(lines)))

    def of(self, lines: Iterable[str], milliseconds: int) -> float:
        """How fast a text is that is shown for so long, in the same measure as `most`."""
        return self.amount(lines) * (60_000 if self.words else 1000) / milliseconds


@dataclass(frozen=True, slots=True)
class Rules:
    """Times in seconds; a line's length in cells (`cells.py`); by language: the codes of `contract.LANGUAGES`."""

    name: str
    line_cells: int = 42
    line_cells_by_language: Mapping[str, int] = field(default_factory=dict)
    lines: int = 2
    shortest: float = 0.833
    held: float = 0.833
    """A cue whose words are shorter stays for so long where there is room."""
    longest: float = 7.0
    speed: float = 17.0
    """Characters a second."""
    speed_by_language: Mapping[str, float] = field(default_factory=dict)
    words_a_minute: float | None = None
    """In languages that put spaces between words this counts instead of `speed`."""
    gap_frames: int = 2
    """At least so many between two cues, so that the eye sees the change."""
    shut: float = 0.0
    """A gap shorter than this is shut to `gap_frames`."""
    off_frames: int = 2
    """A cue comes at most so many frames before or after its sound,"""
    off: float = 0.0
    """or so long."""
    linger: float = 0.5
    """A cue goes at most so long after its sound, save to reach `shortest` or to shut a gap."""
    longest_silence: float = 1.0
    """A cue never spans a longer one between two words."""

    def cells_of(self, language: str) -> int:
        """How long a line may be."""
        return self.line_cells_by_language.get(language, self.line_cells)

    def pace_of(self, language: str) -> Pace:
        """How fast a text may be."""
        if self.words_a_minute is not None and language not in UNSPACED:
            return Pace(self.words_a_minute, words=True)
        most = self.speed_by_language.get(language, self.speed)
        return Pace(most, cells=FULL_WIDTH if language in _FULL_WIDTH_SPEEDS else 1)


_FULL_WIDTH_SPEEDS = {"zh": 11.0, "yue": 11.0, "ja": 7.0, "ko": 14.0}
"""Full-width characters a second; a half-width one counts as half of one."""
_SPEEDS = {"en": 20.0, **_FULL_WIDTH_SPEEDS}
_NETFLIX_SPEEDS = {**_SPEEDS, "ar": 20.0, "hi": 22.0}
_NETFLIX_CELLS = {"ru": 39, "th": 35, "zh": 16 * FULL_WIDTH, "yue": 16 * FULL_WIDTH, "ko": 16 * FULL_WIDTH, "ja": 13 * FULL_WIDTH}

PLAIN = Rules("plain", speed_by_language=_SPEEDS)
NETFLIX = Rules("netflix", line_cells_by_language=_NETFLIX_CELLS, speed_by_language=_NETFLIX_SPEEDS, shut=0.5)
BBC = Rules(
    "bbc",
    line_cells=37,
    # About 0.3 s a word, and there is no cue without a word.
    shortest=0.3,
    speed_by_language=_SPEEDS,
    words_a_minute=180.0,
    gap_frames=0,
    shut=1.0,
    off=1.5,
    linger=1.5,
)

RULE_SETS: dict[str, Rules] = {rules.name: rules for rules in (NETFLIX, BBC, PLAIN)}
DEFAULT = PLAIN


def rules_named(name: str) -> Rules:
    """The rules of that name, in capitals or not. Raises `RulesUnknown`, which tells the nearest."""
    wanted = name.strip().lower()
    if wanted not in RULE_SETS:
        (near,) = get_close_matches(wanted, RULE_SETS, 1, 0.0)
        raise RulesUnknown(rules=name, near=near, known=", ".join(RULE_SETS))
    return RULE_SETS[wanted]
