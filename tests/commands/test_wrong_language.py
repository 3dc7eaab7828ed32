"""A language that nobody speaks, named by the user, through the real program with real weights."""

import json
from pathlib import Path

import pytest

from tests.commands.program import run, spoken

pytestmark = [pytest.mark.integration, pytest.mark.slow]

NOTE = "sounds like English, and not like German, which was asked for: try --language en, or auto."


def test_another_language_than_is_spoken_is_told_and_the_text_kept(talk: Path, base: Path) -> None:
    ended = run("transcribe", talk, "--model", base, "--language", "German")
    assert ended.status == 0
    assert f"“talk.mp4” {NOTE}" in ended.err
    assert len(spoken(talk.with_name("talk.de.srt"))) > 20
    again = run("transcribe", talk, "--model", base, "--language", "de", "--fresh", "--json")
    (note,) = again.named("note")[:1]
    assert (note["code"], note["fields"]["code"]) == ("other_language", "en")


@pytest.mark.parametrize("words", [("--language", "en"), ("--language", "en", "--translate"), ("--language", "auto")])
def test_the_language_that_is_spoken_is_no_news(words: tuple[str, ...], talk: Path, base: Path) -> None:
    ended = run("transcribe", talk, "--model", base, *words, "--json")
    assert ended.status == 0
    assert "other_language" not in {note["code"] for note in ended.named("note")}
    assert "leisure" in json.dumps(ended.named("window"))
