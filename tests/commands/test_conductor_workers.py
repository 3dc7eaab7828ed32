"""`dwhisper workers` and `invite` as users meet them, with a real server and a real worker that joins by the line."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from dwhisper_worker.invitation import from_token
from dwhisper_worker.sealing import new_key

from tests.commands.program import PATIENCE_SECONDS, run, started
from tests.conductor_server import Server
from tests.worker.conductor.desk import MODEL, until
from tests.worker.conductor.process import WORKER, key_variable

KEY = new_key()


@pytest.fixture
def pool() -> str:
    return f"pool{uuid.uuid4().hex[:8]}"


@pytest.fixture
def env(conductor: Server, pool: str) -> dict[str, str]:
    """The program's, with the server and a pool of its own in the settings."""
    run("settings", "set", "conductor.url", conductor.url)
    run("settings", "set", "conductor.pool", pool)
    return {"DWHISPER_POOL_KEY": key_variable(KEY), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def test_a_computer_joins_by_one_line_and_is_listed(conductor: Server, pool: str, env: dict[str, str], tmp_path: Path) -> None:
    line = run("workers", "invite", env=env)
    assert (line.status, line.out.count("\n")) == (0, 1)
    assert "is a secret" in line.err
    assert "other computers can't reach" in line.err
    invitation = from_token(line.out)
    assert (invitation.url, invitation.pool, invitation.pool_key) == (conductor.url, pool, KEY)

    there = os.environ | {"DWHISPER_WORKER_HOME": str(tmp_path)}
    joined = subprocess.run([*WORKER, "join"], input=line.out, env=there, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert joined.returncode == 0, joined.stderr
    with subprocess.Popen([*WORKER, "--conductor", "--model", MODEL, "--device", "cpu"], env=there, stderr=subprocess.DEVNULL) as worker:
        try:
            (told,) = until(lambda: json.loads(run("workers", "--pool", pool, "--json", env=env).out))
            table = run("workers", env=env).lines
        finally:
            worker.terminate()
            worker.wait(PATIENCE_SECONDS)
    (ended,) = json.loads(run("workers", "--pool", pool, "--json", env=env).out)
    assert (ended["pid"], ended["there"], ended["ended"]) == (worker.pid, False, True)
    assert any(pool in row and " ended " in row for row in run("workers", env=env).lines)
    assert (told["pid"], told["model"], told["device"], told["holds"], told["there"]) == (worker.pid, MODEL, "cpu", [], True)
    assert table[0].split() == ["worker", "computer", "pool", "model", "device", "speed", "seen", "holds"]
    assert any(pool in row and MODEL in row and " now" in row for row in table[1:])


def test_where_no_worker_is_the_list_says_how_one_joins(pool: str, env: dict[str, str]) -> None:
    told = run("workers", "--pool", pool, env=env)
    assert (told.status, told.out) == (0, "")
    assert "dwhisper workers invite" in told.err
    assert run("workers", "--pool", pool, "--json", env=env).out == "[]\n"


def stopped_job(env: dict[str, str], recording: Path) -> str:
    """One for which there was no worker."""
    words = ("transcribe", recording, "--model", MODEL, "--language", "en", "--runner", "conductor", "--json")
    with started(*words, env=env) as waiting:
        waiting.event("note", code="no_workers")
        job = waiting.event("job_added")["job"]
        waiting.interrupt()
        waiting.end()
    return str(job)


def test_a_job_without_workers_says_so_and_its_workflow_goes_with_it(env: dict[str, str], talk: Path) -> None:
    job = stopped_job(env, talk)
    paused = run("jobs", "pause", job, env=env)
    assert (paused.status, paused.out) == (0, f"{job} (talk.mp4) is paused.\n")
    assert "was taken from the workers elsewhere" in paused.err
    assert run("jobs", "pause", job, env=env).err == "", "nothing is lost by another pause"
    removed = run("jobs", "remove", "--yes", job, env=env)
    assert removed.status == 0
    assert "could not" not in removed.err


def test_without_the_pools_key_a_stopped_job_stays_stopped(env: dict[str, str], talk: Path) -> None:
    job = stopped_job(env, talk)
    resumed = run("jobs", "resume", job, env=env | {"DWHISPER_POOL_KEY": ""})
    assert resumed.status == 1
    assert "DWHISPER_POOL_KEY" in resumed.err
    (listed,) = json.loads(run("jobs", "list", "--json").out)
    assert listed["state"] == "stopped"
    assert run("jobs", "remove", "--yes", job, env=env).status == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("workers",), "No Conductor server is named"),
        (("workers", "invite"), "No Conductor server is named"),
    ],
)
def test_without_a_server_it_says_how_to_name_one(words: tuple[str, ...], says: str) -> None:
    told = run(*words)
    assert (told.status, told.out) == (2, "")
    assert says in told.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such keyring to leave out")
def test_a_pool_with_a_wrong_name_is_refused(env: dict[str, str]) -> None:
    told = run("workers", "invite", "--pool", "a b", env=env)
    assert (told.status, told.out) == (2, "")
    assert "is no name of a pool" in told.err
