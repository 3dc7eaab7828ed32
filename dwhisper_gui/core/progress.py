"""How far a job is, how fast it goes, and how long it will take."""

from dataclasses import dataclass

LEAST_SECONDS_TO_JUDGE = 2.0
"""Before this much wall time a speed is noise."""


@dataclass(slots=True)
class Pace:
    """Counts seconds of the medium dealt with, silence included. `began` and `now` are seconds of any one clock that only goes forward."""

    total: float
    done: float = 0.0
    began: float | None = None
    done_at_begin: float = 0.0

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
        """Wall seconds to the end at this speed; None while it is too early to say."""
        speed = self.speed(now)
        return (self.total - self.done) / speed if speed > 0 else None
