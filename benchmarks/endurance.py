"""A long recording: memory over its whole length, and what a `kill -9` in the middle costs.

    python benchmarks/endurance.py MEDIUM [--model tiny.en] [--kill] [--csv memory.csv]

Transcribes MEDIUM with the installed `dwhisper` in a home of its own and samples the memory (resident) of the desktop's process and of its
children each second. With --kill it does so twice more elsewhere: killed in the middle, then by the same command again; and compares
the texts, word by word with their times.
"""

import argparse
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

DWHISPER = Path(sys.executable).with_name("dwhisper")


class Go:
    """One go of `dwhisper transcribe`, watched."""

    def __init__(self, medium: Path, model: str, home: Path, out: Path) -> None:
        command: list[str | Path] = [DWHISPER, "transcribe", medium, "--model", model, "--format", "json", "--format", "srt"]
        self.samples: list[tuple[float, float, float, float]] = []
        self.events: list[dict[str, Any]] = []
        self.done = 0.0
        self.total = 0.0
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [os.fspath(word) for word in (*command, "--output-dir", out, "--overwrite", "--json")],
            stdout=subprocess.PIPE,
            env={**os.environ, "DWHISPER_HOME": os.fspath(home)},
        )
        threading.Thread(target=self._sample, daemon=True).start()

    def _sample(self) -> None:
        desktop = psutil.Process(self.process.pid)
        while self.process.poll() is None:
            try:
                children = sum(child.memory_info().rss for child in desktop.children(recursive=True))
                self.samples.append((time.monotonic() - self.began, self.done, desktop.memory_info().rss / 1e6, children / 1e6))
            except psutil.Error:
                pass
            time.sleep(1.0)

    def follow(self, kill_at: float | None = None) -> int:
        """Reads events to the end; kills the program once it has done `kill_at` of the whole. Returns its exit status."""
        assert self.process.stdout is not None  # noqa: S101 - it was given a pipe
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                break  # the line it was writing when it was killed
            if event["event"] == "progress":
                self.done, self.total = event["done_seconds"], event["total_seconds"]
                if kill_at is not None and self.done >= kill_at * self.total:
                    self.process.send_signal(signal.SIGKILL)
                    break
            else:
                self.events.append(event)
        status = self.process.wait()
        self.process.stdout.close()
        return status

    @property
    def seconds(self) -> float:
        """Wall time until now."""
        return time.monotonic() - self.began


def words(out: Path) -> list[tuple[float, float, str]]:
    """Every word with its times, from the JSON written."""
    (path,) = out.glob("*.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    return [(word["start"], word["end"], word["word"]) for segment in found["segments"] for word in segment["words"]]


def sampled_windows(go: Go) -> int:
    """Windows whose text came from a temperature, which no two runs need have alike."""
    return sum(event["sampled"] for event in go.events if event["event"] == "window")


def curve(samples: list[tuple[float, float, float, float]]) -> None:
    """Prints memory at each tenth of the medium."""
    print("\n| medium done (s) | wall (s) | desktop (MB) | children (MB) |\n|---|---|---|---|")
    last = samples[-1][1]
    for tenth in range(11):
        wall, done, desktop, children = min(samples, key=lambda sample: abs(sample[1] - last * tenth / 10))
        print(f"| {done:.0f} | {wall:.0f} | {desktop:.0f} | {children:.0f} |")
    print(f"peak of the desktop: {max(sample[2] for sample in samples):.0f} MB; of its children: {max(s[3] for s in samples):.0f} MB")


def main() -> int:
    """Returns 0 where all went well and the texts are the same."""
    parser = argparse.ArgumentParser()
    parser.add_argument("medium", type=Path)
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--csv", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        whole = Go(asked.medium, asked.model, Path(place, "home"), Path(place, "whole"))
        status = whole.follow()
        print(f"without a kill: status {status}, {whole.seconds:.1f} s for {whole.total:.0f} s: {whole.total / whole.seconds:.1f}x")
        curve(whole.samples)
        if asked.csv:
            with asked.csv.open("w", newline="") as file:
                csv.writer(file).writerows([("wall_s", "medium_s", "desktop_mb", "children_mb"), *whole.samples])
        if not asked.kill or status:
            return status
        first = Go(asked.medium, asked.model, Path(place, "home2"), Path(place, "again"))
        print(f"\nkilled at {first.follow(kill_at=0.5) and first.done:.0f} s of the medium, after {first.seconds:.1f} s")
        second = Go(asked.medium, asked.model, Path(place, "home2"), Path(place, "again"))
        status = second.follow()
        resumed = next(event["resumed"] for event in second.events if event["event"] == "job_added")
        windows = [sum(event["event"] == "window" for event in go.events) for go in (whole, first, second)]
        print(
            f"again: status {status}, resumed: {resumed}, {second.seconds:.1f} s; windows whole {windows[0]}, {windows[1]} + {windows[2]}"
        )
        same = words(Path(place, "whole")) == words(Path(place, "again"))
        print(f"same words and times: {same} ({len(words(Path(place, 'whole')))} words; sampled windows: {sampled_windows(whole)})")
        return 0 if same and not status else 1


if __name__ == "__main__":
    sys.exit(main())
