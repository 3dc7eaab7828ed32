"""Joining a pool, and being seen by it."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dwhisper_worker.invitation import as_token
from dwhisper_worker.server import Seen, Server
from dwhisper_worker.tasks import Invitation

from tests.worker.conductor.desk import MODEL, Desk, until
from tests.worker.conductor.process import WORKER, Worker

pytestmark = pytest.mark.integration


def run(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DWHISPER_WORKER_HOME": str(folder)}
    return subprocess.run([*WORKER, *arguments], input=given, env=environment, capture_output=True, text=True, timeout=60)


def token(url: str, desk: Desk) -> str:
    return as_token(Invitation(url, desk.pool, desk.pool_key))


def test_workers_are_seen_with_what_they_hold_and_their_names_are_used_again(desk: Desk, url: str, worker: Callable[..., Worker]) -> None:
    server = Server(Invitation(url, desk.pool, desk.pool_key))

    def here() -> list[Seen]:
        return [one for one in server.workers() if one.told is not None and one.told.serving.pool == desk.pool and one.seconds_ago < 60]

    with worker() as one, worker() as other:
        seen = until(lambda: found if len(found := here()) == 2 else [])
        assert one.process
        assert other.process
        assert {told.pid for row in seen if (told := row.told)} == {one.process.pid, other.process.pid}
        assert {(told.serving.model, told.device, told.holds) for row in seen if (told := row.told)} == {(MODEL, "cpu", ())}
    with worker() as one:
        until(lambda: any(told.pid == one.process.pid for row in here() if (told := row.told) and one.process))
        assert {row.worker for row in here()} == {row.worker for row in seen}
    server.close()


def test_one_worker_serves_several_models(desk: Desk, url: str, worker: Callable[..., Worker], base: Path) -> None:
    server = Server(Invitation(url, desk.pool, desk.pool_key))
    with worker("--model", str(base)) as one:
        seen = until(
            lambda: found if len(found := [row for row in server.workers() if row.told and row.told.serving.pool == desk.pool]) == 2 else []
        )
        assert {told.serving.model for row in seen if (told := row.told)} == {MODEL, base.name}
        assert one.process
        assert {told.pid for row in seen if (told := row.told)} == {one.process.pid}
    server.close()


def test_joining_is_one_line_and_is_kept_where_only_this_user_reads_it(desk: Desk, url: str, tmp_path: Path) -> None:
    joined = run(tmp_path, "join", given=token(url, desk) + "\n")
    assert joined.returncode == 0, joined.stderr
    assert desk.pool in joined.stdout
    assert "Its server answers" in joined.stdout
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "joined").stat().st_mode) == 0o600
    told = run(tmp_path, "status", "--json")
    assert told.returncode == 0
    assert json.loads(told.stdout) == {"url": url, "pool": desk.pool, "problem": "", "workers": []}


def test_what_was_joined_is_served_and_its_status_told(desk: Desk, url: str, tmp_path: Path) -> None:
    run(tmp_path, "join", given=token(url, desk))
    command = [*WORKER, "--conductor", "--model", MODEL, "--device", "cpu"]
    with subprocess.Popen(command, env=os.environ | {"DWHISPER_WORKER_HOME": str(tmp_path)}, stderr=subprocess.DEVNULL) as process:
        try:
            told = until(lambda: workers if (workers := json.loads(run(tmp_path, "status", "--json").stdout)["workers"]) else None)
            assert told[0]["told"]["pid"] == process.pid
            assert f"{MODEL} on cpu" in run(tmp_path, "status").stdout
        finally:
            process.kill()


def test_a_certificate_that_is_none_is_told(desk: Desk, tmp_path: Path) -> None:
    given = as_token(Invitation("https://127.0.0.1:1", desk.pool, desk.pool_key, authority="no certificate"))
    assert "certificate in the invitation can’t be used" in run(tmp_path, "join", given=given).stdout
    ended = run(tmp_path, "--conductor", "--model", MODEL)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr


def test_joining_a_server_that_does_not_answer_says_so_and_is_kept(desk: Desk, tmp_path: Path) -> None:
    joined = run(tmp_path, "join", given=token("http://127.0.0.1:1", desk))
    assert joined.returncode == 0
    assert "http://127.0.0.1:1/api does not answer" in joined.stdout
    assert "is kept" in joined.stdout
    told = run(tmp_path, "status")
    assert told.returncode == 1
    assert "does not answer" in told.stdout


def test_what_is_not_conductor_is_told(desk: Desk, url: str, tmp_path: Path) -> None:
    elsewhere = url.removesuffix("/api") + "/nowhere"
    assert "is no Conductor server" in run(tmp_path, "join", given=token(elsewhere, desk)).stdout


def test_a_token_that_was_cut_off_is_refused(desk: Desk, url: str, tmp_path: Path) -> None:
    refused = run(tmp_path, "join", given=token(url, desk)[:-3])
    assert refused.returncode == 2
    assert "missing or mistyped" in refused.stderr
    assert not (tmp_path / "joined").exists()
