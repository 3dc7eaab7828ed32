"""SubRip, WebVTT, and plain text for reading.

SubRip and WebVTT are written here, not by pysubs2, since pysubs2 takes what was said for ASS markup: it drops `{\\an8}`, makes a line
break of `\\N`, and writes `<` and `&` into WebVTT as they are. Players do alike with SubRip, which knows no escapes, and those built on
FFmpeg with a backslash in WebVTT: there an invisible word joiner takes apart what looks like markup, as FFmpeg does it in ASS.
"""

import re
import sys
from collections.abc import Iterator
from html import escape

from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.cues import cues
from dwhisper_gui.subtitles.pieces import pieces

PARAGRAPH_PAUSE_SECONDS = 2.0

_JOINER = "\u2060"
_LIKE_ASS = re.compile(r"\\(?=[Nnh{}])")
_LIKE_SUBRIP = re.compile(_LIKE_ASS.pattern + r"|<(?=[\s/]*[A-Za-z])|\{(?=\\|[A-Za-z]:)|--(?=>)")


def srt(transcript: Transcript, _: str) -> bytes:
    """SubRip, UTF-8 without a byte order mark."""
    blocks = []
    for number, cue in enumerate(cues(transcript.segments, transcript.text_language), 1):
        lines = "\n".join(_apart(_LIKE_SUBRIP, line) for line in cue.lines)
        blocks.append(f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{lines}\n\n")
    return _encoded("".join(blocks))


def vtt(transcript: Transcript, _: str) -> bytes:
    """WebVTT (https://www.w3.org/TR/webvtt1/)."""
    blocks = ["WEBVTT\n\n"]
    for cue in cues(transcript.segments, transcript.text_language):
        lines = "\n".join(escape(_apart(_LIKE_ASS, line), quote=False) for line in cue.lines)
        blocks.append(f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{lines}\n\n")
    return _encoded("".join(blocks))


def txt(transcript: Transcript, _: str) -> bytes:
    """The text without times; a pause of 2 s begins a new paragraph."""
    return _encoded("\n".join(f"{paragraph}\n" for paragraph in _paragraphs(transcript)))


def _paragraphs(transcript: Transcript) -> Iterator[str]:
    text: list[str] = []
    end = 0
    for piece in pieces(transcript.segments, sys.maxsize):
        if text and piece.start - end > PARAGRAPH_PAUSE_SECONDS * 1000:
            yield "".join(text)
            text = []
        text.append(piece.shown if text else piece.text)
        end = piece.end
    if text:
        yield "".join(text)


def _apart(like: re.Pattern[str], line: str) -> str:
    return like.sub(lambda found: found.group() + _JOINER, line)


def _clock(seconds: float, point: str) -> str:
    rest, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(rest, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}{point}{milliseconds:03}"


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
