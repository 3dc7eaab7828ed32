"""Whatever is said, in whatever language, by whatever rules and on whatever frames: the cues keep to the rules, or the report says where
they don't, and nothing could have kept them.

    DWHISPER_EXAMPLES=5000 .venv/bin/python -m pytest tests/subtitles/test_rules_kept.py

tries more, and others each time."""

import os
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import pytest
from dwhisper_worker.contract import Segment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dwhisper_gui.subtitles.cells import graphemes
from dwhisper_gui.subtitles.cues import Cue, cues
from dwhisper_gui.subtitles.frames import FrameRate, Frames
from dwhisper_gui.subtitles.problems import Problem, problems
from dwhisper_gui.subtitles.rules import RULE_SETS, Pace, Rules
from dwhisper_gui.subtitles.timing import Limits, milliseconds

from .checker import Checker, Shown, Spoken, in_order
from .speech import LEXICON, speech

EXAMPLES = os.environ.get("DWHISPER_EXAMPLES")
RATES: tuple[FrameRate | None, ...] = (None, (24, 1), (25, 1), (30000, 1001), (24000, 1001), (50, 1))
SHOTS = st.lists(st.floats(0.0, 60.0), max_size=12).map(sorted)


@dataclass(frozen=True)
class Laid:
    """What was said, the cues made of it, and what is reported of them."""

    segments: list[Segment]
    language: str
    rules: Rules
    rate: FrameRate | None
    shots: list[float]
    seconds: float

    @property
    def cues(self) -> list[Cue]:
        return cues(self.segments, self.language, self.rules, self.rate, self.shots, self.seconds)


@st.composite
def laid_out(draw: st.DrawFn, language: str) -> Laid:
    segments = draw(speech(language))
    over = max(word.end for one in segments for word in one.words)
    seconds = over + draw(st.sampled_from([0.0, 0.1, 2.0, 60.0]))
    shots = draw(st.one_of(st.just([]), SHOTS))
    return Laid(segments, language, draw(st.sampled_from(list(RULE_SETS.values()))), draw(st.sampled_from(RATES)), shots, seconds)


@pytest.mark.parametrize("language", sorted(LEXICON))
def test_rules_are_kept_or_what_is_not_is_reported(language: str) -> None:
    @settings(
        max_examples=int(EXAMPLES or 100),
        derandomize=not EXAMPLES,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(laid_out(language))
    def hold(laid: Laid) -> None:
        found = laid.cues
        words = in_order([(word.start, word.end, word.text) for one in laid.segments for word in one.words])
        reported = problems(found, laid.rules, laid.rate, laid.language, laid.shots)
        are_sound(found, laid, words)
        are_reported(found, laid, words, reported)
        could_not_be_kept(found, laid, reported)

    hold()


def are_sound(found: list[Cue], laid: Laid, words: list[Spoken]) -> None:
    over = max(milliseconds(laid.seconds), words[-1].end)
    # To the next frame, and one for each cue where several have one time.
    slack = (len(found) + 1) * (1000 if laid.rate is None else 1000 * laid.rate[1] / laid.rate[0])
    for cue in found:
        assert 0 <= cue.start < cue.end
        assert milliseconds(cue.end) <= over + (slack if cue.end > laid.seconds else 0)
        assert all(line == line.strip() != "" for line in cue.lines)
    assert all(before.end <= after.start for before, after in pairwise(found))


def are_reported(found: list[Cue], laid: Laid, words: list[Spoken], reported: list[Problem]) -> None:
    """Just what a checker finds that knows nothing of the program; it raises where not every word is there once, in its order."""
    shown = [Shown(milliseconds(cue.start), milliseconds(cue.end), cue.lines) for cue in found]
    checker = Checker(laid.rules.name, laid.language, laid.rate and Fraction(*laid.rate), laid.shots)
    told = {(one.cue, one.rule) for one in reported if one.rule != "break"}
    unjudged = checker.unjudged(shown, words)
    assert {one for one in told if one not in unjudged} == checker.broken(shown, words)
    breaks = {one.cue for one in reported if one.rule == "break"}
    assert checker.dangling(shown, words) <= breaks


def could_not_be_kept(found: list[Cue], laid: Laid, reported: list[Problem]) -> None:
    limits = Limits.of(laid.rules, Frames.of(laid.rate), laid.seconds)
    placed = Placed(found, limits, laid.rules.pace_of(laid.language))
    for problem in reported:
        if problem.rule in ("too_fast", "too_short") and not laid.shots:
            assert placed.could_not_begin_earlier(problem.cue), (problem, found[problem.cue - 2 : problem.cue + 1])
        assert placed.unavoidable(problem) or (laid.shots and problem.rule == "open_gap"), (
            problem,
            found[problem.cue - 1 : problem.cue + 1],
        )


@dataclass(frozen=True)
class Placed:
    """Cues, and where they are in frames."""

    cues: list[Cue]
    limits: Limits
    pace: Pace

    def unavoidable(self, problem: Problem) -> bool:
        """No other times for this cue, those of its neighbours being as they are, would do with the same words in it."""
        limits = self.limits
        start, end = self.at(problem.cue)
        following = self.following(problem.cue)
        latest = min(
            start + limits.longest,
            max(self.over(problem.cue) + limits.linger, start + limits.held),
            max(limits.over, self.over(problem.cue), start + 1),
        )
        match problem.rule:
            case "too_fast":
                return end >= min(latest, following - limits.gap)
            case "too_short":
                return start + limits.shortest > min(following - limits.gap, max(limits.over, self.over(problem.cue)))
            case "gap":
                return following - start < 2 * limits.gap
            case "open_gap":
                return following - limits.gap > start + limits.longest
            case "off_sound":
                # Cues before it have taken its time already, each as little as there is.
                return problem.cue > 1 and start == self.at(problem.cue - 1)[0] + 1
            case "cut_off":
                return end - start == limits.longest
            case "wide_line":
                return any(len(graphemes(line)) == 1 for line in self.cues[problem.cue - 1].lines)
        return problem.rule == "break"

    def could_not_begin_earlier(self, number: int) -> bool:
        """Without being off its sound, or taking time from the cue before it."""
        start, end = self.at(number)
        heard = self.limits.frames.nearest(milliseconds(self.cues[number - 1].words[0][0].start))
        # It stays as long as it may, or longer than its sound allows: to be seen at all, or to shut a gap.
        of_no_use = end - start == self.limits.longest or end > self.over(number) + self.limits.linger
        if of_no_use or start <= max(0, heard - self.limits.off):
            return True
        if number == 1:
            return False
        needed = max(self.limits.shortest, self.limits.frames.up(self.pace.needed(self.cues[number - 2].lines)))
        spoken = self.limits.frames.down(milliseconds(self.cues[number - 2].words[-1][-1].end))
        return start <= max(self.at(number - 1)[0] + needed + self.limits.gap, spoken)

    def at(self, number: int) -> tuple[int, int]:
        """Of a cue by its number, from 1."""
        cue, frames = self.cues[number - 1], self.limits.frames
        return frames.nearest(milliseconds(cue.start)), frames.nearest(milliseconds(cue.end))

    def following(self, number: int) -> float:
        """When the next one comes."""
        return self.at(number + 1)[0] if number < len(self.cues) else float("inf")

    def over(self, number: int) -> int:
        """When its sound is over."""
        return self.limits.frames.up(milliseconds(self.cues[number - 1].words[-1][-1].end))
