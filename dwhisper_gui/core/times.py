"""Times as people write and read them. Seconds in code, always."""

import re

from dwhisper_gui.core.errors import TimeUnreadable

_SECONDS = re.compile(r"\d+(\.\d*)?|\.\d+", re.ASCII)
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d*)?)", re.ASCII)


def read_time(text: str) -> float:
    """Seconds (`90.5`) or `[H:]M:S` with a fraction (`1:02:03.5`), as seconds rounded to milliseconds. Raises `TimeUnreadable`."""
    # Subtitle files write a comma before the milliseconds, and times are copied from them.
    written = text.strip().replace(",", ".")
    if _SECONDS.fullmatch(written):
        return round(float(written), 3)
    found = _CLOCK.fullmatch(written)
    if found is None:
        raise TimeUnreadable(text=text)
    hours, minutes, seconds = int(found[1] or 0), int(found[2]), float(found[3])
    if seconds >= 60 or (found[1] is not None and minutes >= 60):
        raise TimeUnreadable(text=text)
    return round(hours * 3600 + minutes * 60 + seconds, 3)


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
