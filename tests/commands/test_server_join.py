"""`dwhisper server join` at a terminal: what is pasted there is as long as an invitation may be, and is not shown."""

import sys
from pathlib import Path

import pytest
from dwhisper_worker.invitation import as_token
from dwhisper_worker.sealing import new_key
from dwhisper_worker.tasks import Invitation

from tests.commands.program import DWHISPER

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)
from tests.worker.terminal import on_terminal

pytestmark = pytest.mark.integration

LONG = as_token(Invitation("http://127.0.0.1:1", "team", new_key(), user="anna", password="x" * 5000))
NO_KEYRING = "keyring.backends.fail.Keyring"


def test_a_line_longer_than_terminals_keep_is_taken_whole_and_not_shown(home: Path) -> None:
    with on_terminal([DWHISPER, "server", "join"], PYTHON_KEYRING_BACKEND=NO_KEYRING) as terminal:
        terminal.until("not shown")
        terminal.type(f"{LONG}\r")
        assert terminal.end() == 1
    assert "the key of the pool “team” could not be changed" in " ".join(terminal.shown.split())
    assert LONG[:40] not in terminal.shown


def test_whoever_thinks_better_of_it_is_told_that_nothing_was_changed(home: Path) -> None:
    with on_terminal([DWHISPER, "server", "join"]) as terminal:
        terminal.until("not shown")
        terminal.type("\x03")
        assert terminal.end() == 130
    assert "Nothing was changed." in terminal.shown
    assert not (home / "config" / "settings.json").exists()
