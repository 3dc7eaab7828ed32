"""The program is killed, at every stage of a job: the same command goes on."""

import signal
from collections import Counter
from pathlib import Path

import pytest

from dwhisper_gui.folders import folders
from dwhisper_gui.jobs.store import Store
from tests.commands.program import Ended, Running, run, started
from tests.faults.gate import Gate
from tests.faults.trial import Trial
from tests.faults.verdict import agree
from tests.little_server import Answer, Asked
from tests.worker.conductor.desk import MODEL, until
from tests.worker.conductor.process import key_variable


def command(trial: Trial, url: str = "") -> tuple[str | Path, ...]:
    """The command's words, with the settings made for it."""
    for key, value in (("conductor.url", url or trial.server.url), ("conductor.pool", trial.pool), ("runner", "conductor")):
        assert run("settings", "set", key, value).status == 0
    return ("transcribe", trial.recording, "--model", MODEL, "--language", "en", "-o", trial.folder / "subtitles", "--json")


def secrets(trial: Trial) -> dict[str, str]:
    return {"DWHISPER_POOL_KEY": key_variable(trial.key), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def kill(running: Running) -> list[dict[str, object]]:
    """What it had said before it was gone."""
    running.interrupt(signal.SIGKILL)
    running.end()
    return running.events("window") + running.events("part_prepared")


async def well(trial: Trial, ended: Ended, before: list[dict[str, object]]) -> None:
    """Whether the last of several programs has brought it to a good end, and none did what one before had done."""
    assert ended.status == 0, ended.err
    said = before + ended.named("window") + ended.named("part_prepared")
    told = Counter((line["event"], line.get("chunk"), line.get("window"), line.get("part")) for line in said)
    assert set(told.values()) == {1}
    async with await Store.open(folders().data) as store:
        (job,) = await store.jobs()
        await agree(trial.server, store, job.id, trial.expected)
    assert not trial.done_again()
    assert (trial.folder / "subtitles" / "talk.en.srt").exists()


async def test_killed_while_it_prepares_it_goes_on_where_it_was(trial: Trial) -> None:
    gate = Gate(trial.server.url)

    def no_part(asked: Asked) -> Answer | None:
        # Nothing is sent before it is known which workflow is the part's.
        path = asked.path.partition("?")[0]
        return Answer(503) if asked.method == "GET" and path.startswith("/api/workflow/") and path.endswith("/tasks") else None

    gate.refuse = no_part
    with gate.opened(), trial.worker():
        words = command(trial, gate.url)
        with started(*words, env=secrets(trial)) as running:
            running.event("part_prepared")
            until(lambda: gate.refused, 90)
            before = kill(running)
        # How many of them were, of those that are prepared side by side, is left to chance.
        assert {line["event"] for line in before} == {"part_prepared"}
        gate.refuse = lambda _: None
        await well(trial, run(*words, env=secrets(trial)), before)


async def test_killed_while_others_transcribe_it_goes_on_where_it_was(trial: Trial) -> None:
    words = command(trial)
    with trial.worker():
        with started(*words, env=secrets(trial)) as running:
            running.event("chunk_done")
            before = kill(running)
        await well(trial, run(*words, env=secrets(trial)), before)


async def test_killed_when_all_is_there_and_only_the_server_does_not_know_it_goes_on(trial: Trial) -> None:
    gate = Gate(trial.server.url)

    def not_yet(asked: Asked) -> Answer | None:
        return Answer(503) if asked.path.partition("?")[0].endswith("/combine/COMPLETED") else None

    gate.refuse = not_yet
    with gate.opened(), trial.worker():
        words = command(trial, gate.url)
        with started(*words, env=secrets(trial)) as running:
            until(lambda: gate.refused, 90)
            before = kill(running)
        assert not list((trial.folder / "subtitles").iterdir()), "it had not come so far"
        gate.refuse = lambda _: None
        await well(trial, run(*words, env=secrets(trial)), before)


@pytest.mark.faults
async def test_killed_ten_times_in_a_row_it_comes_to_an_end(trial: Trial) -> None:
    words = command(trial)
    before: list[dict[str, object]] = []
    with trial.worker():
        for number in range(10):
            with started(*words, env=secrets(trial)) as running:
                lines = 1 + number  # each a little later than the one before
                running.until(lambda wanted=lines, one=running: len(one.out) >= wanted)  # type: ignore[misc]
                assert not running.events("job_ended")
                before += kill(running)
        await well(trial, run(*words, env=secrets(trial)), before)
