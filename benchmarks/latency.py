"""How soon the first text comes, how soon a cancelled run ends, and where processor time goes.

    python benchmarks/latency.py MEDIUM [--model base]

Runs the installed `dwhisper` in homes of their own: to the end once, with the processor time of each of its processes; then five times
until the first text, and there is interrupted as by Ctrl+C.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import systems

DWHISPER = Path(sys.executable).with_name("dwhisper")
SAMPLE_SECONDS = 0.2
CANCELS = 5


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


def first_text_and_cancel(medium: Path, model: str) -> tuple[float, float]:
    """Seconds from the loaded model to the first text, and from Ctrl+C there to the end of the last process."""
    with tempfile.TemporaryDirectory() as home, started(medium, model, Path(home)) as running:
        loaded = first = 0.0
        for at, event in events(running):
            if event["event"] == "model_loaded":
                loaded = at
            elif event["event"] == "window" and event["segments"]:
                first = at
                break
        everyone = [psutil.Process(running.pid), *psutil.Process(running.pid).children(recursive=True)]
        cancelled = time.monotonic()
        os.killpg(running.pid, signal.SIGINT)
        assert running.stdout is not None  # noqa: S101 - it was given a pipe
        running.stdout.read()
        psutil.wait_procs(everyone, timeout=30)
        return first - loaded, time.monotonic() - cancelled


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
    firsts, cancels = zip(*(first_text_and_cancel(asked.medium, asked.model) for _ in range(CANCELS)), strict=True)
    for says, seconds in (("first text after the model is loaded", firsts), ("cancelled", cancels)):
        print(f"{says}: median {statistics.median(seconds):.2f} s, most {max(seconds):.2f} s of {CANCELS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
