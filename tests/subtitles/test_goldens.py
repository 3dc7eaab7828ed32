"""Subtitles of real transcripts are as somebody has read them and found them good."""

from fractions import Fraction
from pathlib import Path

import pytest

from .checker import Checker, Shown, in_order
from .goldens import FOLDER, GOLDENS, Golden, files, transcript
from .texts import subrip

each = pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.name)


@each
def test_they_are_as_they_were(golden: Golden) -> None:
    made = dict(files(golden))
    assert {path.name for path in made} == {path.name for path in FOLDER.glob(f"{golden.name}.*.{golden.language}.*")}
    for path, content in made.items():
        assert content == path.read_bytes(), f"{path.name} has changed; python -m tests.subtitles.goldens writes it again"


@each
@pytest.mark.parametrize("rules", ["netflix", "bbc", "plain"])
def test_what_they_break_is_reported(golden: Golden, rules: str) -> None:
    path = FOLDER / f"{golden.name}.{rules}.{golden.language}"
    cues = [Shown(round(start * 1000), round(end * 1000), tuple(text.split("\n"))) for start, end, text in subrip(_text(f"{path}.srt"))]
    words = in_order([(word.start, word.end, word.text) for segment in transcript(golden).segments for word in segment.words])
    checker = Checker(rules, golden.language, Fraction(*golden.rate))
    broken = {number for number, _ in checker.broken(cues, words)} | checker.dangling(cues, words)
    reported = {int(block.split()[0]) for block in _text(f"{path}.report.txt").split("\n\n")[1:]}
    assert broken == reported


def _text(path: str) -> str:
    return Path(path).read_text("utf-8")
