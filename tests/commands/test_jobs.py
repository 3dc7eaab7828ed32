"""`dwhisper jobs` and `export`: jobs are shown and steered, from any program."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.commands.program import Ended, run, spoken, started

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.usefixtures("tiny_en")]

TINY = ("--model", "tiny.en")
SABOTEUR = Path(__file__).parent.parent / "runners" / "saboteur.py"


def shown(job: str) -> dict[str, Any]:
    ended = run("jobs", "show", job, "--json")
    assert ended.status == 0, ended.err
    found = json.loads(ended.out)
    assert isinstance(found, dict)
    return found


def listed() -> list[dict[str, Any]]:
    found = json.loads(run("jobs", "list", "--json").out)
    assert isinstance(found, list)
    return found


def test_a_job_is_paused_and_resumed_from_another_program(longer: Path, tmp_path: Path) -> None:
    with started("transcribe", longer, *TINY, "-o", tmp_path, "--json") as running:
        running.event("window")
        job = running.events("job_added")[0]["job"]
        paused = run("jobs", "pause", job)
        assert paused.status == 0
        assert "has been told: pause" in paused.out
        running.event("state", state="paused")
        assert run("jobs", "list").lines[1].split()[5] == "paused"
        resumed = run("jobs", "resume", job)
        assert resumed.status == 0
        assert "Another DWhisper goes on with “long.mp4”" in resumed.err
        assert running.end() == 0
    assert spoken(tmp_path / "long.en.srt").count("leisure to consider") == 12


def test_a_paused_job_does_not_keep_the_others_waiting(longer: Path, copies: Callable[[Sequence[str]], list[Path]], tmp_path: Path) -> None:
    others = copies(["b.mp4", "c.mp4"])
    with started("transcribe", longer, *others, *TINY, "-o", tmp_path, "--json") as running:
        running.event("leased")
        job = running.events("job_added")[0]["job"]
        running.until(lambda: len(running.events("job_added")) == 3)
        assert [one["state"] for one in listed()] == ["running", "queued", "queued"], "somebody will come to them"
        assert "No job is stopped" in run("jobs", "resume", "--all").err
        assert run("jobs", "pause", job).status == 0
        assert running.event("note", code="waits_for_paused")["fields"] == {"name": "long.mp4", "job": job}
        assert len(running.events("job_ended", state="done")) == 2
        assert next(one["state"] for one in listed() if one["job"] == job) == "paused"
        assert run("jobs", "resume", job).status == 0
        assert running.end() == 0
        assert [one["job"] for one in running.events("job_ended")][-1] == job


def test_a_job_that_is_removed_while_it_is_waited_for_is_missed(endless: Path) -> None:
    with started("transcribe", endless, *TINY) as running:
        running.until(lambda: any("%" in line for line in running.err))
        (job,) = [one["job"] for one in listed()]
        assert run("jobs", "pause", job).status == 0
        running.until(lambda: any("Paused." in line for line in running.err))
        assert run("jobs", "remove", job).status == 0
        assert running.end() == 1
        assert any("was removed by another program" in line for line in running.err)


def test_a_job_is_cancelled_from_another_program_and_can_be_gone_on_with(endless: Path, tmp_path: Path) -> None:
    with started("transcribe", endless, *TINY, "-o", tmp_path, "--json") as running:
        running.event("window")
        job = running.events("job_added")[0]["job"]
        assert run("jobs", "cancel", job[:4]).status == 0
        assert running.end() == 1
        assert running.events("job_ended")[0]["state"] == "cancelled"
    part = run("export", job, "-o", tmp_path / "part")
    assert part.status == 3
    assert "Missing, since it is not done yet" in part.err
    assert "leisure" in spoken(tmp_path / "part" / "endless.en.srt")


def test_what_ended_and_what_never_began(copies: Callable[[Sequence[str]], list[Path]], tmp_path: Path) -> None:
    assert run("transcribe", *copies(["a.mp4", "b.mp4"]), *TINY).status == 0
    first, second = (job["job"] for job in listed())

    table = run("jobs", "list")
    assert [line.split()[:7] for line in table.lines] == [
        ["job", "name", "length", "language", "model", "state", "done"],
        [first, "a.mp4", "0:07", "en", "tiny.en", "done", "100%"],
        [second, "b.mp4", "0:07", "en", "tiny.en", "done", "100%"],
    ]
    assert table.lines[0].split()[7:] == ["added", "reason"]
    assert all(re.search(r"% {2}\d{4}-\d\d-\d\d \d\d:\d\d$", line) for line in table.lines[1:])
    assert len(run("jobs", "list", "--state", "done", "--state", "failed").lines) == 3
    nothing = run("jobs", "list", "--state", "failed")
    assert len(nothing.lines) == 1
    assert "No job is in such a state" in nothing.err
    assert json.loads(run("jobs", "list", "--state", "failed", "--json").out) == []

    text = run("jobs", "show", first)
    for word in ("a.mp4", "faster-whisper, tiny.en", "a.en.srt", "local-1", "done"):
        assert word in text.out
    details = shown(first)
    assert [attempt["outcome"] for attempt in details["attempts"]] == ["done"]
    assert details["attempts"][0]["figures"]["windows"] == 1
    assert details["missing"] == details["unheard"] == details["flawed"] == []

    assert "has ended already (done)" in run("jobs", "cancel", first).out
    resumed = run("jobs", "resume", first)
    assert resumed.status == 0
    assert "is done, so there is nothing left to do" in resumed.err

    exported = run("export", first, "-f", "vtt", "-o", tmp_path / "new", "--json")
    assert exported.status == 0
    assert json.loads(exported.out)["files"][0]["path"] == os.fspath(tmp_path / "new" / "a.en.vtt")

    for words in (("remove", first, second, "nope"), ("cancel", first, "nope"), ("resume", first, "nope")):
        wrong = run("jobs", *words)
        assert wrong.status == 2
        assert "There is no job “nope”" in wrong.err
        assert wrong.out == ""
    assert len(listed()) == 2
    assert "Nothing was changed." in run("jobs", "remove", first, "nope").err
    for words in (("remove", first, second), ("clear",), ("clear", "--all-ended")):
        unasked = run("jobs", *words)
        assert unasked.status == 2
        assert "--yes" in unasked.err
    assert len(listed()) == 2
    moved = run("jobs", "move", first, "bottom")
    assert moved.status == 2
    assert "has ended (done), so it has no place in the queue. Nothing was changed." in moved.err
    assert [job["job"] for job in listed()] == [first, second]

    assert run("jobs", "remove", first).status == 0
    assert [job["job"] for job in listed()] == [second]
    (cleared,) = run("jobs", "clear", "--yes").lines
    assert cleared.startswith("One job is removed with its text. Subtitles that were written stay where they are.")
    assert cleared.endswith("The recording is transcribed anew if that is asked for again.")
    assert listed() == []
    assert run("jobs", "clear", "--all-ended").lines == ["No job has ended, so none was removed."]
    for name in ("a.en.srt", "b.en.srt"):
        assert (tmp_path / "several" / name).exists(), "what was written stays"


def test_stopped_jobs_are_steered_without_a_program(long: Path, copies: Callable[[Sequence[str]], list[Path]]) -> None:
    paths = copies(["b.mp4", "c.mp4"])
    with started("transcribe", long, *paths, *TINY, "--json") as running:
        running.until(lambda: len(running.events("job_added")) == 3)
        running.event("state", state="running")
        running.interrupt()
        assert running.end() == 130
    first, second, third = (job["job"] for job in listed())
    assert {job["state"] for job in listed()} == {"stopped"}
    assert run("jobs", "show", first).lines[2].split() == ["state:", "stopped"]

    assert run("jobs", "move", third, "top").status == 0
    assert [job["job"] for job in listed()] == [third, first, second]
    assert run("jobs", "move", third, "3").status == 0
    assert [job["job"] for job in listed()] == [first, second, third]
    wrong = run("jobs", "move", third, "away")
    assert wrong.status == 2
    assert "“away” is no place" in wrong.err

    assert "is paused" in run("jobs", "pause", first, second).out
    assert "is cancelled" in run("jobs", "cancel", first).out
    assert [job["state"] for job in listed()] == ["cancelled", "paused", "stopped"]
    for words in ((), (second, "--all")):
        unnamed = run("jobs", "resume", *words)
        assert unnamed.status == 2
        assert "--all" in unnamed.err
    resumed = run("jobs", "resume", "--all", "--json")
    assert resumed.status == 0
    assert [job["job"] for job in resumed.named("job_ended")] == [second, third]
    nothing = run("jobs", "resume", "--all")
    assert (nothing.status, nothing.out) == (0, "")
    assert "No job is stopped, interrupted or paused" in nothing.err


@pytest.fixture
def sabotaged() -> str:
    """A worker that dies of the second chunk, as the setting worker.command has it."""
    return json.dumps([sys.executable, os.fspath(SABOTEUR), "die", "0.1", "--stdio"])


def test_what_failed_is_named_and_tried_again_alone(sabotaged: str, sample: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(sample, tmp_path))
    assert run("settings", "set", "worker.command", sabotaged).status == 0
    ended = run("transcribe", path, *TINY, "--json")
    assert ended.status == 3
    (job,) = ended.named("job_ended")
    assert job["state"] == "incomplete"
    (gap,) = job["missing"]
    assert gap["reason"] == "failed"
    assert 16 < gap["start"] < gap["end"] < 34
    assert len([failure for failure in ended.named("chunk_failed") if failure["chunk"] == "0.1"]) == 3
    assert "leisure" in spoken(tmp_path / "sample.en.srt")
    assert "amiable" not in spoken(tmp_path / "sample.en.srt")
    assert "“dwhisper jobs retry" in run("jobs", "show", job["job"]).out
    reason = r"Every try failed: 0:2\d–0:3\d\."
    assert re.search(rf"  {reason}$", run("jobs", "list", "--state", "incomplete").lines[1])
    (entry,) = listed()
    assert re.fullmatch(reason, entry["reason"])
    assert run("jobs", "clear").lines == ["No job is done, so none was removed."]

    assert run("settings", "set", "worker.command", "").status == 0
    retried = run("jobs", "retry", job["job"], "--live")
    assert retried.status == 0
    text = [line for line in retried.lines if line.startswith("[")]
    assert "leisure" in text[0], "what was done before is part of the text"
    assert "amiable" in text[-1]
    assert [one["outcome"] for one in shown(job["job"])["attempts"]].count("done") == 2
    assert "amiable woman" in spoken(tmp_path / "sample_2.en.srt")


@pytest.mark.parametrize("words", [("jobs", "show"), ("jobs", "pause"), ("jobs", "resume"), ("jobs", "remove"), ("export",)], ids=" ".join)
def test_a_job_that_is_not_there_is_wrong_use(words: tuple[str, ...]) -> None:
    ended: Ended = run(*words, "nope")
    assert ended.status == 2
    assert "There is no job “nope”" in ended.err


def test_a_busy_job_is_not_removed(long: Path) -> None:
    with started("transcribe", long, *TINY, "--json") as running:
        running.event("leased")
        job = running.events("job_added")[0]["job"]
        for command in ("remove", "retry"):
            ended = run("jobs", command, job)
            assert ended.status == 2
            assert "Another DWhisper is working on “long.mp4”" in ended.err
        running.interrupt()
        assert running.end() == 130


def test_one_that_is_busy_does_not_keep_the_others_waiting(long: Path, copies: Callable[[Sequence[str]], list[Path]]) -> None:
    broken, whole = copies(["a.mp4", "b.mp4"])
    for path in (broken, whole):
        with started("transcribe", path, *TINY, "--json") as running:
            running.event("state", state="running")
            running.interrupt()
            assert running.end() == 130
    gone, other = (job["job"] for job in listed())
    with started("transcribe", long, *TINY, "--json") as first:
        first.event("leased")
        busy = first.events("job_added")[0]["job"]
        removed = run("jobs", "remove", busy, gone, "--yes")
        assert removed.status == 1
        assert "Another DWhisper is working on “long.mp4”" in removed.err
        assert removed.lines == [f"{gone} (a.mp4) is removed."]
        with started("jobs", "retry", busy, other, "--json") as second:
            assert second.event("refused")["error"] == "JobBusy"
            second.event("job_added", job=other)
            first.interrupt()
            assert first.end() == 130
            assert second.end() == 1
            assert second.events("job_ended")[0]["state"] == "done"
