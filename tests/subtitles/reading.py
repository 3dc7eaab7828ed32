"""What the tests of formats ask: which cues there should be, and what other programs found."""

import re
import subprocess
from pathlib import Path

from dwhisper_gui.subtitles.document import Document

JOINER = "\u2060"

Found = list[tuple[float, float, str]]
"""Start and end in seconds, and the text of each cue; without word joiners."""


def expected(document: Document) -> Found:
    """The cues, with what is no character replaced."""
    return [(cue.start, cue.end, as_written("\n".join(cue.lines))) for cue in document.cues]


def as_written(text: str) -> str:
    """Text without the two in `hostile.py` that are no characters."""
    return text.replace("\ufffe", "\ufffd").replace("\ud83d", "\ufffd")


def as_subrip(path: Path, ffmpeg: str) -> str:
    """A subtitle file as FFmpeg turns it into SubRip."""
    command = [ffmpeg, "-v", "error", "-i", path, "-f", "srt", "-"]
    read = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
    # How a style is told in SubRip.
    read = re.sub(r'<font size="\d+">|</font>', "", read)
    # How FFmpeg's readers escape a brace for ASS, which its SubRip writer leaves in: older and newer.
    return read.replace("\\{{}", "{").replace("{{}", "{").replace("\\{", "{").replace("\\}", "}")
