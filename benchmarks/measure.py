"""Runs a command and measures it: wall time, processor time, and the memory of all its processes together."""

import os
import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_SECONDS = 0.2


@dataclass(frozen=True)
class Run:
    wall: float
    """Seconds from the command to its end."""
    cpu: float
    """Seconds of processor time, of all its processes."""
    memory: int
    """The most bytes resident at once, of all its processes; pages that they share count for each."""
    status: int


class CommandFailed(Exception):
    """A command that is measured did not do its work; the sentence ends with its last words."""


def run(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None, fine: frozenset[int] = frozenset({0})) -> Run:
    """Runs it to its end; what it prints goes to `log`. Raises `CommandFailed` where its exit status is not in `fine`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    most = 0
    ended = threading.Event()
    with log.open("wb") as file:
        began = time.monotonic()
        running = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
        )

        def sample() -> None:
            nonlocal most
            while not ended.wait(SAMPLE_SECONDS):
                most = max(most, _resident(running.pid))

        sampler = threading.Thread(target=sample)
        sampler.start()
        try:
            status = running.wait()
            wall = time.monotonic() - began
        finally:
            if running.poll() is None:
                running.terminate()
                running.wait()
            ended.set()
            sampler.join()
    if status not in fine:
        words = log.read_text(encoding="utf-8", errors="replace")[-1500:]
        raise CommandFailed(f"{command[0]} ended with status {status}. Its last words:\n{words}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Run(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, most, status)


def _resident(pid: int) -> int:
    total = 0
    try:
        top = psutil.Process(pid)
        for process in (top, *top.children(recursive=True)):
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
    except psutil.NoSuchProcess:
        pass
    return total
