"""Jobs shared out to many workers, on a real server: how near they come to what the fleet could do at best.

    python benchmarks/distributed.py [--groups fleet quick …] [--only TEXT] [--shorter 10] [--record]

Everything is real (server, worker processes, program, files, sealing) but for the workers' engine, which takes as long as it says and
gives known words (`simulated.py`); the group “real” has the real one. All of it runs on this computer, over its loopback.
Prints Markdown. With --record what was measured goes into recorded_distributed.json and docs/benchmarks.md, beside what is there of other
cases.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import bench
import distributed_tables
import forced_chunks
import long_media
import systems
import tables
from cases import CASES, GROUPS, Case
from figures import Figures, figures
from fleet import Fleet, NotStarted, fleet, served
from shared_run import DWHISPER, JobFailed, alone, run
from simulated import Simulated

RECORDED = Path(__file__).with_name("recorded_distributed.json")
WARM_SECONDS = 180.0
"""Of the recording that warms up server and workers."""
KILL_SHARE = 0.4
"""Of the medium: once so much of it is done, workers are killed."""
FORCED = (sys.executable, str(Path(forced_chunks.__file__)))
THREADS = {1: 2, 2: 1}
"""Engine threads of each of so many real workers, here and there alike."""


def measured(case: Case, keep: Path | None = None) -> Figures:
    """One case, with a server and workers of its own. What happened is written to `keep`, where that is given."""
    with tempfile.TemporaryDirectory(prefix="dwhisper-bench-") as made, ExitStack() as held:
        place = Path(made)
        medium = long_media.looped(case.seconds)
        if case.local:
            return figures(case, alone(medium, place / "home", case.workers, THREADS[case.workers]), None)
        server = held.enter_context(served(place / "server"))
        folder = place / "fleet"
        folder.mkdir()
        engine = Simulated.of(case.speed, folder, case.batch) if case.speed else None
        options = () if engine else ("--threads", str(THREADS[case.workers]))
        workers = held.enter_context(fleet(server, folder, case.workers, engine, trip=case.trip, options=options))
        run(long_media.looped(WARM_SECONDS), workers, place / "warm")
        workers.wait_until_known()
        return _of_fleet(case, medium, workers, place / "home", engine, keep)


def _of_fleet(case: Case, medium: Path, workers: Fleet, home: Path, engine: Simulated | None, keep: Path | None) -> Figures:
    killed_at: list[float] = []
    prepared: list[Any] = []
    parts = len(long_media.parts(case.seconds))

    def on_event(event: dict[str, Any]) -> None:
        if case.killed and not killed_at and event["event"] == "progress" and event["done_seconds"] > KILL_SHARE * event["total_seconds"]:
            killed_at.append(time.monotonic())
            for worker in workers.workers[: case.killed]:
                worker.send_signal(signal.SIGKILL)
        if event["event"] == "part_prepared":
            prepared.append(event)

    desktop, environment = (FORCED, {forced_chunks.VARIABLE: str(case.chunk)}) if case.chunk else (DWHISPER, {})
    if not case.held_back:
        shared = run(medium, workers, home, desktop=desktop, environment=environment, on_event=on_event)
    else:
        workers.hold_back()
        with workers.let_go_once(lambda: len(prepared) == parts):
            shared = run(medium, workers, home, desktop=desktop, environment=environment, on_event=on_event)
    if keep is not None:
        keep.write_text(json.dumps(asdict(shared)), encoding="utf-8")
    return figures(case, shared, engine, killed_at[0] if killed_at else None)


def recorded() -> list[Figures]:
    """What was measured before."""
    if not RECORDED.exists():
        return []
    found: list[Figures] = json.loads(RECORDED.read_text(encoding="utf-8"))["entries"]
    return found


def record(entries: Sequence[Figures]) -> None:
    """Writes the figures and the document."""
    kept = {(one["group"], one["case"]): one for one in (*recorded(), *entries)}
    names = [(case.group, case.name) for case in CASES]
    ordered = [kept[name] for name in names if name in kept]
    machine = bench.machine(set())
    RECORDED.write_text(json.dumps({"machine": machine, "entries": ordered}, indent=1) + "\n", encoding="utf-8")
    document = systems.REPOSITORY / "docs" / "benchmarks.md"
    before = document.read_text(encoding="utf-8")
    marks = (distributed_tables.BEGIN, distributed_tables.END)
    document.write_text(tables.into(before, distributed_tables.report(machine, ordered), *marks), encoding="utf-8")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measures jobs that are shared out to many workers.")
    parser.add_argument("--groups", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--shorter", type=float, default=1.0, help="media so many times shorter, to try things; nothing of it is recorded")
    parser.add_argument("--keep", type=Path, help="a file for all that happened in the last case, as JSON")
    parser.add_argument("--record", action="store_true")
    asked = parser.parse_args()
    if asked.record and asked.shorter != 1.0:
        parser.error("--record takes media as long as they are: leave out --shorter.")
    entries: list[Figures] = []
    for case in CASES:
        if case.group not in asked.groups or asked.only not in case.name:
            continue
        began = time.monotonic()
        try:
            entries.append(measured(replace(case, seconds=case.seconds / asked.shorter), asked.keep))
        except (JobFailed, NotStarted, ValueError) as error:
            print(f"{case.group}, {case.name}: {error}", file=sys.stderr)
            return 1
        told = {name: entries[-1].get(name) for name in ("ideal", "wall", "efficiency", "first_text", "tail", "closing", "busy", "chunks")}
        print(f"{case.group}, {case.name}: {told} ({time.monotonic() - began:.0f} s in all)", file=sys.stderr, flush=True)
        # What is measured is kept, whatever comes after.
        if asked.record:
            record(entries)
    if not asked.record:
        print(distributed_tables.report(bench.machine(set()), entries))
    return 0


if __name__ == "__main__":
    # As when it is interrupted: no process outlives the run.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
