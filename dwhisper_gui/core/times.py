"""Times as people write and read them. Seconds in code, always."""

import re

from dwhisper_gui.core.errors import TimeUnreadable

_SECONDS = re.compile(r"\d+(\.\d*)?|\.\d+", re.ASCII)
LONGEST_SHOWN = 40
MOST_SECONDS = 10_000 * 3600.0
"""No recording is longer; what is written beyond it is a slip, and may be beyond what a number can hold."""
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d*)?)", re.ASCII)


def read_time(text: str) -> float:
    """Seconds (`90.5`) or `[H:]M:S` with a fraction (`1:02:03.5`), as seconds rounded to milliseconds. Raises `TimeUnreadable`,
    also above `MOST_SECONDS`."""
    # Subtitle files write a comma before the milliseconds, and times are copied from them.
    written = text.strip().replace(",", ".")
    if _SECONDS.fullmatch(written):
        return _refuse_absurd(float(written), text)
    found = _CLOCK.fullmatch(written)
    if found is None:
        raise _no_time(text)
    hours, minutes, seconds = float(found[1] or 0), float(found[2]), float(found[3])
    if seconds >= 60 or (found[1] is not None and minutes >= 60):
        raise _no_time(text)
    return _refuse_absurd(hours * 3600 + minutes * 60 + seconds, text)


def _no_time(text: str) -> TimeUnreadable:
    return TimeUnreadable(text=text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


def _refuse_absurd(seconds: float, text: str) -> float:
    if seconds > MOST_SECONDS:
        raise _no_time(text)
    return round(seconds, 3)


def clock(seconds: float) -> str:
    """A place in a medium, as players show it: `1:02:03`, `2:03`."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def exact_clock(seconds: float) -> str:
    """A place in a medium to the millisecond: `0:02:03.456`."""
    milliseconds = round(seconds * 1000)
    whole = milliseconds // 1000
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}.{milliseconds % 1000:03}"


def length(seconds: float) -> str:
    """How long something takes: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`."""
    if round(seconds, 1) < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min"
