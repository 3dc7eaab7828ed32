"""What keeps a worker's commands from being done is told in a sentence, with a fitting exit status."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from dwhisper_worker.identity import names, take
from dwhisper_worker.invitation import as_token
from dwhisper_worker.joining import remember
from dwhisper_worker.tasks import Invitation

from tests.disks import fill, small_disk
from tests.worker.conductor.process import WORKER, key_variable

pytestmark = pytest.mark.integration

NOBODY = "http://127.0.0.1:1"
INVITED = Invitation(NOBODY, "default", bytes(32))
SECONDS = 60.0


def run(home: Path | str, *words: str, given: bytes = b"", **env: str) -> subprocess.CompletedProcess[str]:
    """What it says is one sentence's worth: a line on one of the outputs, and no traceback."""
    there = os.environ | {"DWHISPER_WORKER_HOME": str(home)} | env
    done = subprocess.run([*WORKER, *words], input=given, env=there, capture_output=True, timeout=SECONDS)
    said = subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in said.stderr
    return said


def lines(done: subprocess.CompletedProcess[str]) -> tuple[int, int]:
    """Its status, and how many lines are on standard error."""
    return done.returncode, done.stderr.count("\n")


def test_a_folder_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for words in (("join",), ("status",), ("--conductor",)):
        told = run(tmp_path / "file" / "home", *words, given=as_token(INVITED).encode())
        assert lines(told) == (2, 1)
        assert "is a file, not a folder" in told.stderr
        assert "Let the variable DWHISPER_WORKER_HOME name a folder" in told.stderr


@pytest.mark.slow
def test_a_full_disk_leaves_what_was_joined_before(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk:
        remember(INVITED, disk)
        before = (disk / "joined").read_text()
        fill(disk)
        told = run(disk, "join", given=as_token(Invitation(NOBODY, "other", bytes(32))).encode())
        assert lines(told) == (1, 1)
        assert "No space left on device" in told.stderr
        assert "nothing was joined; what was joined before stays as it is" in told.stderr
        assert (disk / "joined").read_text() == before


@pytest.mark.slow
def test_what_was_joined_is_told_though_nothing_can_be_written_there(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk:
        remember(INVITED, disk)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        told = run(disk, "status")
        assert lines(told) == (1, 0)
        assert f"Joined the pool “default” at {NOBODY}/api." in told.stdout
        assert "does not answer" in told.stdout
        told = run(disk, "join", given=as_token(INVITED).encode())
        assert lines(told) == (1, 1)
        assert "Read-only file system" in told.stderr
        made_up = take(disk)
        assert names(disk).fullmatch(made_up.name), "as workers there are called"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--conductor", "http://localhost:abc"), "is no address of a server"),
        (("--conductor", NOBODY, "--pool", "a b"), "is no name of a pool"),
        (("join",), "No line was given"),
    ],
)
def test_wrong_use_is_one_line(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    told = run(tmp_path, *words, DWHISPER_POOL_KEY=key_variable(bytes(32)))
    assert lines(told) == (2, 1)
    assert said in told.stderr


def test_a_number_of_threads_that_can_not_be_is_told(tmp_path: Path) -> None:
    told = run(tmp_path, "--conductor", NOBODY, "--threads", "-3")
    assert told.returncode == 2
    assert told.stderr.endswith("argument --threads: “-3” is no number of threads. Give one from 1 to 1024, or 0: one a core.\n")


@pytest.mark.parametrize("given", [b"\xff\xfe\x00", b"hello"])
def test_what_is_no_invitation_is_told(given: bytes, tmp_path: Path) -> None:
    told = run(tmp_path, "join", given=given)
    assert lines(told) == (2, 1)
    assert "That is no invitation" in told.stderr


def test_without_standard_input_nothing_is_joined(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no such shell")
    command = ["sh", "-c", 'exec "$0" "$@" <&-', *WORKER, "join"]
    told = subprocess.run(
        command, env=os.environ | {"DWHISPER_WORKER_HOME": str(tmp_path)}, capture_output=True, text=True, timeout=SECONDS
    )
    assert (told.returncode, told.stderr.count("\n")) == (2, 1)
    assert "No line was given" in told.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_an_answer_that_nobody_takes_is_told(tmp_path: Path) -> None:
    remember(INVITED, tmp_path)
    with Path("/dev/full").open("w") as full:
        told = subprocess.run(
            [*WORKER, "status"],
            env=os.environ | {"DWHISPER_WORKER_HOME": str(tmp_path)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=SECONDS,
        )
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert "could not be written to standard output" in told.stderr


def test_without_the_packages_for_a_server_their_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "cryptography.py").write_text("raise ModuleNotFoundError(name='cryptography')")
    for words in (("join",), ("status",), ("--conductor",)):
        told = run(tmp_path, *words, given=as_token(INVITED).encode(), PYTHONPATH=str(tmp_path))
        assert lines(told) == (2, 1)
        assert "dwhisper-worker[conductor]" in told.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal to send")
@pytest.mark.parametrize("words", [("--conductor", NOBODY, "--model", "tiny"), ("status",)], ids=" ".join)
def test_ctrl_c_before_it_serves_ends_it_quietly(words: tuple[str, ...], tmp_path: Path) -> None:
    """It is interrupted while it waits: for the model to download, or for the server's answer."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(SECONDS)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        remember(Invitation(url, "default", bytes(32)), tmp_path)
        env = {"DWHISPER_WORKER_HOME": str(tmp_path), "DWHISPER_POOL_KEY": key_variable(bytes(32)), "HF_ENDPOINT": url}
        with subprocess.Popen(
            [*WORKER, *words], env=os.environ | env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            asked, _ = silent.accept()
            with asked:
                process.send_signal(signal.SIGINT)
                _, told = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert not re.search(r"(?i)error|interrupt", told)
