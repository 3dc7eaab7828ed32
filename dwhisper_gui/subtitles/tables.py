"""Cues as tables: for scripts as openai-whisper has them, and for spreadsheets. Times are whole milliseconds, which every program
reads alike, whatever its language makes of a point or a comma."""

import csv
import io
import re
from collections.abc import Iterator

from dwhisper_gui.subtitles.document import Document
from dwhisper_gui.subtitles.paragraphs import texts_of
from dwhisper_gui.subtitles.plain import encoded
from dwhisper_gui.subtitles.text import JOINER

_TAKEN_FOR_ELSE = re.compile(r"[=+\-@＝＋－＠]|[\d\s.,:;/%$€£¥-]+$")
"""What a spreadsheet makes a formula of, or a number or a date."""


def tsv(document: Document) -> bytes:
    """openai-whisper's: start, end, text, between tabs, without quoting; a cue is one line."""
    rows = [f"{round(cue.start * 1000)}\t{round(cue.end * 1000)}\t{text}\n" for cue, text in texts_of(document)]
    return encoded("start\tend\ttext\n" + "".join(rows))


def csv_table(document: Document) -> bytes:
    """RFC 4180, with the byte order mark that Excel needs; lines as in the cues."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(_rows(document))
    return b"\xef\xbb\xbf" + encoded(file.getvalue())


def _rows(document: Document) -> Iterator[tuple[object, ...]]:
    yield "number", "start", "end", "text"
    for number, cue in enumerate(document.cues, 1):
        text = "\n".join(cue.lines)
        # An invisible word joiner makes it text, and nothing else of it.
        yield number, round(cue.start * 1000), round(cue.end * 1000), JOINER + text if _TAKEN_FOR_ELSE.match(text) else text
