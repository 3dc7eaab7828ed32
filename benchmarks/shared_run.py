"""One job of the real program, shared out to a fleet, and measured: its events, what the workers noted, processor time and memory."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from fleet import MODEL, Fleet, spent

DWHISPER = (str(Path(sys.executable).with_name("dwhisper")),)
SAMPLE_SECONDS = 0.25
Event = dict[str, Any]


class JobFailed(Exception):
    """The program did not come to a whole text; the sentence ends with its last words."""


@dataclass
class Shared:
    """What happened. Times are of the monotonic clock, which all processes of a computer share."""

    began: float
    ended: float = 0.0
    events: list[tuple[float, Event]] = field(default_factory=list)
    done: list[dict[str, Any]] = field(default_factory=list)
    """What the workers noted in that time (`simulated.Notes`)."""
    cpu: dict[str, float] = field(default_factory=dict)
    """Seconds of processor time, of server, desktop (with its children) and workers."""
    memory: dict[str, int] = field(default_factory=dict)
    """The most bytes that were resident."""

    def of(self, name: str) -> list[tuple[float, Event]]:
        """The events of that name, each with when it was told."""
        return [(at, event) for at, event in self.events if event["event"] == name]

    @property
    def first_lease(self) -> float:
        """When a worker was first given a chunk; of real ones, when the desktop came to know."""
        noted = [one["to"] for one in self.done if one["what"] == "poll"]
        return float(min(noted)) if noted else self.of("leased")[0][0]

    @property
    def last_subtitle(self) -> float:
        """When the files were written."""
        return self.of("job_ended")[0][0]


def run(
    medium: Path,
    fleet: Fleet,
    home: Path,
    *,
    desktop: Sequence[str] = DWHISPER,
    environment: dict[str, str] | None = None,
    on_event: Callable[[Event], None] = lambda _: None,
) -> Shared:
    """`dwhisper transcribe MEDIUM --runner conductor`; `on_event` is called as things happen. Raises `JobFailed`."""
    words = [*desktop, "transcribe", os.fspath(medium), "--runner", "conductor", "--model", MODEL, "--language", "en"]
    words += ["--output-dir", os.fspath(home), "--format", "srt", "--json"]
    return _watched(words, fleet, fleet.environment(home) | (environment or {}), on_event)


def _watched(words: Sequence[str], fleet: Fleet, environment: dict[str, str], on_event: Callable[[Event], None]) -> Shared:
    before = {"server": spent(fleet.server.pid), "workers": fleet.cpu()}
    found = Shared(time.monotonic())
    pipe = subprocess.PIPE
    running = subprocess.Popen(words, stdout=pipe, stderr=pipe, stdin=subprocess.DEVNULL, env=os.environ | environment)
    over = threading.Event()
    sampler = threading.Thread(target=_sample, args=(found, running.pid, fleet.server.pid, over))
    said: list[bytes] = []
    listener = threading.Thread(target=lambda: said.append(running.stderr.read() if running.stderr else b""))
    sampler.start()
    listener.start()
    try:
        assert running.stdout is not None  # noqa: S101 - it was given a pipe
        for line in running.stdout:
            event = json.loads(line)
            found.events.append((time.monotonic(), event))
            on_event(event)
    finally:
        if running.poll() is None and not found.of("finished"):
            running.terminate()
        running.wait()
        over.set()
        sampler.join()
        listener.join()
    found.ended = time.monotonic()
    found.cpu |= {"server": spent(fleet.server.pid) - before["server"], "workers": fleet.cpu() - before["workers"]}
    found.done = [one for one in fleet.done() if found.began <= one["to"] <= found.ended]
    ended = found.of("job_ended")
    if running.returncode or not ended or ended[0][1]["state"] != "done":
        last = b"".join(said).decode(errors="replace")[-1500:]
        raise JobFailed(f"It ended with {running.returncode}: {[event for _, event in ended]} {last}")
    return found


def _sample(found: Shared, desktop: int, server: int, over: threading.Event) -> None:
    ours: dict[int, float] = {}
    while not over.wait(SAMPLE_SECONDS):
        try:
            top = psutil.Process(desktop)
            everyone = (top, *top.children(recursive=True))
            for process in everyone:
                ours[process.pid] = spent(process.pid) or ours.get(process.pid, 0.0)
            seen = {
                "desktop": top.memory_info().rss,
                "its children": sum(process.memory_info().rss for process in everyone[1:]),
                "server": psutil.Process(server).memory_info().rss,
            }
        except psutil.Error:
            continue
        found.memory = {name: max(size, found.memory.get(name, 0)) for name, size in seen.items()}
        # A child that has ended is counted with the process that started it.
        alive = {process.pid for process in everyone}
        found.cpu["desktop"] = max(found.cpu.get("desktop", 0.0), sum(time for pid, time in ours.items() if pid in alive))
