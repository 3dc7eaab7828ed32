"""`dwhisper export`: what there is of a text is written; where there is none yet, nothing is."""

import os
from pathlib import Path

import pytest

from tests.commands.conftest import ffmpeg
from tests.commands.program import run

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.mark.usefixtures("tiny_en")
def test_silence_is_exported_as_empty_subtitles_named_by_the_language_that_was_given(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "5", tmp_path / "quiet.wav")
    done = run("transcribe", tmp_path / "quiet.wav", "--model", "tiny.en", "--language", "English", "--json")
    (job,) = done.named("job_ended")
    ended = run("export", job["job"], "-f", "vtt", "-f", "srt", "-o", tmp_path / "out")
    assert ended.status == 0
    assert ended.lines == [os.fspath(tmp_path / "out" / f"quiet.en.{ending}") for ending in ("vtt", "srt")]
    assert (tmp_path / "out" / "quiet.en.vtt").read_text().strip() == "WEBVTT"
    assert (tmp_path / "out" / "quiet.en.srt").read_text().strip() == ""


def test_a_job_without_any_text_is_told_with_its_state_and_nothing_is_written(talk: Path, tmp_path: Path) -> None:
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
    failed = run("transcribe", talk, "--model", "tiny", "--json", env=nowhere)
    job = failed.named("job_added")[0]["job"]
    ended = run("export", job, "-o", tmp_path / "out")
    assert ended.status == 2
    assert ended.out == ""
    assert "“talk.mp4” has no text yet, so nothing was written." in ended.err
    assert f"dwhisper jobs retry {job}" in ended.err
    assert not (tmp_path / "out").exists()
