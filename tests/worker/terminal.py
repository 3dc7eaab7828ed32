"""A pseudo-terminal that a worker is started on, as a user has one."""

import fcntl
import os
import subprocess
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import Any

SECONDS = 60.0


class Terminal:
    def __init__(self, process: "subprocess.Popen[bytes]", master: int, slave: int) -> None:
        self.process = process
        self.shown = ""
        self._master = master
        self._slave = slave

    @property
    def modes(self) -> list[Any]:
        """All that can be set of it."""
        return termios.tcgetattr(self._slave)

    def until(self, text: str) -> None:
        deadline = time.monotonic() + SECONDS
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            self._read(0.1)

    def type(self, text: str) -> None:
        """Blocks, as a terminal does, while nobody reads."""
        os.set_blocking(self._master, True)
        rest = text.encode()
        while rest:
            rest = rest[os.write(self._master, rest) :]

    def end(self) -> int:
        """Its status, once it has ended; all it has shown is in `shown` then."""
        deadline = time.monotonic() + SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.shown
            self._read(0.05)
        while self._read(0.0):
            pass
        return self.process.returncode

    def unread(self) -> int:
        """How many bytes wait in it for whoever reads next."""
        return int.from_bytes(fcntl.ioctl(self._slave, termios.FIONREAD, bytes(4)), "little")

    def _read(self, seconds: float) -> bool:
        if not select([self._master], [], [], seconds)[0]:
            return False
        self.shown += os.read(self._master, 65536).decode("utf-8", "replace")
        return True


@contextmanager
def on_terminal(command: Sequence[str | Path], **env: str) -> Iterator[Terminal]:
    """A process with a terminal as its input and outputs. It stays open, so that it can be looked at when the process has ended."""
    master, slave = os.openpty()
    try:
        with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=os.environ | env, start_new_session=True) as process:
            try:
                yield Terminal(process, master, slave)
            finally:
                process.kill()
    finally:
        os.close(slave)
        os.close(master)
