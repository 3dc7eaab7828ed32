"""How quick a worker is, and how many leases keep it busy without taking from others."""

import math
import threading
from dataclasses import dataclass, field

MOST_LEASES = 48
"""Each is a thread, a sign of life now and then, and sound in memory."""
_GUESSED_WINDOWS = 4.0
_WEIGHT = 0.3
"""Of the newest figure in a running mean."""
_FORGET_SECONDS = 60.0
"""Work that is much older says little about the speed now."""


@dataclass(slots=True)
class Pace:
    """Running means of what a worker has done; `at_once` is the number of windows that its engine threads take at once."""

    at_once: int
    windows_per_chunk: float = _GUESSED_WINDOWS
    seconds_per_chunk: float = 0.0
    round_trip: float = 0.0
    """Seconds from asking for a chunk to having its sound."""
    _work: float = 0.0
    _sound: float = 0.0
    _busy: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """Each chunk has a thread, and so has the engine."""

    @property
    def speed(self) -> float:
        """Seconds of sound done in a second of work, lately; 0 where nothing has been done."""
        return self._sound / self._work if self._work else 0.0

    def arrived(self, windows: int, seconds: float, round_trip: float) -> None:
        """A chunk of so many windows and seconds of sound is here, so long after it was asked for."""
        with self._lock:
            weight = _WEIGHT if self.seconds_per_chunk else 1.0
            self.windows_per_chunk += weight * (max(1, windows) - self.windows_per_chunk)
            self.seconds_per_chunk += weight * (seconds - self.seconds_per_chunk)
            self.round_trip += weight * (round_trip - self.round_trip)

    def heard(self, seconds: float) -> None:
        """So much sound is done."""
        with self._lock:
            self._sound += seconds

    def worked(self, seconds: float) -> None:
        """The engine was at work for so long; to be called often."""
        keep = math.exp(-seconds / _FORGET_SECONDS)
        with self._lock:
            self._work = keep * self._work + seconds
            self._sound *= keep

    def at_work(self, busy: float) -> None:
        """The engine was at work for so long since its start; to be called often. A quick one is done between two looks at it, so looking
        whether it works would tell little."""
        self.worked(busy - self._busy)
        self._busy = busy

    @property
    def target(self) -> int:
        """Leases that give every engine thread a full batch, and as many ahead as are done while the next are fetched."""
        full = math.ceil(self.at_once / self.windows_per_chunk)
        chunks_a_second = self.speed / self.seconds_per_chunk if self.seconds_per_chunk else 0.0
        return min(MOST_LEASES, full + max(1, math.ceil(chunks_a_second * self.round_trip)))


def wanted(pace: Pace, held: int, queued: int, workers: int) -> int:
    """How many leases to ask for: none ahead where there are fewer tasks than workers, never more than this one's share, and at most as
    many as it holds, since how many chunks it needs is known by those that have come."""
    if queued < workers:
        return 0 if held else 1
    return max(0, min(pace.target - held, queued // max(1, workers), max(1, held)))
