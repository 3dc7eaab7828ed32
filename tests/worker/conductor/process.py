"""A worker that serves a server, as a process of its own."""

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tests.worker.conductor.desk import MODEL, until

WORKER = (sys.executable, "-m", "dwhisper_worker")


def key_variable(pool_key: bytes) -> str:
    """A pool's key as it is given in the environment."""
    return base64.b64encode(pool_key).decode()


class Worker:
    """Started with the block, ended with it. What it logs is in `log`."""

    def __init__(self, url: str, pool: str, pool_key: bytes, folder: Path, *options: str, command: Sequence[str] = WORKER) -> None:
        self._command = [*command, "--conductor", url, "--pool", pool, "--model", MODEL, "--device", "cpu", *options]
        self._environment = os.environ | {"DWHISPER_WORKER_HOME": str(folder), "DWHISPER_POOL_KEY": key_variable(pool_key)}
        self._path = folder / f"log-{len(list(folder.glob('log-*')))}"
        self._log: IO[bytes] | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._log = self._path.open("wb")
        self.process = subprocess.Popen(self._command, env=self._environment, stdin=subprocess.DEVNULL, stderr=self._log)
        self.says("serving ")
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        assert self.process
        assert self._log
        self.process.kill()
        self.process.wait()
        self._log.close()
        if value is not None:
            sys.stderr.write(self.log)

    @property
    def log(self) -> str:
        return self._path.read_text()

    def says(self, phrase: str, seconds: float = 60.0) -> None:
        """Waits until it has logged the phrase."""

        def said() -> bool:
            assert self.process
            assert self.process.poll() is None or phrase in self.log, f"it ended with {self.process.returncode}: {self.log}"
            return phrase in self.log

        until(said, seconds, f"it says “{phrase}”")

    def signal(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)

    def ended(self, seconds: float = 30.0) -> int:
        """Its exit status."""
        assert self.process
        return self.process.wait(seconds)
