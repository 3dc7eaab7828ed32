"""`dwhisper settings reset` asks whoever is there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.program import DWHISPER, PATIENCE_SECONDS, run

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)
import pty

pytestmark = [pytest.mark.integration, pytest.mark.slow]


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
