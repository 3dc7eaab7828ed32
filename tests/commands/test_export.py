"""`dwhisper export`: what there is of a text is written; where there is none yet, nothing is."""

import json
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


@pytest.mark.usefixtures("tiny_en")
def test_what_is_not_said_is_as_the_job_was_asked_for_and_nothing_is_written_twice(talk: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run("transcribe", talk, "--model", "tiny.en", "-f", "vtt", "-f", "txt", "--rules", "bbc", "--shots", "-o", out, "--json")
    (ended,) = first.named("job_ended")
    job = ended["job"]
    talk.unlink()  # its shots are known

    again = run("export", job)
    assert (again.status, again.lines) == (0, [file["path"] for file in ended["files"]])
    assert "“talk.en.vtt” was there already with just this text, so it is left as it is." in again.err
    assert "within the rules “bbc”" in again.err
    assert len(list(out.iterdir())) == 2

    talk.with_name("talk.en.srt").write_text("mine")
    other = ("export", job, "-f", "srt", "-o", talk.parent, "--rules", "netflix", "--no-shots", "--json")
    for code, fields in (
        ("file_taken", {"name": "talk.en.srt", "written": "talk_2.en.srt"}),
        ("file_left", {"name": "talk_2.en.srt"}),
    ):
        document = json.loads(run(*other).out)
        assert [Path(file["path"]).name for file in document["files"]] == ["talk_2.en.srt"]
        assert document["rules"] == "netflix"
        (note,) = document["notes"]
        assert (note["code"], note["fields"]) == (code, fields)
    assert sorted(path.name for path in talk.parent.iterdir()) == ["talk.en.srt", "talk_2.en.srt"]
