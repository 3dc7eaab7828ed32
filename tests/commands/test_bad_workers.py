"""Workers that print garbage or flood their pipes, and commands that are no workers."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.commands.program import run, spoken

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.usefixtures("tiny_en")]

SABOTEUR = Path(__file__).parents[1] / "runners" / "saboteur.py"
TINY = ("--model", "tiny.en", "--json")


def let_work(*words: str | Path) -> None:
    """Sets the command that starts workers."""
    command = json.dumps([os.fspath(word) for word in words])
    assert run("settings", "set", "worker.command", command).status == 0


def test_a_worker_that_prints_garbage_costs_its_chunk_and_nothing_else(sample: Path, tmp_path: Path) -> None:
    let_work(sys.executable, SABOTEUR, "garbage", "0.1", "--stdio")
    ended = run("transcribe", sample, *TINY, "-o", tmp_path)
    assert ended.status == 3
    reasons = [failure["reason"] for failure in ended.named("chunk_failed") if failure["chunk"] == "0.1"]
    assert len(reasons) == 3
    for reason in reasons:
        assert "A worker sent something that is no answer" in reason
        assert "What was finished before is kept." in reason
    (job,) = ended.named("job_ended")
    assert [gap["reason"] for gap in job["missing"]] == ["failed"]
    assert "leisure to consider" in spoken(tmp_path / "sample.en.srt")
    let_work()
    retried = run("jobs", "retry", job["job"], "--json")
    assert retried.status == 0
    assert "amiable himself" in spoken(tmp_path / "sample_2.en.srt")


def test_where_nothing_at_all_is_done_no_empty_subtitles_are_written(sample: Path, tmp_path: Path) -> None:
    let_work(sys.executable, SABOTEUR, "refuse", ",".join(f"0.{chunk}" for chunk in range(10)), "--stdio")
    ended = run("transcribe", sample, *TINY, "-o", tmp_path)
    assert ended.status == 3
    (job,) = ended.named("job_ended")
    assert job["files"] == []
    assert not (tmp_path / "sample.en.srt").exists()
    let_work()
    assert run("jobs", "retry", job["job"], "--json").status == 0
    assert "leisure to consider" in spoken(tmp_path / "sample.en.srt")


def test_a_worker_that_floods_its_pipes_is_heard_all_the_same(talk: Path, home: Path) -> None:
    """Its standard error is a pipe, too, and what its libraries print goes there."""
    let_work(sys.executable, SABOTEUR, "flood", "0.0", "--stdio")
    ended = run("transcribe", talk, *TINY)
    assert ended.status == 0
    assert "leisure to consider" in spoken(talk.with_name("talk.en.srt"))
    assert sum(path.stat().st_size for path in (home / "log").iterdir()) < 10_000_000


@pytest.mark.parametrize(
    ("command", "error", "said"),
    [
        (("yes",), "NoWorker", "“yes” is no worker: what it says is no answer"),
        (("cat",), "NoWorker", "“cat” is no worker"),
        (("cat", "/dev/zero"), "NoWorker", "“cat /dev/zero” is no worker"),
        (("true",), "WorkerMissing", "The worker “true” could not be started (exit status 0)"),
        (("/nowhere/worker",), "WorkerMissing", "could not be started (No such file or directory)"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_a_command_that_starts_no_worker_is_named_with_its_setting(command: tuple[str, ...], error: str, said: str, talk: Path) -> None:
    let_work(*command)
    ended = run("transcribe", talk, *TINY)
    assert ended.status == 1
    (refused,) = ended.named("refused")
    assert refused["error"] == error
    assert said in refused["sentence"]
    assert "Nothing is lost. Check the setting worker.command." in refused["sentence"]
    assert not ended.named("job_added")
