"""A real Conductor server and worker processes with a simulated engine, all on this computer's loopback, while they are needed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import systems
from dwhisper_worker.sealing import new_key
from far import Far
from simulated import Simulated

from dwhisper_gui.settings import set_value

# The server and the proxy are those that tests have.
sys.path.append(str(systems.REPOSITORY))
from tests.conductor_server import Server, serving
from tests.worker.conductor.process import key_variable

POOL = "bench"
MODEL = "tiny.en"
START_SECONDS = 300.0
REAL = (sys.executable, "-m", "dwhisper_worker")
SIMULATED = (sys.executable, str(Path(__file__).with_name("simulated.py")))


class NotStarted(Exception):
    """A worker did not come to serve; the sentence ends with its last words."""


@dataclass
class Fleet:
    """`folder` is this fleet's own; `done` has what its simulated workers noted."""

    server: Server
    key: bytes
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self, home: Path) -> dict[str, str]:
        """A desktop's that has the same key; its settings are made, too."""
        for key, value in (("conductor.url", self.server.url), ("conductor.pool", POOL)):
            set_value(key, value, home / "config" / "settings.json")
        return {"DWHISPER_HOME": os.fspath(home), "DWHISPER_POOL_KEY": key_variable(self.key), "PYTHON_KEYRING_BACKEND": _NO_KEYRING}

    def done(self) -> list[dict[str, Any]]:
        """All that its workers noted so far, in order of its ends."""
        lines = [line for path in self.folder.glob("done-*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
        return sorted((json.loads(line) for line in lines), key=lambda one: float(one["to"]))

    def cpu(self) -> float:
        """Seconds of processor time that its workers took so far."""
        return sum(spent(worker.pid) for worker in self.workers if worker.poll() is None)

    def hold_back(self) -> None:
        """No simulated worker takes a chunk from now on."""
        (self.folder / "held-back").touch()

    def let_go(self) -> None:
        """They do again."""
        (self.folder / "held-back").unlink()


_NO_KEYRING = "keyring.backends.fail.Keyring"


def spent(pid: int) -> float:
    """Seconds of processor time of a process, and of those of its children that have ended; 0 where it is gone."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """A server with its data in a folder."""
    folder.mkdir(parents=True)
    with serving(folder) as server:
        yield server


@contextmanager
def fleet(
    server: Server, folder: Path, count: int, engine: Simulated | None, *, trip: float = 0.0, options: Sequence[str] = ()
) -> Iterator[Fleet]:
    """Workers that serve; without an engine to simulate, with the real one. `trip`: how long a round trip to the server takes them."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Fleet(server, new_key(), folder)
    with ExitStack() as held:
        url = held.enter_context(Far(server.url, trip)).url if trip else server.url
        logs = [held.enter_context((folder / f"log-{number}").open("wb")) for number in range(count)]
        command = [*(SIMULATED if engine else REAL), "--conductor", url, "--pool", POOL, "--model", MODEL, "--device", "cpu", *options]
        environment = {"DWHISPER_WORKER_HOME": os.fspath(folder), "DWHISPER_POOL_KEY": key_variable(made.key)}
        environment |= engine.variable() if engine else {}
        try:
            for log in logs:
                started = subprocess.Popen(command, env=os.environ | environment, stdin=subprocess.DEVNULL, stderr=log)
                made.workers.append(started)
            _wait_until_serving(folder, made.workers)
            yield made
        finally:
            for worker in made.workers:
                worker.kill()
            for worker in made.workers:
                worker.wait()


def _wait_until_serving(folder: Path, workers: Sequence[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    waited = dict(enumerate(workers))
    while waited:
        for number, worker in list(waited.items()):
            said = (folder / f"log-{number}").read_text(encoding="utf-8", errors="replace")
            if "serving " in said:
                del waited[number]
            elif worker.poll() is not None or time.monotonic() > deadline:
                raise NotStarted(f"Worker {number} does not serve: {said[-1500:]}")
        time.sleep(0.1)
