"""What was measured of jobs that are shared out, as Markdown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import gpus
from cases import FLEET_SPEED, HALF_AN_HOUR, MEDIUM_SECONDS, TEN_HOURS
from tables import table

BEGIN = "<!-- make bench-distributed writes from here -->"
END = "<!-- to here, make bench-distributed -->"
RESPONSE_SECONDS = 30.0
FULLY_BUSY = 0.9
"""Of this computer's cores: from there on it, not the program, may be what limits."""

Entry = Mapping[str, Any]


def report(machine: Mapping[str, Any], entries: Sequence[Entry]) -> str:
    """All tables."""
    lines = [
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}, Python {machine['python']}."
    ]
    lines += ["", *table(("goal", "seen", ""), goals(entries))]
    for group, says in SECTIONS.items():
        here = [one for one in entries if one["group"] == group]
        if here:
            lines += ["", f"### {says}", "", *_rows(here, REAL if group == "real" else SIMULATED)]
    if cost := [one for one in entries if one["group"] == "fleet" and one["workers"] == 8]:
        lines += ["", "### What a chunk costs server and program", "", *_rows(cost, COST)]
    if _of(entries, "fleet", 2, MEDIUM_SECONDS):
        lines += ["", "### How many RTX 2080 Ti for a minute (a model, not measured)", "", *gpus.table_of(entries)]
    return "\n".join(lines)


SECTIONS = {
    "fleet": f"Fleets that are {FLEET_SPEED}x in all",
    "killed": "Workers killed at 40 % of the medium",
    "quick": "Eight quick workers, by their round trip to the server",
    "chunks": f"Windows in a chunk: 8 workers of {FLEET_SPEED / 8:.1f}x",
    "chunks of quick workers": "Windows in a chunk: 8 workers of 450x, 50 ms away",
    "real": "The real engine, tiny.en, beside this computer alone",
}

Column = tuple[str, Callable[[Entry], str]]


def _seconds(name: str) -> Callable[[Entry], str]:
    return lambda one: f"{one[name]:.2f}"


def _share(name: str) -> Callable[[Entry], str]:
    return lambda one: f"{one[name]:.3f}"


def _processor(one: Entry) -> str:
    return " / ".join(f"{one['cpu'].get(name, 0.0):.0f}" for name in ("server", "desktop", "its children", "workers"))


def _memory(one: Entry) -> str:
    return " / ".join(f"{one['memory'].get(name, 0) / 1e6:.0f}" for name in ("server", "desktop", "its children"))


def _busy(one: Entry) -> str:
    return f"{one['busy']:.0%}" + (" (this computer limits)" if one["busy"] > FULLY_BUSY else "")


SIMULATED: tuple[Column, ...] = (
    ("", lambda one: str(one["case"])),
    ("ideal s", _seconds("ideal")),
    ("first lease to last subtitle, s", _seconds("wall")),
    ("**efficiency**", lambda one: f"**{one['efficiency']:.3f}**"),
    ("best plan known of whole windows", _share("best_known")),
    ("none can be above", _share("bound")),
    ("begin: mean wait for the first window, s", _seconds("begin")),
    ("tail: first idle to last done, s", _seconds("tail")),
    ("closing: last done to last subtitle, s", _seconds("closing")),
    ("command to first text, s", _seconds("first_text")),
    ("windows / chunks", lambda one: f"{one['windows']} / {one['chunks']}"),
    ("CPU s: server / program / its children / workers", _processor),
    ("peak MB: server / program / its children", _memory),
    ("cores busy", _busy),
)
REAL: tuple[Column, ...] = (
    ("", lambda one: str(one["case"])),
    ("first lease to last subtitle, s", _seconds("wall")),
    ("command to last subtitle, s", _seconds("command")),
    ("windows / chunks", lambda one: f"{one['windows']} / {one['chunks']}"),
    ("CPU s: server / program / its children / workers", _processor),
    ("peak MB: server / program / its children", _memory),
)
COST: tuple[Column, ...] = (
    ("", lambda one: str(one["case"])),
    ("chunks", lambda one: str(one["chunks"])),
    ("server, ms of CPU a chunk", lambda one: f"{1000 * one['cpu']['server'] / one['chunks']:.0f}"),
    ("program (without children), ms of CPU a chunk", lambda one: f"{1000 * one['cpu']['desktop'] / one['chunks']:.0f}"),
    ("fetch ms, median / p95", lambda one: _call(one, "fetch")),
    ("put", lambda one: _call(one, "put")),
    ("complete", lambda one: _call(one, "complete")),
)


