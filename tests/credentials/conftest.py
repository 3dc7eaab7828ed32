"""A real keyring, gnome-keyring, on a D-Bus of the tests' own: the user's is not touched."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")
PASSWORD = b"of the tests"
START_SECONDS = 30.0
IMPORTS = """
import asyncio
from dwhisper_gui.core.identity import *
from dwhisper_gui.credentials import pools, safe, servers
"""


class Desktop:
    """What a user's session has: a bus, and a keyring that is open, locked, or not there."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.env = {**env, "HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"), "XDG_RUNTIME_DIR": str(folder)}

    @contextmanager
    def keyring(self, *, unlocked: bool = True) -> Iterator[None]:
        words = ["gnome-keyring-daemon", "--foreground", "--components=secrets", *(["--unlock"] if unlocked else [])]
        with subprocess.Popen(words, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as daemon:
            try:
                assert daemon.stdin
                daemon.stdin.write(PASSWORD)
                daemon.stdin.close()
                self._until_there(daemon)
                yield
            finally:
                daemon.terminate()

    def _until_there(self, daemon: "subprocess.Popen[bytes]") -> None:
        from jeepney import DBusAddress, new_method_call
        from jeepney.io.blocking import open_dbus_connection

        bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        question = new_method_call(bus, "NameHasOwner", "s", ("org.freedesktop.secrets",))
        deadline = time.monotonic() + START_SECONDS
        with open_dbus_connection(bus=self.env["DBUS_SESSION_BUS_ADDRESS"], auth_timeout=START_SECONDS) as connection:
            while connection.send_and_get_reply(question).body != (True,):
                assert daemon.poll() is None, daemon.stderr and daemon.stderr.read()
                assert time.monotonic() < deadline
                time.sleep(0.05)

    def python(self, code: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Runs an async function's body with our functions in a program of its own, whose output is what it prints."""
        body = "\n".join(f"    {line}" for line in code.strip().splitlines())
        program = f"{IMPORTS}\n\nasync def main():\n{body}\n\nasyncio.run(main())"
        return self.run([sys.executable, "-W", "error", "-c", program], **variables)

    def run(self, words: list[str], *, input: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":  # noqa: A002 - subprocess calls it so
        done = subprocess.run(words, env=self.env | variables, capture_output=True, text=True, input=input, timeout=60, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def said(self, code: str, **variables: str) -> Any:
        """The one line that it prints."""
        done = self.python(code, **variables)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    """A session with a bus; `keyring` starts one on it."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.skip(f"a real keyring can't be tried without {' and '.join(missing)} (make keyring-packages)")
    with subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as bus:
        try:
            assert bus.stdout
            address = bus.stdout.readline().strip()
            assert address
            yield Desktop(tmp_path, os.environ | {"DBUS_SESSION_BUS_ADDRESS": address})
        finally:
            bus.terminate()
