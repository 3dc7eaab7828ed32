"""Disks that are full, or become so: nothing half-written is left, no text is lost, and with room the same command goes on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.program import run, spoken, started
from tests.disks import fill, small_disk

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.usefixtures("tiny_en")]

TINY = ("--model", "tiny.en", "--json")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "1m") as mounted:
        yield mounted


def test_a_folder_without_room_is_refused_before_the_work(talk: Path, disk: Path) -> None:
    ballast = fill(disk)
    ended = run("transcribe", talk, *TINY, "-o", disk)
    assert ended.status == 1
    (refused,) = ended.named("refused")
    assert refused["error"] == "OutputFolderUnusable"
    assert f"can't be written to the folder “{disk}” (No space left on device)" in refused["sentence"]
    assert not ended.named("job_added")
    assert list(disk.iterdir()) == [ballast]
    ballast.unlink()
    assert run("transcribe", talk, *TINY, "-o", disk).status == 0
    assert "leisure to consider" in spoken(disk / "talk.en.srt")


def test_one_that_fills_up_meanwhile_costs_no_text_and_has_no_half_file(talk: Path, disk: Path, tmp_path: Path) -> None:
    words = ("transcribe", talk, *TINY, "-o", disk, "-f", "srt", "-f", "docx", "-f", "json")
    with started(*words) as running:
        running.event("job_added")
        # Enough for the first of the files.
        ballast = fill(disk, leave=8192)
        assert running.end() == 1
        (job,) = running.events("job_ended")
    assert job["state"] == "failed"
    assert "could not be written to" in job["error"]
    assert "(No space left on device). The transcript is kept" in job["error"]
    assert list(disk.iterdir()) == [ballast]
    assert run("export", job["job"], "-o", tmp_path / "elsewhere").status == 0
    assert "leisure to consider" in spoken(tmp_path / "elsewhere" / "talk.en.srt")
    ballast.unlink()
    again = run(*words)
    assert again.status == 0
    assert not again.named("leased"), "its text was kept"
    assert {path.name for path in disk.iterdir()} == {"talk.en.srt", "talk.en.docx", "talk.en.json"}


def test_a_home_without_room_is_told_and_loses_nothing(long: Path, disk: Path, tmp_path: Path) -> None:
    env = {"DWHISPER_HOME": str(disk / "home")}
    words = ("transcribe", long, *TINY, "-o", tmp_path)
    with started(*words, env=env) as running:
        running.event("window")
        ballast = fill(disk)
        assert running.end() == 1
        done = {(one["chunk"], one["window"]) for one in running.events("window")}
        (refused,) = running.events("refused")
        assert not running.events("job_ended")
    assert refused["error"] == "StoreFull"
    assert "since its disk is full" in refused["sentence"]
    assert "run the same command again" in refused["sentence"]
    assert not list(tmp_path.glob("*.srt"))
    ballast.unlink()
    again = run(*words, env=env)
    assert again.status == 0
    assert again.named("job_added")[0]["resumed"]
    assert not done & {(one["chunk"], one["window"]) for one in again.named("window")}, "nothing is done twice"
    assert spoken(tmp_path / "long.en.srt").count("leisure to consider") == 4
    assert not list((disk / "home").rglob("*.hashes.json.*"))


def test_weights_that_do_not_fit_leave_nothing_behind(tiny_en: Path, disk: Path) -> None:
    models = disk / "models"
    assert run("settings", "set", "models_folder", models).status == 0
    ended = run("models", "import", tiny_en, "--name", "mine")
    assert ended.status == 1
    assert f"The weights of “mine” could not be written to “{models}” (No space left on device)" in ended.err
    assert not list(models.iterdir())
    assert shutil.disk_usage(disk).free > 900_000
    assert run("transcribe", "nothing.mp4", "--model", "mine").status == 2