def _call(one: Entry, what: str) -> str:
    return " / ".join(f"{1000 * value:.0f}" for value in one["calls"][what])


def _rows(entries: Sequence[Entry], columns: Sequence[Column]) -> list[str]:
    return table([head for head, _ in columns], [[cell(one) for _, cell in columns] for one in entries])


def _of(entries: Sequence[Entry], group: str, workers: int, seconds: float) -> Entry | None:
    found = [one for one in entries if (one["group"], one["workers"], one["seconds"]) == (group, workers, seconds)]
    return found[0] if found else None


def goals(entries: Sequence[Entry]) -> list[tuple[str, str, str]]:
    """Each goal, what was seen, and whether that meets it."""
    return [(aim, seen, "met" if met else "missed") for aim, seen, met in _goals(entries)]


def _goals(entries: Sequence[Entry]) -> Iterator[tuple[str, str, bool]]:
    eight, many = _of(entries, "fleet", 8, MEDIUM_SECONDS), _of(entries, "fleet", 64, MEDIUM_SECONDS)
    if eight:
        yield "efficiency of 8 workers at least 0.97", f"{eight['efficiency']:.3f}", eight["efficiency"] >= 0.97
        yield "their tail at most 1 s", f"{eight['tail']:.2f} s", eight["tail"] <= 1.0
        yield "first text at most 3 s after the command, workers warm", f"{eight['first_text']:.2f} s", eight["first_text"] <= 3.0
    if many:
        share = many["efficiency"] / many["best_known"]
        yield (
            "of 64 at least 0.95 of what whole windows allow",
            f"{share:.3f} ({many['efficiency']:.3f} of {many['best_known']:.3f})",
            share >= 0.95,
        )
    for one in (one for one in entries if one["group"] == "killed"):
        over = one["wall"] - one["ideal"]
        yield f"{one['case']}: at most {RESPONSE_SECONDS:.0f} s above the ideal", f"{over:.1f} s above", over <= RESPONSE_SECONDS
    for one in (one for one in entries if one["group"] == "quick" and one["speed"] == 100.0):
        yield f"{one['case']}: efficiency at least 0.9", f"{one['efficiency']:.3f}", one["efficiency"] >= 0.9
    for group in ("chunks", "chunks of quick workers"):
        swept = {one["case"]: one["wall"] for one in entries if one["group"] == group}
        planned, best = swept.pop("as planned", None), min(swept, key=lambda case: swept[case], default=None)
        if planned is not None and best is not None:
            seen = f"{planned:.2f} s, the best ({best}) {swept[best]:.2f} s"
            yield f"{group}: as planned within 3 % of the best of the sweep", seen, planned <= 1.03 * swept[best]
    short, long = _of(entries, "fleet", 8, HALF_AN_HOUR), _of(entries, "fleet", 8, TEN_HOURS)
    if short and long:
        costs = [1000 * one["cpu"]["server"] / one["chunks"] for one in (short, long)]
        yield "a chunk costs the server the same of 30 min and of 10 h", f"{costs[0]:.0f} and {costs[1]:.0f} ms", costs[1] <= 1.1 * costs[0]
    real = {one["case"]: one["wall"] for one in entries if one["group"] == "real"}
    for workers in ("1 worker", "2 workers"):
        local, shared = real.get(f"{workers}, this computer alone"), real.get(f"{workers}, Conductor")
        if local and shared:
            yield (
                f"{workers}: Conductor costs under 5 %",
                f"{shared:.1f} s against {local:.1f} s: {shared / local - 1:+.1%}",
                shared < 1.05 * local,
            )
