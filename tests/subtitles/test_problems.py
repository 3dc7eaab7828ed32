"""What is against the rules is found, whoever made the cues."""

from dataclasses import replace
from fractions import Fraction

import pytest
from dwhisper_worker.contract import Word

from dwhisper_gui.subtitles.cues import Cue
from dwhisper_gui.subtitles.problems import KINDS, counted, problems
from dwhisper_gui.subtitles.rules import BBC, NETFLIX, PLAIN, Rules
from dwhisper_gui.subtitles.timing import milliseconds

from .checker import Checker, Shown, in_order


def cue(start: float, end: float, *lines: str, heard: tuple[float, float] | None = None) -> Cue:
    """Spoken evenly while it is shown, unless said otherwise."""
    begin, over = heard or (start, end)
    count = sum(len(line.split()) for line in lines)
    words, at = [], 0
    for line in lines:
        of_line = []
        for number, text in enumerate(line.split()):
            times = (round(begin + (over - begin) * (at + step) / count, 3) for step in (0, 1))
            of_line.append(Word(*times, f" {text}" if number else text, 0.9))
            at += 1
        words.append(tuple(of_line))
    return Cue(start, end, lines, tuple(words))


def found(*cues: Cue, rules: Rules = NETFLIX, language: str = "en", shots: tuple[float, ...] = ()) -> list[tuple[int, str]]:
    return [(problem.cue, problem.rule) for problem in problems(cues, rules, (25, 1), language, shots)]


def checked(*cues: Cue) -> list[tuple[int, str]]:
    """What the checker finds that knows nothing of the program, by the same rules."""
    shown = [Shown(milliseconds(cue.start), milliseconds(cue.end), cue.lines) for cue in cues]
    words = [(word.start, word.end, word.text) for cue in cues for line in cue.words for word in line]
    checker, spoken = Checker("netflix", "en", Fraction(25)), in_order(words)
    return sorted([*checker.broken(shown, spoken), *((number, "break") for number in checker.dangling(shown, spoken))])


GOOD = cue(1.0, 3.0, "It was all of ice,", "and yet alive.")


def test_nothing_is_wrong_with_good_cues() -> None:
    assert found() == found(GOOD) == []
    assert found(GOOD, cue(3.08, 5.0, "He followed her."), cue(5.52, 7.0, "Into the street.")) == []


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (cue(1.0, 2.0, "so delicate and white, dazzling"), "too_fast"),
        (cue(1.0, 1.6, "Yes."), "too_short"),
        (cue(1.0, 8.4, "Oh, it is so very, very slow."), "too_long"),
        (cue(1.0, 6.0, "He could not take his eyes off her, nor did he wish to"), "wide_line"),
        (cue(1.0, 6.0, "one", "two", "three"), "many_lines"),
        (cue(1.01, 3.0, "It was all of ice."), "off_frame"),
        (cue(1.0, 3.0, "It was all of ice.", heard=(1.2, 3.0)), "off_sound"),
        (cue(1.0, 3.0, "It was all of ice.", heard=(0.8, 3.0)), "off_sound"),
        (cue(1.0, 4.0, "It was all of ice.", heard=(1.0, 3.0)), "lingers"),
        (cue(1.0, 3.0, "It was all of ice.", heard=(1.0, 3.8)), "cut_off"),
        (cue(1.0, 3.0, "It was all of the", "ice."), "break"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_rule_is_looked_at(wrong: Cue, rule: str) -> None:
    assert found(wrong) == checked(wrong) == [(1, rule)]
    (problem,) = problems([wrong], NETFLIX, (25, 1), "en")
    assert problem.sentence().startswith(KINDS[rule])


@pytest.mark.parametrize(
    ("gap", "rule"), [(-0.04, "overlap"), (0.0, "gap"), (0.04, "gap"), (0.08, None), (0.12, "open_gap"), (0.48, "open_gap"), (0.52, None)]
)
def test_gaps(gap: float, rule: str | None) -> None:
    following = cue(round(3.0 + gap, 3), 5.0, "He followed her.")
    assert found(GOOD, following) == checked(GOOD, following) == ([(1, rule)] if rule else [])


def test_a_silence_inside() -> None:
    words = (Word(1.0, 1.4, "one", 0.9), Word(2.6, 3.0, " two", 0.9))
    silent = Cue(1.0, 3.0, ("one two",), (words,))
    assert found(silent) == checked(silent) == [(1, "silence")]


def test_a_break_between_cues_and_in_languages_that_are_known() -> None:
    assert found(cue(1.0, 3.0, "It was all of the"), cue(3.08, 5.0, "ice and snow.")) == [(1, "break")]
    assert found(cue(1.0, 3.0, "xx yyyyy of the"), cue(3.08, 5.0, "ice and snow."), language="xx") == []
    pause = cue(3.52, 5.0, "ice and snow.")
    assert found(cue(1.0, 3.0, "It was all of the"), pause) == [], "where the speaker stops, so may the cue"


def test_the_rules_differ() -> None:
    fast = cue(1.0, 2.0, "I am as old as")
    assert found(fast, rules=PLAIN) == []
    assert found(fast, rules=BBC) == [(1, "too_fast")]
    touching = cue(3.0, 5.0, "He followed her.")
    assert found(GOOD, touching, rules=replace(BBC, words_a_minute=300.0)) == []


def test_with_a_shot_a_cue_may_be_off_its_sound() -> None:
    early = cue(1.0, 3.0, "It was all of ice.", heard=(1.4, 3.0))
    assert found(early) == [(1, "off_sound")]
    assert found(early, shots=(1.0,)) == []
    late = cue(1.0, 3.0, "It was all of ice.", heard=(0.6, 3.0))
    assert found(late, shots=(1.0,)) == [(1, "off_sound")], "so much later is no more with it"


def test_how_many_of_which_kind() -> None:
    short, fast = cue(1.0, 1.6, "Yes."), cue(2.2, 3.2, "so delicate and white, dazzling")
    more = problems([short, fast, cue(4.2, 4.8, "No.")], NETFLIX, (25, 1), "en")
    assert counted(more) == "2 too short, 1 too fast to read"
    assert counted([]) == ""
