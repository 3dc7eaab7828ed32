"""Damage inside a recording, end to end: what is lost is named, and the job is not called done."""

from pathlib import Path

import pytest

from tests.commands.conftest import ffmpeg
from tests.commands.program import run, spoken

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.mark.usefixtures("tiny_en")
def test_what_a_damaged_file_lost_is_named(sample: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.m4a"
    ffmpeg("-stream_loop", "2", "-i", sample, "-vn", "-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart", path)
    content = bytearray(path.read_bytes())
    hole = slice(len(content) * 4 // 10, len(content) * 6 // 10)
    content[hole] = bytes(hole.stop - hole.start)
    path.write_bytes(content)
    ended = run("transcribe", path, "--model", "tiny.en", "--json")
    assert ended.status == 3
    (job,) = ended.named("job_ended")
    assert job["state"] == "incomplete"
    (gap,) = job["missing"]
    assert gap["reason"] == "unreadable"
    assert gap["start"] == pytest.approx(40, abs=6)
    assert gap["end"] == pytest.approx(60, abs=6)
    again = run("transcribe", path, "--model", "tiny.en")
    assert again.status == 3
    assert "the file is damaged here" in again.err


@pytest.mark.usefixtures("tiny_en")
def test_recordings_joined_in_one_file_are_transcribed_to_the_end(sample: Path, tmp_path: Path) -> None:
    one = tmp_path / "one.ts"
    ffmpeg("-i", sample, "-vn", "-c:a", "aac", one)
    path = tmp_path / "joined.ts"
    path.write_bytes(one.read_bytes() * 2)
    ended = run("transcribe", path, "--model", "tiny.en")
    assert ended.status == 0
    assert spoken(tmp_path / "joined.en.srt").count("leisure to consider") == 2
