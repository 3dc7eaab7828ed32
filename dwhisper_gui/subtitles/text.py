"""SubRip, WebVTT, and plain text for reading.

SubRip and WebVTT are written here, not by pysubs2, since pysubs2 takes what was said for ASS markup: it drops `{\\an8}`, makes a line
break of `\\N`, and writes `<` and `&` into WebVTT as they are. Players do alike with SubRip, which knows no escapes, and those built on
FFmpeg with a backslash in WebVTT: there an invisible word joiner takes apart what looks like markup, as FFmpeg does it in ASS.
"""

import re
from collections.abc import Callable, Iterator
from html import escape
from itertools import zip_longest

from dwhisper_gui.subtitles.cues import Cue
from dwhisper_gui.subtitles.document import Document
from dwhisper_gui.subtitles.paragraphs import paragraphs
from dwhisper_gui.subtitles.plain import encoded, timestamp

JOINER = "\u2060"
"""Invisible, without width, and never a place for a line break."""
_LIKE_ASS = re.compile(r"\\(?=[Nnh{}])")
_LIKE_SUBRIP = re.compile(_LIKE_ASS.pattern + r"|<(?=[\s/]*[A-Za-z])|\{(?=\\|[A-Za-z]:)|--(?=>)")


def srt(document: Document) -> bytes:
    """SubRip, UTF-8 without a byte order mark."""
    blocks = []
    for number, cue in enumerate(document.cues, 1):
        lines = "\n".join(_apart(_LIKE_SUBRIP, line) for line in cue.lines)
        blocks.append(f"{number}\n{timestamp(cue.start, ',')} --> {timestamp(cue.end, ',')}\n{lines}\n\n")
    return encoded("".join(blocks))


def vtt(document: Document) -> bytes:
    """WebVTT (https://www.w3.org/TR/webvtt1/)."""
    return _webvtt(document, lambda cue: "\n".join(_escaped(line) for line in cue.lines))


def vtt_words(document: Document) -> bytes:
    """WebVTT with the time at which each word begins, for players that show them one by one."""
    return _webvtt(document, lambda cue: "".join(_timed(cue)))


def txt(document: Document) -> bytes:
    """The text without times; a pause of 2 s begins a new paragraph."""
    texts = ("".join(piece.shown for piece in paragraph).strip() for paragraph in paragraphs(document.transcript))
    return encoded("\n".join(f"{text}\n" for text in texts))


def _webvtt(document: Document, content: Callable[[Cue], str]) -> bytes:
    blocks = [f"{timestamp(cue.start, '.')} --> {timestamp(cue.end, '.')}\n{content(cue)}\n\n" for cue in document.cues]
    return encoded("WEBVTT\n\n" + "".join(blocks))


def _timed(cue: Cue) -> Iterator[str]:
    latest = cue.start
    for i, line in enumerate(cue.words):
        yield "\n" if i else ""
        for word, following in zip_longest(line, line[1:]):
            text = word.text.lstrip()
            yield " " * (len(word.text) - len(text))
            # A time must be within the cue and later than the one before.
            if latest < word.start < cue.end:
                latest = word.start
                yield f"<{timestamp(latest, '.')}>"
            yield _escaped(text, following.text[0] if following else "")


def _escaped(text: str, following: str = "") -> str:
    guarded = _apart(_LIKE_ASS, text + following)
    return escape(guarded.removesuffix(following), quote=False)


def _apart(like: re.Pattern[str], text: str) -> str:
    return like.sub(lambda found: found.group() + JOINER, text)
