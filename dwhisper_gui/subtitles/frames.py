"""Times counted in frames of the picture, exactly: with whole numbers, whatever the rate (30000/1001).

A frame's number becomes a time in whole milliseconds that is never after the frame, and less than one millisecond before it: so players,
which show what has begun when a frame is due, show it with just that frame, and programs that round find the same frame.
"""

from dataclasses import dataclass
from typing import Self

FrameRate = tuple[int, int]
"""Frames a second, as numerator and denominator."""

SLOWEST, FASTEST = 12, 240
"""What claims to be slower is a series of stills, what claims to be faster a clock; frames of such are no measure for subtitles."""
NOMINAL = (24, 1)
"""Where there are none: the rate for which Netflix's guidelines are written."""


@dataclass(frozen=True, slots=True)
class Frames:
    """A frame is `denominator / numerator` seconds. Without a picture, one frame is a millisecond."""

    numerator: int = 1000
    denominator: int = 1
    counted: bool = False
    """They are those of a picture."""

    @classmethod
    def of(cls, rate: FrameRate | None) -> Self:
        """Those of a medium with that rate; None, or one that can't be of a film: there is no picture."""
        if rate is None or rate[1] <= 0 or not SLOWEST <= rate[0] / rate[1] <= FASTEST:
            return cls()
        return cls(*rate, counted=True)

    def nearest(self, milliseconds: int) -> int:
        """The frame that begins nearest to a time."""
        return (2 * milliseconds * self.numerator + 1000 * self.denominator) // (2000 * self.denominator)

    def up(self, milliseconds: int) -> int:
        """The first frame that begins then or later; as a length: so many frames are at least so long."""
        return -(-milliseconds * self.numerator // (1000 * self.denominator))

    def down(self, milliseconds: int) -> int:
        """The last frame that begins then or before; as a length: so many frames are at most so long."""
        return milliseconds * self.numerator // (1000 * self.denominator)

    def milliseconds(self, frame: int) -> int:
        """When a frame begins; see the top of this file."""
        return frame * 1000 * self.denominator // self.numerator

    def gap(self, frames: int) -> int:
        """So many frames of a picture; where there is none, of a picture at the nominal rate."""
        return frames if self.counted else frames * 1000 * NOMINAL[1] // NOMINAL[0]
