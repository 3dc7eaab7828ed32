"""What several formats need: times, text that every reader takes, and names on one line."""

import re

_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, not even escaped; of a cue with such a thing in it FFmpeg drops all."""
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def timestamp(seconds: float, point: str) -> str:
    """`00:01:02.345`, to the millisecond; `point` is what stands before those."""
    rest, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(rest, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}{point}{milliseconds:03}"


def clean(text: str) -> str:
    """Text without what is no character: halves of surrogate pairs and the like are replaced."""
    return _NO_CHARACTER.sub("\ufffd", text)


def encoded(text: str) -> bytes:
    """A file's text in UTF-8, clean."""
    return clean(text).encode()


def one_line(name: str) -> str:
    """The name of a medium, which may hold anything, for a header of one line."""
    return _CONTROLS.sub("\ufffd", name)
