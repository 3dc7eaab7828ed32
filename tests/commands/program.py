"""Runs the real `dwhisper` as its users do: as a program, with its own home, from outside."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

DWHISPER = os.fspath(Path(sys.executable).with_name("dwhisper"))
PATIENCE_SECONDS = 90.0

Word = str | bytes | Path


@dataclass(frozen=True)
class Ended:
    status: int
    out: str
    err: str
    seconds: float

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    def named(self, event: str) -> list[dict[str, Any]]:
        return [one for one in self.events if one["event"] == event]


def run(*words: Word, cwd: Path | None = None, env: dict[str, str] | None = None, prefix: Sequence[str] = (), **more: Any) -> Ended:
    """Runs it to its end. Output is decoded as a terminal would get it, bytes that are no text as surrogates."""
    began = time.monotonic()
    done = subprocess.run(
        [*prefix, DWHISPER, *words],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_SECONDS,
        cwd=cwd,
        env=os.environ | (env or {}),
        check=False,
        **more,
    )
    out, err = (stream.decode("utf-8", "surrogateescape") for stream in (done.stdout, done.stderr))
    assert "Traceback" not in err, err
    return Ended(done.returncode, out, err, time.monotonic() - began)


def spoken(subtitles: Path) -> str:
    """The words in an srt file, whatever the cues and lines they are in."""
    return " ".join(
        line for line in subtitles.read_text(encoding="utf-8").splitlines() if line and "-->" not in line and not line.isdigit()
    )


class Running:
    """One that runs: what it has said so far, and a way to wait for more."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.out: list[str] = []
        self.err: list[str] = []
        self._said: queue.Queue[None] = queue.Queue()
        assert process.stdout
        assert process.stderr
        self._readers = [
            threading.Thread(target=self._read, args=pair, daemon=True) for pair in ((process.stdout, self.out), (process.stderr, self.err))
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: IO[bytes], lines: list[str]) -> None:
        for line in stream:
            lines.append(line.decode("utf-8", "surrogateescape").rstrip("\n"))
            self._said.put(None)

    def until(self, holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Waits until something holds of what it has said."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"waited in vain; out: {self.out}, err: {self.err}"
            try:
                self._said.get(timeout=0.1)
            except queue.Empty:
                if self.process.poll() is not None:
                    for reader in self._readers:
                        reader.join()
                    assert holds(), f"ended with {self.process.returncode}; out: {self.out}, err: {self.err}"

    def event(self, name: str, **fields: Any) -> dict[str, Any]:
        """The first event of that name and with those fields, once it is there."""
        self.until(lambda: bool(self.events(name, **fields)))
        return self.events(name, **fields)[0]

    def events(self, name: str, **fields: Any) -> list[dict[str, Any]]:
        """Those so far."""
        found = [json.loads(line) for line in list(self.out)]
        return [one for one in found if one["event"] == name and fields.items() <= one.items()]

    def interrupt(self, number: int = signal.SIGINT) -> None:
        self.process.send_signal(number)

    def is_there(self, seconds: float) -> bool:
        """Whether it has not ended so many seconds from now."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return True
        return False

    def end(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Its exit status, once it has ended by itself."""
        status = self.process.wait(seconds)
        for reader in self._readers:
            reader.join(seconds)
        assert "Traceback" not in "\n".join(self.err), self.err
        return status

    def workers(self) -> list[psutil.Process]:
        """Its worker processes."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if "dwhisper_worker" in child.cmdline()]


@contextmanager
def started(*words: Word, cwd: Path | None = None, env: dict[str, str] | None = None, prefix: Sequence[str] = ()) -> Iterator[Running]:
    """Starts it, and sees to it that it ends."""
    with subprocess.Popen(
        [*prefix, DWHISPER, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        cwd=cwd,
        env=os.environ | (env or {}),
        start_new_session=True,
    ) as process:
        try:
            yield Running(process)
        finally:
            process.kill()
