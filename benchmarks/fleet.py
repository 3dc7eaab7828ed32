"""A real Conductor server and worker processes with a simulated engine, all on this computer's loopback, while they are needed."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import systems
from dwhisper_worker import tasks
from dwhisper_worker.sealing import new_key
from far import Far
from simulated import Simulated

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.workers import seen_workers
from dwhisper_gui.settings import set_value

# The server and the proxy are those that tests have.
sys.path.append(str(systems.REPOSITORY))
from tests.conductor_server import Server, serving
from tests.worker.conductor.process import key_variable

ENGINE, MODEL = "faster-whisper", "tiny.en"
KNOWN_SECONDS = 30.0
GIVEN_OUT_SECONDS = 6.0
START_SECONDS = 300.0
STARTED_AT_ONCE = 4
"""Each takes a second of a core to start."""
REAL = (sys.executable, "-m", "dwhisper_worker")
SIMULATED = (sys.executable, str(Path(__file__).with_name("simulated.py")))


class NotStarted(Exception):
    """A worker did not come to serve; the sentence ends with its last words."""


@dataclass
class Fleet:
    """`folder` and `pool` are this fleet's own; `done` has what its simulated workers noted."""

    server: Server
    key: bytes
    folder: Path
    pool: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def serving(self) -> tasks.Serving:
        """Whose tasks its workers take."""
        return tasks.serving(self.pool, self.key, ENGINE, MODEL)

    def environment(self, home: Path) -> dict[str, str]:
        """A desktop's that has the same key; its settings are made, too."""
        for key, value in (("conductor.url", self.server.url), ("conductor.pool", self.pool)):
            set_value(key, value, home / "config" / "settings.json")
        return {"DWHISPER_HOME": os.fspath(home), "DWHISPER_POOL_KEY": key_variable(self.key), "PYTHON_KEYRING_BACKEND": _NO_KEYRING}

    def done(self) -> list[dict[str, Any]]:
        """All that its workers noted so far, in order of its ends."""
        lines = [line for path in self.folder.glob("done-*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
        return sorted((json.loads(line) for line in lines), key=lambda one: float(one["to"]))

    def cpu(self) -> float:
        """Seconds of processor time that its workers took so far."""
        return sum(spent(worker.pid) for worker in self.workers if worker.poll() is None)

    async def _seen(self) -> int:
        async with Conductor(self.server.address) as asked:
            workers = [worker for worker in await seen_workers(asked) if worker.serves(self.serving)]
        return sum(worker.told is not None and worker.told.speed > 0 for worker in workers)

    def wait_until_known(self) -> None:
        """Until some worker has shown how quick it is, which it does every ten seconds."""
        deadline = time.monotonic() + KNOWN_SECONDS
        while not asyncio.run(self._seen()) and time.monotonic() < deadline:
            time.sleep(0.5)

    def hold_back(self) -> None:
        """No simulated worker takes a chunk from now on."""
        (self.folder / "held-back").touch()

    @contextmanager
    def let_go_once(self, prepared: Callable[[], bool]) -> Iterator[None]:
        """They do again once all parts are prepared, and given out: when nothing was given out any more for a while."""
        over = threading.Event()

        def watch() -> None:
            before, since = -1, time.monotonic()
            while not over.wait(0.1):
                queued = asyncio.run(self._queued())
                if queued != before or not prepared():
                    before, since = queued, time.monotonic()
                elif time.monotonic() - since > GIVEN_OUT_SECONDS:
                    (self.folder / "held-back").unlink()
                    return

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    async def _queued(self) -> int:
        async with Conductor(self.server.address) as asked:
            return await asked.waiting(tasks.TRANSCRIBE_CHUNK, self.serving.domain)


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
    made = Fleet(server, new_key(), folder, folder.name)
    with ExitStack() as held:
        url = held.enter_context(Far(server.url, trip)).url if trip else server.url
        logs = [held.enter_context((folder / f"log-{number}").open("wb")) for number in range(count)]
        command = [*(SIMULATED if engine else REAL), "--conductor", url, "--pool", made.pool, "--model", MODEL, "--device", "cpu", *options]
        environment = {"DWHISPER_WORKER_HOME": os.fspath(folder), "DWHISPER_POOL_KEY": key_variable(made.key)}
        environment |= engine.variable() if engine else {}
        try:
            for number, log in enumerate(logs):
                made.workers.append(subprocess.Popen(command, env=os.environ | environment, stdin=subprocess.DEVNULL, stderr=log))
                if number % STARTED_AT_ONCE == STARTED_AT_ONCE - 1:
                    _wait_until_serving(folder, made.workers)
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
