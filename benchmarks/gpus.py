"""A model of how many RTX 2080 Ti do the recording in a minute, from one's serial speed and what was measured of fleets."""

from collections.abc import Mapping, Sequence
from typing import Any

from cases import MEDIUM_SECONDS
from tables import table

SERIAL_SECONDS = {"tiny.en": 171.1, "base.en": 260.8, "small.en": 432.4}
"""openai-whisper on one RTX 2080 Ti, 94 min 30 s of sound: the origin of this program's design. Not measured here."""
GOAL_SECONDS = 60.0
MOST = 64

Entry = Mapping[str, Any]


def seconds(serial: float, workers: int, fleets: Mapping[int, tuple[float, float]]) -> float:
    """From the command to the last subtitle: what comes before the first lease, and an even share of the work at the efficiency of the
    smallest measured fleet that has at least so many workers. `fleets`: by their workers, seconds to the first lease, and efficiency."""
    size = min(size for size in fleets if size >= workers)
    first_lease, efficiency = fleets[size]
    return first_lease + serial / workers / efficiency


def needed(serial: float, fleets: Mapping[int, tuple[float, float]]) -> int | None:
    """How many do it within the minute; None: more than were measured."""
    return next((workers for workers in range(1, max(fleets) + 1) if seconds(serial, workers, fleets) <= GOAL_SECONDS), None)


def table_of(entries: Sequence[Entry]) -> list[str]:
    """A row for each model."""
    fleets = {
        one["workers"]: (one["first_lease"], one["efficiency"])
        for one in entries
        if one["group"] == "fleet" and one["seconds"] == MEDIUM_SECONDS
    }
    rows = []
    for model, serial in SERIAL_SECONDS.items():
        count = needed(serial, fleets)
        shown = "more than were measured" if count is None else str(count)
        takes = "" if count is None else f"{seconds(serial, count, fleets):.1f}"
        rows.append((model, f"{serial}", f"{MEDIUM_SECONDS / serial:.1f}x", shown, takes))
    return table(("", "openai-whisper on one, s", "", "GPUs that need less than a minute together", "they take, s"), rows)
