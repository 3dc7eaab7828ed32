"""`dwhisper settings reset` asks whoever is there."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.program import DWHISPER, PATIENCE_SECONDS, run

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)
import pty

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def test_ctrl_c_at_the_question_is_an_interruption(home: Path) -> None:
    run("settings", "set", "model", "small")
    master, slave = pty.openpty()
    try:
        with subprocess.Popen([DWHISPER, "settings", "reset"], stdin=slave, stdout=slave, stderr=subprocess.PIPE) as asking:
            assert asking.stderr
            assert asking.stderr.read(4) == b"Give"
            asking.send_signal(signal.SIGINT)
            assert asking.stderr.read().endswith(b"\nNothing was changed.\n")
            assert asking.wait(PATIENCE_SECONDS) == 130
    finally:
        os.close(master)
        os.close(slave)
    assert json.loads((home / "config" / "settings.json").read_text())["settings"] == {"model": "small"}


@pytest.mark.parametrize(("answer", "left"), [(b"n\n", {"model": "small"}), (b"\n", {"model": "small"}), (b"y\n", {})])
def test_a_reset_does_what_is_answered(answer: bytes, left: dict[str, str], home: Path) -> None:
    run("settings", "set", "model", "small")
    master, slave = pty.openpty()
    try:
        os.write(master, answer)
        done = subprocess.run([DWHISPER, "settings", "reset"], stdin=slave, capture_output=True, timeout=PATIENCE_SECONDS, check=True)
    finally:
        os.close(master)
        os.close(slave)
    assert b"Give all settings their defaults back?" in done.stderr
    assert (b"Nothing was changed." in done.stderr) == bool(left)
    assert json.loads((home / "config" / "settings.json").read_text())["settings"] == left
