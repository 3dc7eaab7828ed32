"""How soon the first text comes, how soon a cancelled run ends, and where processor time goes.

    python benchmarks/latency.py MEDIUM [--model base]

Runs the installed `dwhisper` in homes of their own: to the end once, with the processor time of each of its processes; then until the
first text, five times interrupted there as by Ctrl+C, five times with the job cancelled as by `dwhisper jobs cancel`.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import systems

from dwhisper_gui.core.job import Wish
from dwhisper_gui.jobs.store import Store

DWHISPER = Path(sys.executable).with_name("dwhisper")
SAMPLE_SECONDS = 0.2
RUNS = 5


def started(medium: Path, model: str, home: Path) -> subprocess.Popen[bytes]:
    """`dwhisper transcribe --json`, on its way."""
    weights = systems.weights_of(systems.OURS, model)
    words = [DWHISPER, "transcribe", medium, "--model", weights, "--language", "en", "--output-dir", home, "--json"]
    environment = {**os.environ, "DWHISPER_HOME": os.fspath(home)}
    # A group of its own, since Ctrl+C reaches all processes of a terminal's.
    return subprocess.Popen([os.fspath(word) for word in words], stdout=subprocess.PIPE, env=environment, process_group=0)


def events(running: subprocess.Popen[bytes]) -> Iterator[tuple[float, dict[str, Any]]]:
    """Its events, each with the second it came at."""
    assert running.stdout is not None  # noqa: S101 - it was given a pipe
    for line in running.stdout:
        yield time.monotonic(), json.loads(line)


def interrupt(running: subprocess.Popen[bytes], home: Path, job: str) -> None:
    """As Ctrl+C in its terminal."""
    os.killpg(running.pid, signal.SIGINT)


def cancel(running: subprocess.Popen[bytes], home: Path, job: str) -> None:
    """As `dwhisper jobs cancel`, without the time that starting this command takes."""

    async def wish() -> None:
        async with await Store.open(home / "data") as store:
            await store.set_wish(job, Wish.CANCEL)

    asyncio.run(wish())


def first_text_and_end(medium: Path, model: str, end: Callable[[subprocess.Popen[bytes], Path, str], None]) -> tuple[float, float]:
    """Seconds from the loaded model to the first text, and from when an end is wanted there to that of the last process."""
    with tempfile.TemporaryDirectory() as home, started(medium, model, Path(home)) as running:
        loaded = first = 0.0
        job = ""
        for at, event in events(running):
            if event["event"] == "model_loaded":
                loaded = at
            elif event["event"] == "window" and event["segments"]:
                first, job = at, event["job"]
                break
        everyone = [psutil.Process(running.pid), *psutil.Process(running.pid).children(recursive=True)]
        end(running, Path(home), job)
        wanted = time.monotonic()
        assert running.stdout is not None  # noqa: S101 - it was given a pipe
        running.stdout.read()
        psutil.wait_procs(everyone, timeout=30)
        return first - loaded, time.monotonic() - wanted


def profile(medium: Path, model: str) -> dict[str, float]:
    """Processor time (seconds) of the program's own process, of the worker that loads the model, of the other workers, of ffmpeg."""
    spent: dict[tuple[int, str], float] = {}
    with tempfile.TemporaryDirectory() as home, started(medium, model, Path(home)) as running:
        desktop = psutil.Process(running.pid)
        ended = threading.Event()

        def sample() -> None:
            while not ended.wait(SAMPLE_SECONDS):
                try:
                    times = desktop.cpu_times()
                    spent[desktop.pid, "desktop"] = times.user + times.system
                    workers = [child for child in desktop.children() if "ffmpeg" not in child.name()]
                    for worker in workers:
                        own = worker.cpu_times()
                        spent[worker.pid, "worker"] = own.user + own.system
                    # Of children that have ended: the many ffmpegs, until workers end, too.
                    if len(workers) == sum(kind == "worker" for _, kind in spent):
                        spent[0, "ffmpeg"] = times.children_user + times.children_system
                except psutil.Error:
                    continue

        sampler = threading.Thread(target=sample)
        sampler.start()
        for _ in events(running):
            pass
        ended.set()
        sampler.join()
    workers = sorted(seconds for (_, kind), seconds in spent.items() if kind == "worker")
    others = {kind: seconds for (_, kind), seconds in spent.items() if kind != "worker"}
    return {**others, "worker with the model": workers[-1], "other workers": sum(workers[:-1])}


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measures how soon text comes, how soon a run ends, and where processor time goes.")
    parser.add_argument("medium", type=Path)
    parser.add_argument("--model", choices=("tiny.en", "base"), default="base")
    asked = parser.parse_args()
    spent = profile(asked.medium, asked.model)
    whole = sum(spent.values())
    print("\n".join(f"{kind}: {seconds:.1f} s of processor time, {seconds / whole:.1%}" for kind, seconds in spent.items()))
    for says, end in (("Ctrl+C", interrupt), ("cancelled", cancel)):
        firsts, ends = zip(*(first_text_and_end(asked.medium, asked.model, end) for _ in range(RUNS)), strict=True)
        for what, seconds in (("first text after the model is loaded", firsts), (f"{says}: all is over after", ends)):
            print(f"{what}: median {statistics.median(seconds):.2f} s, most {max(seconds):.2f} s of {RUNS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
