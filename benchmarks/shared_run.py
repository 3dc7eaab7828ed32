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

from dwhisper_gui.settings import set_value

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
    """Seconds of processor time, of server, desktop, its children (ffmpeg, voice activity detection) and workers."""
    busy: float = 0.0
    """The share of this computer's cores that anything used meanwhile."""
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


def alone(medium: Path, home: Path, processes: int, threads: int) -> Shared:
    """`dwhisper transcribe MEDIUM` on this computer alone, with so many engine processes, each of so many threads. Raises `JobFailed`."""
    for key, value in (("worker.processes", processes), ("worker.threads", threads)):
        set_value(key, str(value), home / "config" / "settings.json")
    words = [*DWHISPER, "transcribe", os.fspath(medium), "--model", MODEL, "--language", "en"]
    words += ["--output-dir", os.fspath(home), "--format", "srt", "--json"]
    return _watched(words, None, {"DWHISPER_HOME": os.fspath(home)}, lambda _: None)


def _watched(words: Sequence[str], fleet: Fleet | None, environment: dict[str, str], on_event: Callable[[Event], None]) -> Shared:
    before = {"server": spent(fleet.server.pid), "workers": fleet.cpu()} if fleet else {}
    found = Shared(time.monotonic())
    psutil.cpu_percent()  # from now on
    pipe = subprocess.PIPE
    running = subprocess.Popen(words, stdout=pipe, stderr=pipe, stdin=subprocess.DEVNULL, env=os.environ | environment)
    over = threading.Event()
    sampler = threading.Thread(target=_sample, daemon=True, args=(found, running.pid, fleet and fleet.server.pid, over))
    said: list[bytes] = []
    listener = threading.Thread(daemon=True, target=lambda: said.append(running.stderr.read() if running.stderr else b""))
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
    found.busy = psutil.cpu_percent() / 100
    if fleet:
        found.cpu |= {"server": spent(fleet.server.pid) - before["server"], "workers": fleet.cpu() - before["workers"]}
        found.done = [one for one in fleet.done() if found.began <= one["to"] <= found.ended]
    ended = found.of("job_ended")
    if running.returncode or not ended or ended[0][1]["state"] != "done":
        last = b"".join(said).decode(errors="replace")[-1500:]
        raise JobFailed(f"It ended with {running.returncode}: {[event for _, event in ended]} {last}")
    return found


def _sample(found: Shared, desktop: int, server: int | None, over: threading.Event) -> None:
    children: dict[int, float] = {}
    while not over.wait(SAMPLE_SECONDS):
        try:
            top = psutil.Process(desktop)
            below = top.children(recursive=True)
            times = top.cpu_times()
            children |= {child.pid: spent(child.pid) or children.get(child.pid, 0.0) for child in below}
            seen = {
                "desktop": top.memory_info().rss,
                "its children": sum(child.memory_info().rss for child in below),
                "server": psutil.Process(server).memory_info().rss if server else 0,
            }
        except psutil.Error:
            continue
        found.memory = {name: max(size, found.memory.get(name, 0)) for name, size in seen.items()}
        # A child that has ended is counted by the process that started it.
        alive = sum(children[child.pid] for child in below)
        found.cpu["desktop"] = times.user + times.system
        found.cpu["its children"] = max(found.cpu.get("its children", 0.0), times.children_user + times.children_system + alive)
