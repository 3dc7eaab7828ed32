"""Whatever is said, in whatever language, by whatever rules and on whatever frames: the cues keep to the rules, or nothing could have
kept them."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from dwhisper_worker.contract import Segment
from hypothesis import given, settings
from hypothesis import strategies as st

from dwhisper_gui.subtitles.cells import graphemes
from dwhisper_gui.subtitles.cues import Cue, cues
from dwhisper_gui.subtitles.frames import FrameRate, Frames
from dwhisper_gui.subtitles.problems import Problem, problems
from dwhisper_gui.subtitles.rules import RULE_SETS, Rules
from dwhisper_gui.subtitles.timing import Limits, milliseconds

from .speech import LEXICON, speech

RATES: tuple[FrameRate | None, ...] = (None, (24, 1), (25, 1), (30000, 1001), (24000, 1001), (50, 1))
SPEECH = st.sampled_from(sorted(LEXICON)).flatmap(lambda language: st.tuples(st.just(language), speech(language)))
SHOTS = st.lists(st.floats(0.0, 60.0), max_size=12).map(sorted)

each_rules = pytest.mark.parametrize("rules", RULE_SETS.values(), ids=RULE_SETS)


@dataclass(frozen=True)
class Laid:
    """Cues, and where they are in frames."""

    cues: list[Cue]
    limits: Limits
    rules: Rules
    language: str

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


def unavoidable(problem: Problem, laid: Laid) -> bool:
    """No other times for this cue, with the same words in it, would do."""
    limits = laid.limits
    start, end = laid.at(problem.cue)
    following = laid.following(problem.cue)
    latest = min(start + limits.longest, max(laid.over(problem.cue) + limits.linger, start + limits.held))
    match problem.rule:
        case "too_fast":
            return end >= min(latest, following - limits.gap)
        case "too_short":
            return start + limits.shortest > following - limits.gap
        case "gap":
            return following - start < 2 * limits.gap
        case "open_gap":
            return following - limits.gap > start + limits.longest
        case "off_sound":
            # Cues before it have taken its time already, each as little as there is.
            return problem.cue > 1 and start == laid.at(problem.cue - 1)[0] + 1
        case "cut_off":
            return end - start == limits.longest
        case "wide_line":
            return any(len(graphemes(line)) == 1 for line in laid.cues[problem.cue - 1].lines)
    return problem.rule == "break"


def hold(segments: list[Segment], laid: Laid, shots: list[float], rate: FrameRate | None) -> None:
    said = "".join(segment.text for segment in segments)
    assert "".join("".join(cue.lines) for cue in laid.cues).replace(" ", "") == said.replace(" ", ""), "every word once, in order"
    frames = laid.limits.frames
    for cue in laid.cues:
        assert 0 <= cue.start < cue.end
        for time in (cue.start, cue.end):
            assert frames.milliseconds(frames.nearest(milliseconds(time))) == milliseconds(time), "on a frame"
    assert all(before.end <= after.start for before, after in pairwise(laid.cues))
    for problem in problems(laid.cues, laid.rules, rate, laid.language, shots):
        assert unavoidable(problem, laid) or (shots and problem.rule == "open_gap"), (problem, laid.cues[problem.cue - 1 : problem.cue + 1])


@each_rules
@given(SPEECH, st.sampled_from(RATES), st.one_of(st.just([]), SHOTS))
@settings(max_examples=300)
def test_what_is_not_kept_could_not_be(rules: Rules, spoken: tuple[str, list[Segment]], rate: FrameRate | None, shots: list[float]) -> None:
    language, segments = spoken
    laid = Laid(cues(segments, language, rules, rate, shots), Limits.of(rules, Frames.of(rate)), rules, language)
    hold(segments, laid, shots, rate)
