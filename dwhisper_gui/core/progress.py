"""How far a job is, how fast it goes, and how long it will take."""

import math
from dataclasses import dataclass, field

LEAST_SECONDS_TO_JUDGE = 2.0
"""Before this much wall time a speed is noise."""
LEAST_SECONDS_TO_FORETELL = 5.0
LEAST_SHARE_TO_FORETELL = 0.02
"""An end is foretold after so much wall time and so much of what there was to do, whichever is later."""
SMOOTHING_SECONDS = 10.0
"""Of wall time, in which a foretold end follows a change of speed by 63 %. Windows come in bunches, silence all at once."""


@dataclass(slots=True)
class Pace:
    """Counts seconds of the medium dealt with, silence included. `began` and `now` are seconds of any one clock that only goes forward."""

    total: float
    done: float = 0.0
    began: float | None = None
    done_at_begin: float = 0.0
    _end: float | None = field(default=None, repr=False)
    """When the whole will be done, as last foretold, and when that was."""
    _foretold: float = field(default=0.0, repr=False)

    def begin(self, now: float) -> None:
        """Work starts now (a model was loaded before, a part prepared): what was done earlier does not count for the speed."""
        if self.began is None:
            self.began = now
            self.done_at_begin = self.done

    def add(self, seconds: float) -> None:
        """So much more of the medium is dealt with."""
        self.done = min(self.total, self.done + seconds)

    def speed(self, now: float) -> float:
        """Seconds of the medium for each second of wall time; 0 while it is too early to say."""
        if self.began is None or now - self.began < LEAST_SECONDS_TO_JUDGE:
            return 0.0
        return (self.done - self.done_at_begin) / (now - self.began)

    def seconds_left(self, now: float) -> float | None:
        """Wall seconds to the end at this speed, smoothed; None while it is too early to say."""
        speed = self.speed(now)
        if self.began is None or speed <= 0:
            return None
        share = (self.done - self.done_at_begin) / (self.total - self.done_at_begin)
        if now - self.began < LEAST_SECONDS_TO_FORETELL or share < LEAST_SHARE_TO_FORETELL:
            return None
        if self.done >= self.total:
            return 0.0
        end = now + (self.total - self.done) / speed
        if self._end is not None:
            end += (self._end - end) * math.exp((self._foretold - now) / SMOOTHING_SECONDS)
        self._end, self._foretold = end, now
        return max(0.0, end - now)
