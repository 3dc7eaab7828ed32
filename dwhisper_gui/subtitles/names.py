"""What a subtitle file is called: `video.en.srt` for `video.mp4`, and `video_2.en.srt` where that is taken."""

import os
from pathlib import Path

USUAL_LONGEST_NAME = 255
"""Bytes, on nearly every file system; on those that count UTF-16 units it is on the safe side."""


def file_name(medium: Path, number: int, language: str, extension: str, longest: int = USUAL_LONGEST_NAME) -> str:
    """The name of the `number`th file (from 1) of a medium; the medium's part is shortened, between characters, to fit `longest` bytes."""
    counted = f"_{number}" if number > 1 else ""
    rest = f"{counted}.{language}.{extension}"
    return _shortened(medium.stem, longest - len(rest.encode())) + rest


def _shortened(stem: str, room: int) -> str:
    encoded = os.fsencode(stem)
    cut = max(0, room)
    if len(encoded) <= cut:
        return stem
    # Not in the middle of a UTF-8 sequence: its later bytes are 10xxxxxx.
    while cut and encoded[cut] & 0xC0 == 0x80:
        cut -= 1
    return os.fsdecode(encoded[:cut])


def longest_name(folder: Path) -> int:
    """How many bytes a name may have in a folder."""
    try:
        return os.pathconf(folder, "PC_NAME_MAX")
    except (AttributeError, OSError, ValueError):
        return USUAL_LONGEST_NAME  # Windows has no pathconf; some file systems don't say
