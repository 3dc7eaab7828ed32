"""What a job that was shared out comes to: efficiency, first text, tail, cost. Pure functions of what happened."""

from collections.abc import Sequence
from typing import Any

import ideal
from cases import Case
from shared_run import Shared
from simulated import Simulated, text

Figures = dict[str, Any]


def figures(case: Case, shared: Shared, engine: Simulated | None, killed_at: float | None = None) -> Figures:
    """Of one case. Raises `ValueError` where the text is not the one that the workers gave."""
    windows = shared.of("window")
    chunks = len(shared.of("chunk_done"))
    found: Figures = {
        "group": case.group,
        "case": case.name,
        "workers": case.workers,
        "speed": case.speed,
        "seconds": case.seconds,
        "windows": len(windows),
        "chunks": chunks,
        "wall": shared.last_subtitle - shared.first_lease,
        "command": shared.last_subtitle - shared.began,
        "first_lease": shared.first_lease - shared.began,
        "first_text": min((at for at, event in windows if event["segments"]), default=0.0) - shared.began,
        "cpu": shared.cpu,
        "memory": shared.memory,
        "busy": shared.busy,
    }
    if engine is not None:
        found |= _simulated(case, shared, engine, killed_at)
    return {name: _rounded(value) for name, value in found.items()}


def _simulated(case: Case, shared: Shared, engine: Simulated, killed_at: float | None) -> Figures:
    decodings = [one for one in shared.done if one["what"] == "decode"]
    lengths = _lengths(shared)
    costs = [engine.seconds(length) for length in lengths]
    check(shared, lengths)
    last: dict[int, float] = {}
    for one in decodings:
        last[one["pid"]] = one["to"]
    end = max(last.values())
    begun = {min(one["from"] for one in decodings if one["pid"] == pid) for pid in last}
    wall = shared.last_subtitle - shared.first_lease
    at_best = _at_best(case, costs, None if killed_at is None else killed_at - shared.first_lease)
    return {
        "ideal": at_best,
        "efficiency": at_best / wall,
        "bound": ideal.ideal(costs, case.workers) / ideal.least(costs, case.workers),
        "best_known": ideal.ideal(costs, case.workers) / ideal.best_known(costs, case.workers),
        "begin": sum(begun) / len(begun) - shared.first_lease,
        "tail": end - min(last.values()),
        "idle_at_end": sum(end - one for one in last.values()) / len(last),
        "closing": shared.last_subtitle - end,
        "decoded_again": sum(len(one["windows"]) for one in decodings) - len(lengths),
        "calls": {
            what: [round(value, 4) for value in _spread([one["to"] - one["from"] for one in shared.done if one["what"] == what])]
            for what in ("fetch", "put", "complete")
        },
    }


def _lengths(shared: Shared) -> list[float]:
    """Of each window that was done; one that two workers did counts once."""
    wanted = len(shared.of("window"))
    lengths = [length for one in shared.done if one["what"] == "decode" for length in one["windows"]]
    if len(lengths) == wanted:
        return lengths
    mean = sum(lengths) / len(lengths)
    return (lengths + [mean] * wanted)[:wanted]


def check(shared: Shared, lengths: Sequence[float]) -> None:
    """That each window has the text it was given. Raises `ValueError`."""
    known = text(30.0)
    for _, event in shared.of("window"):
        said = "".join(segment["text"] for segment in event["segments"])
        if not said or not known.startswith(said):
            raise ValueError(f"Window {event['window']} of chunk {event['chunk']} says {said!r}")


def _at_best(case: Case, costs: Sequence[float], killed_after: float | None) -> float:
    """Evenly shared; from when some are killed, by those that are left."""
    even = ideal.ideal(costs, case.workers)
    if killed_after is None or killed_after >= even:
        return even
    return killed_after + (sum(costs) - killed_after * case.workers) / (case.workers - case.killed)


def _spread(values: Sequence[float]) -> list[float]:
    """Median and 95th percentile."""
    ordered = sorted(values) or [0.0]
    return [ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return value
