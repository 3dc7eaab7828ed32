"""What cues break of the rules.

Judged by what is written in the end, not by how it was made, so that whatever the layout could not mend is found here.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from dwhisper_gui.core.errors import N_
from dwhisper_gui.subtitles import binding, breaks
from dwhisper_gui.subtitles.cells import cells
from dwhisper_gui.subtitles.cues import Cue
from dwhisper_gui.subtitles.frames import FrameRate, Frames
from dwhisper_gui.subtitles.pieces import Piece
from dwhisper_gui.subtitles.rules import Rules
from dwhisper_gui.subtitles.timing import Limits, milliseconds
from dwhisper_gui.subtitles.words import WORDS

KINDS = {
    "too_fast": N_("too fast to read"),
    "too_short": N_("too short"),
    "too_long": N_("too long"),
    "wide_line": N_("a line too wide"),
    "many_lines": N_("too many lines"),
    "overlap": N_("overlaps the next"),
    "gap": N_("too near to the next"),
    "open_gap": N_("a gap that ought to be shut"),
    "off_frame": N_("between two frames"),
    "off_sound": N_("does not come with its sound"),
    "lingers": N_("stays too long after its sound"),
    "cut_off": N_("goes before its sound is over"),
    "silence": N_("spans a silence"),
    "break": N_("parts words that belong together"),
}
"""What can be wrong with a cue; `Problem.rule` is one of them."""

_SECONDS = N_("s")
_COLUMNS = N_("columns")
_LINES = N_("lines")
_CHARACTERS_A_SECOND = N_("characters a second")
_WORDS_A_MINUTE = N_("words a minute")
_MEASURED = N_("{kind}: {value:g} {unit}, where {limit:g} is the limit")
_SHOWN = N_("{kind}: {where}")

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Problem:
    """A cue (by its number, from 1), what is wrong with it, and how far it is off."""

    cue: int
    rule: str
    value: float
    limit: float
    unit: str
    where: str = ""
    """The words concerned, of a break."""

    def sentence(self, translate: Translate = str) -> str:
        """For people."""
        kind = translate(KINDS[self.rule])
        if self.where:
            return translate(_SHOWN).format(kind=kind, where=self.where)
        return translate(_MEASURED).format(kind=kind, value=self.value, unit=translate(self.unit), limit=self.limit)


def problems(cues: Sequence[Cue], rules: Rules, frame_rate: FrameRate | None, language: str, shots: Sequence[float] = ()) -> list[Problem]:
    """Everything in these cues that is against the rules, in their order. Where shots are given, a cue may come and go with them, as far
    from its sound as `timing.py` says."""
    frames = Frames.of(frame_rate)
    judge = _Judge(rules, Limits.of(rules, frames), language, frozenset(frames.nearest(milliseconds(shot)) for shot in shots))
    found = [
        Problem(number, *wrong)
        for number, (cue, following) in enumerate(zip_longest(cues, cues[1:]), 1)
        for wrong in (*judge.text(cue), *judge.times(cue, following), *judge.sound(cue, following))
    ]
    found += [Problem(number, *wrong) for number, wrong in _breaks(cues, language)]
    return sorted(found, key=lambda problem: problem.cue)


def counted(found: Sequence[Problem], translate: Translate = str) -> str:
    """How many of which kind: “2 too fast to read, 1 too short”; the most frequent first."""
    kinds = Counter(one.rule for one in found)
    return ", ".join(f"{count} {translate(KINDS[rule])}" for rule, count in kinds.most_common())


_Found = tuple[str, float, float, str] | tuple[str, float, float, str, str]


@dataclass(frozen=True, slots=True)
class _Judge:
    rules: Rules
    limits: Limits
    language: str
    cuts: frozenset[int]

    def text(self, cue: Cue) -> Iterator[_Found]:
        widest, room = max(map(cells, cue.lines), default=0), self.rules.cells_of(self.language)
        if widest > room:
            yield "wide_line", widest, room, _COLUMNS
        if len(cue.lines) > self.rules.lines:
            yield "many_lines", len(cue.lines), self.rules.lines, _LINES

    def times(self, cue: Cue, following: Cue | None) -> Iterator[_Found]:
        frames, limits = self.limits.frames, self.limits
        start, end = self._frames_of(cue)
        shown = end - start
        if any(frames.milliseconds(frames.nearest(milliseconds(time))) != milliseconds(time) for time in (cue.start, cue.end)):
            yield "off_frame", cue.start, self._seconds(start), _SECONDS
        if shown < limits.shortest:
            yield "too_short", self._seconds(shown), self.rules.shortest, _SECONDS
        if shown > limits.longest:
            yield "too_long", self._seconds(shown), self.rules.longest, _SECONDS
        pace = self.rules.pace_of(self.language)
        if shown < frames.up(pace.needed(cue.lines)):
            speed = pace.of(cue.lines, max(1, frames.milliseconds(shown)))
            yield "too_fast", math.ceil(speed * 10) / 10, pace.most, _WORDS_A_MINUTE if pace.words else _CHARACTERS_A_SECOND
        if following is None:
            return
        gap = self._frames_of(following)[0] - end
        if gap < 0:
            yield "overlap", self._seconds(-gap), 0.0, _SECONDS
        elif gap < limits.gap:
            yield "gap", self._seconds(gap), self._seconds(limits.gap), _SECONDS
        elif limits.gap < gap < limits.shut:
            yield "open_gap", self._seconds(gap), self._seconds(limits.gap), _SECONDS

    def sound(self, cue: Cue, following: Cue | None) -> Iterator[_Found]:
        words = [word for line in cue.words for word in line]
        if not words:
            return
        frames, limits = self.limits.frames, self.limits
        start, end = self._frames_of(cue)
        heard, over = frames.nearest(milliseconds(words[0].start)), frames.up(milliseconds(words[-1].end))
        if abs(start - heard) > limits.off and not self._with_shot(start, heard):
            yield "off_sound", self._seconds(abs(start - heard)), self._seconds(limits.off), _SECONDS
        latest = max(over + limits.linger, start + limits.held)
        shuts = following is not None and self._frames_of(following)[0] - end == limits.gap and end - latest < limits.shut
        if end > latest and not shuts:
            yield "lingers", self._seconds(end - over), self.rules.linger, _SECONDS
        if end < over - limits.gap - 1 and not (end + limits.gap in self.cuts and over - end <= limits.nearer_shot + limits.gap):
            yield "cut_off", self._seconds(over - end), self._seconds(limits.gap), _SECONDS
        silence = max((after.start - before.end for before, after in pairwise(words)), default=0.0)
        if milliseconds(silence) > milliseconds(self.rules.longest_silence):
            yield "silence", round(silence, 3), self.rules.longest_silence, _SECONDS

    def _with_shot(self, start: int, heard: int) -> bool:
        """Whether a cue comes with a shot, or half a second before one, as it should."""
        near, nearer = self.limits.near_shot, self.limits.nearer_shot
        if start in self.cuts:
            return start - nearer <= heard < start + near
        return any(start == max(0, cut - near) and cut - near < heard < cut - nearer for cut in self.cuts)

    def _frames_of(self, cue: Cue) -> tuple[int, int]:
        frames = self.limits.frames
        return frames.nearest(milliseconds(cue.start)), frames.nearest(milliseconds(cue.end))

    def _seconds(self, frames: int) -> float:
        return self.limits.frames.milliseconds(frames) / 1000


def _breaks(cues: Sequence[Cue], language: str) -> Iterator[tuple[int, _Found]]:
    """Lines and cues that end between words that belong together, where no pause parts them, with the cue's number."""
    if language not in WORDS:
        return  # a guess is no ground for a reproach
    lines = [(number, line) for number, cue in enumerate(cues, 1) for line in cue.words if line]
    words = [(word, i == 0) for _, line in lines for i, word in enumerate(line)]
    pieces = [Piece(0, 0, word.text.strip(), 0, begins or word.text[:1].isspace(), word.probability) for word, begins in words]
    place = 0
    for (number, line), (_, after) in pairwise(lines):
        place += len(line)
        if after[0].start - line[-1].end < breaks.FULL_PAUSE_SECONDS and binding.bond(pieces, place, language) >= binding.BOUND:
            yield number, ("break", 0.0, 0.0, "", f"“{pieces[place - 1].text} | {pieces[place].text}”")
