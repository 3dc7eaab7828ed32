"""What `distributed.py` measures: fleets, quick workers far away, workers that are killed, sizes of chunks, the real engine."""

from dataclasses import dataclass

FLEET_SPEED = 94.5
"""Of all workers of a fleet together."""
MEDIUM_SECONDS = 5670.0
"""94 min 30 s, which such a fleet does in a minute."""
HALF_AN_HOUR, TEN_HOURS = 1800.0, 36_000.0
QUICK_SECONDS = {100.0: 14_400.0, 450.0: 18_000.0}
"""Of a medium for eight workers that are so quick: so that they have something to do for some seconds."""
QUICK_BATCH = {100.0: 4, 450.0: 16}


@dataclass(frozen=True)
class Case:
    """One job to be measured."""

    group: str
    name: str
    workers: int
    speed: float = 0.0
    """Of each worker; 0: the real engine."""
    seconds: float = MEDIUM_SECONDS
    trip: float = 0.0
    """From a worker to the server and back."""
    batch: int = 1
    killed: int = 0
    """So many are killed in the middle."""
    chunk: int = 0
    """Windows in each chunk; 0: as the program sizes them."""
    held_back: bool = False
    """Workers begin once everything is given out: the desktop, which has two cores here, could not keep up with them."""
    local: bool = False
    """On this computer alone, to compare with."""


def of_fleet(workers: int, seconds: float = MEDIUM_SECONDS) -> Case:
    """Of workers that are together as quick as any other fleet."""
    minutes = f"{seconds / 60:g} min" if seconds < TEN_HOURS else "10 h"
    return Case("fleet", f"{workers} workers, {minutes}", workers, FLEET_SPEED / workers, seconds)


CASES = (
    *(of_fleet(workers) for workers in (1, 2, 4, 8, 16, 32, 64)),
    of_fleet(8, HALF_AN_HOUR),
    of_fleet(8, TEN_HOURS),
    of_fleet(64, TEN_HOURS),
    *(
        Case("killed", f"{killed} of {workers} killed", workers, FLEET_SPEED / workers, killed=killed)
        for killed, workers in ((1, 4), (3, 8))
    ),
    *(
        Case("quick", f"8 of {speed:.0f}x, {1000 * trip:.0f} ms", 8, speed, seconds, trip, QUICK_BATCH[speed], held_back=True)
        for speed, seconds in QUICK_SECONDS.items()
        for trip in (0.0, 0.05, 0.15)
    ),
    *(Case("chunks", f"{chunk or 'as planned'}", 8, FLEET_SPEED / 8, chunk=chunk) for chunk in (0, 1, 2, 4, 8)),
    *(
        Case("chunks of quick workers", f"{chunk or 'as planned'}", 8, 450.0, QUICK_SECONDS[450.0], 0.05, 16, chunk=chunk, held_back=True)
        for chunk in (0, 4, 12, 48)
    ),
    *(
        Case("real", f"{workers} worker{'s' * (workers > 1)}, {where}", workers, local=where == "this computer alone")
        for workers in (1, 2)
        for where in ("this computer alone", "Conductor")
    ),
)
GROUPS = tuple(dict.fromkeys(case.group for case in CASES))
