"""`dwhisper server` as users meet it, where no server has to run for it."""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dwhisper_gui.conductor.jar import USUAL_VERSION
from tests.commands.program import DWHISPER, PATIENCE_SECONDS, run, started
from tests.conductor_server import Server

pytestmark = pytest.mark.integration


def test_one_that_is_there_will_do_in_one_sentence(conductor: Server) -> None:
    done = run("server", "test", "--url", f"{conductor.url}/api/")
    assert (done.status, done.out.count("\n")) == (0, 1)
    assert done.out.startswith(f"All is well: {conductor.url} is Conductor {USUAL_VERSION} with file storage, and answers in ")
    told = json.loads(run("server", "test", "--url", conductor.url, "--json").out)
    assert (told["server"], told["version"]) == (conductor.url, USUAL_VERSION)
    assert told["round_trip_ms"] > 0


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("server", "test"), 2, "No Conductor server is named"),
        (("server", "test", "--url", "http://127.0.0.1:1"), 1, "can't be reached"),
        (("server", "test", "--url", "conductor.example"), 2, "is no address of a server"),
        (("server", "test", "--url", "https://a:s3cret@conductor.example"), 2, "dwhisper server login"),
        (("server", "test", "--url", ""), 2, "is empty"),
        (("server", "logout"), 2, "No Conductor server is named"),
        (("server", "install", "no-such.jar"), 2, "is not there"),
        (("server", "install", ""), 2, "is empty"),
        (("server", "start"), 2, "dwhisper server install"),
        (("server", "logs"), 2, "dwhisper server install"),
        (("settings", "set", "conductor.url", "https://a:s3cret@conductor.example"), 2, "dwhisper server login"),
        (("server", "login", "--url", "https://conductor.example"), 2, "No credentials are given"),
        (("settings", "set", "conductor.url", "conductor.example"), 2, "it must be the address of a server"),
        (("settings", "set", "conductor.pool", "a b"), 2, "it must be letters"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_what_is_wrong_is_one_sentence(words: tuple[str, ...], status: int, says: str) -> None:
    done = run(*words)
    assert (done.status, done.out) == (status, "")
    assert says in done.err
    assert done.err.count("\n") == 1
    assert "s3cret" not in done.err


def test_the_address_is_kept_in_its_one_form() -> None:
    assert run("settings", "set", "conductor.url", "https://Conductor.Example/api/").out == "conductor.url = https://conductor.example\n"
    assert run("settings", "set", "conductor.url", "").out == "conductor.url = \n"


def test_the_docker_command_can_be_run_by_a_shell() -> None:
    run("settings", "set", "conductor.port", "9090")
    words = shlex.split(run("server", "docker").out)
    assert words[:2] == ["docker", "run"]
    assert "127.0.0.1:9090:8080" in words


def test_a_log_is_followed_until_ctrl_c(home: Path) -> None:
    log = home / "data" / "conductor" / "server.log"
    log.parent.mkdir(parents=True)
    log.write_text("old\n\tat java\n")
    with started("server", "logs", "--follow", "-n", "1") as following:
        following.until(lambda: following.out == ["    at java"])
        with log.open("a") as file:
            file.write("new\nhal")
        following.until(lambda: following.out[1:] == ["new"])
        with log.open("a") as file:
            file.write("f\n")
        following.until(lambda: following.out[2:] == ["half"])
        log.write_text("anew\n")
        following.until(lambda: following.out[3:] == ["anew"])
        following.interrupt(signal.SIGINT)
        assert following.end() == 130


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
def test_a_password_is_not_shown_while_it_is_typed() -> None:
    import pty

    master, slave = pty.openpty()
    words = [DWHISPER, "server", "login", "--user", "anna", "--url", "http://127.0.0.1:1"]
    with subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave) as asking:
        os.close(slave)
        try:
            shown = b""
            # The space comes when the terminal shows nothing any more, and has thrown away what was typed before.
            while b"Password: " not in shown:
                shown += os.read(master, 1000)
            os.write(master, b"s3cret\n")
            with contextlib.suppress(OSError):  # how Linux tells that nobody has the other end any more
                while block := os.read(master, 1000):
                    shown += block
            asking.wait(PATIENCE_SECONDS)
        finally:
            asking.kill()
            os.close(master)
    assert b"s3cret" not in shown
    assert b"keyring" in shown
