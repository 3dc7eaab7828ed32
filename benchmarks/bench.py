"""This program beside its peers, in turns, from command to finished file.

    python benchmarks/bench.py [--models tiny.en base] [--media clean clean2 …] [--systems dwhisper …] [--runs 3] [--record | --check]

Media are made, weights put together and peers installed where they are not in the user's cache yet. Prints Markdown. With --record what
was measured goes into recorded.json and docs/benchmarks.md, beside what is there of other media, models and systems. With --check it is
held against recorded.json: exit status 1 where this program's lead shrank by more than a tenth.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import measure
import media
import psutil
import score
import systems
import tables
from pooling import leads

RECORDED = Path(__file__).with_name("recorded.json")
DOCUMENT = systems.REPOSITORY / "docs" / "benchmarks.md"
LOST = 0.1
"""The share of a recorded ratio that may be lost to noise."""
FINE = frozenset({0, 3})
"""3: this program says that it could not hear something, and has written the rest."""

Entry = dict[str, Any]


def compare(model: str, name: str, chosen: Sequence[systems.System], runs: int, once: Sequence[str], seconds: float | None) -> list[Entry]:
    """Measures the systems in turns with one model on one medium."""
    medium = media.medium(name, seconds)
    script = media.script(medium)
    done: dict[str, list[measure.Run]] = {system.name: [] for system in chosen}
    scores: dict[str, score.Score] = {}
    with tempfile.TemporaryDirectory() as place:
        for run in range(runs):
            for system in chosen:
                if run and system.name in once:
                    continue
                out = Path(place, f"{system.name}-{run}")
                out.mkdir()
                home = {"DWHISPER_HOME": os.fspath(out / "home")}
                fine = FINE if system.name == systems.OURS else frozenset({0})
                measured = measure.run(systems.command(system, model, medium, out), out / "log.txt", home, fine)
                done[system.name].append(measured)
                if run == 0:
                    heard = systems.transcript(out)
                    scores[system.name] = score.score(script, heard.segments, heard.cues)
                told = f"{measured.wall:.1f} s, {measured.memory / 1e6:.0f} MB, WER {scores[system.name].wer:.2f} %"
                print(f"{model} {name} {run + 1}/{runs} {system.name}: {told}", file=sys.stderr, flush=True)
    ours = [one.wall for one in done.get(systems.OURS, [])]
    length = seconds_of(medium)
    return [
        {
            "model": model,
            "medium": name,
            "seconds": length,
            "system": system,
            "walls": [round(one.wall, 3) for one in measured],
            "ratios": [round(one.wall / own, 3) for one, own in zip(measured, ours, strict=False)],
            "cpu": [round(one.cpu, 2) for one in measured],
            "memory": [one.memory for one in measured],
            "score": scores[system].plain(),
        }
        for system, measured in done.items()
    ]


def seconds_of(medium: Path) -> float:
    """How long a medium is."""
    asked = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", os.fspath(medium)]
    return float(subprocess.run(asked, stdout=subprocess.PIPE, check=True).stdout)


def machine(packages: set[str]) -> dict[str, Any]:
    """What figures depend on besides what is measured."""
    held: dict[str, str] = {}
    for package in sorted(packages):
        held |= systems.versions(package)
    return {
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": held,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "an unknown processor"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def recorded() -> dict[str, Any]:
    """What was measured before."""
    if not RECORDED.exists():
        return {"machine": {"versions": {}}, "entries": []}
    found: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


def record(entries: list[Entry], packages: set[str]) -> None:
    """Writes the figures and the document; figures of another machine are dropped."""
    before, here = recorded(), machine(packages)
    same = all(before["machine"].get(key) == here[key] for key in ("processor", "cores"))
    kept = {_key(one): one for one in before["entries"]} if same else {}
    if same:
        here["versions"] = before["machine"]["versions"] | here["versions"]
    kept |= {_key(one): one for one in entries}
    ordered = sorted(kept.values(), key=_place)
    RECORDED.write_text(json.dumps({"machine": here, "entries": ordered}, indent=1) + "\n", encoding="utf-8")
    document = tables.into(DOCUMENT.read_text(encoding="utf-8"), tables.report(here, ordered))
    DOCUMENT.write_text(document, encoding="utf-8")


def _key(entry: Entry) -> tuple[str, str, str]:
    return entry["model"], entry["medium"], entry["system"]


def _place(entry: tables.Entry) -> tuple[bool, str, int, int]:
    return entry["model"] != "tiny.en", entry["model"], list(media.MEDIA).index(entry["medium"]), systems.NAMES.index(entry["system"])


def fastest_peer(entries: Sequence[Entry]) -> str | None:
    """The peer with word times, by its own defaults, that this program led least."""
    timed = {name: lead for name, lead in leads(entries).items() if systems.named(name).word_times}
    return min(timed, key=timed.__getitem__, default=None)


def shrunk(before: Sequence[Entry], now: Sequence[Entry]) -> list[str]:
    """A sentence for each ratio that fell by more than `LOST`."""
    was = {_key(one): statistics.median(one["ratios"]) for one in before if one["ratios"]}
    found = []
    for one in now:
        model, medium, system = key = _key(one)
        if system == systems.OURS or key not in was:
            continue
        ratio = statistics.median(one["ratios"])
        if ratio < (1 - LOST) * was[key]:
            found.append(f"{model} on {medium}: {ratio:.2f} times as fast as {system}; recorded are {was[key]:.2f}.")
    return found


def check(models: Sequence[str], names: Sequence[str], runs: int) -> int:
    """Measures again against the fastest peer of what is recorded. Returns 1 where the lead shrank."""
    before, now = recorded(), []
    if before["machine"].get("processor") != _processor():
        print("The recorded figures are of another machine: ratios may differ for that reason alone.", file=sys.stderr)
    for model in models:
        for name in names:
            peer = fastest_peer([one for one in before["entries"] if (one["model"], one["medium"]) == (model, name)])
            if peer is not None:
                now += compare(model, name, [systems.named(systems.OURS), systems.named(peer)], runs, (), None)
    if not now:
        print("Nothing is recorded of these models and media: run `make bench` first.", file=sys.stderr)
        return 1
    lost = shrunk(before["entries"], now)
    print("\n".join(lost or [f"No lead is more than {LOST:.0%} below the recorded one."]))
    return 1 if lost else 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measures this program beside its peers.")
    parser.add_argument("--models", nargs="+", choices=("tiny.en", "base"), default=["tiny.en", "base"])
    parser.add_argument(
        "--media", nargs="+", choices=sorted(media.MEDIA), help="all by default; for --check, those that speed is measured on"
    )
    parser.add_argument("--systems", nargs="+", choices=systems.NAMES, default=list(systems.NAMES))
    parser.add_argument("--runs", type=int, default=3, help="of media that speed is measured on; words of the others need one")
    parser.add_argument("--once-for", nargs="*", choices=systems.NAMES, default=[], help="systems too slow to be run more than once")
    parser.add_argument("--seconds", type=float, help="shorter media, to try things; nothing of it is recorded")
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument("--record", action="store_true")
    doing.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    if asked.record and asked.seconds:
        parser.error("--record takes media as long as they are: leave out --seconds.")
    if asked.record and systems.OURS not in asked.systems and set(asked.media or media.MEDIA) & set(media.TIMED):
        parser.error(f"--record of media that speed is measured on needs {systems.OURS} among the systems: leads are of the same turns.")
    try:
        if asked.check:
            return check(asked.models, asked.media or media.TIMED, asked.runs)
        chosen = [systems.named(name) for name in systems.NAMES if name in asked.systems]
        packages = {system.package for system in chosen}
        systems.prepare(chosen, asked.models)
        entries: list[Entry] = []
        for model in asked.models:
            for name in asked.media or media.MEDIA:
                entries += compare(model, name, chosen, asked.runs if name in media.TIMED else 1, asked.once_for, asked.seconds)
                # What is measured is kept, whatever comes after.
                if asked.record:
                    record(entries, packages)
        if not asked.record:
            print(tables.report(machine(packages), sorted(entries, key=_place)))
    except (*systems.FAILURES, measure.CommandFailed) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
