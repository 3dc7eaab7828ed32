"""The formats a transcript can be written in. A new one is a function that turns a document into bytes, and a line here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dwhisper_gui.core.errors import FormatUnknown
from dwhisper_gui.subtitles.ass import ass
from dwhisper_gui.subtitles.document import Document
from dwhisper_gui.subtitles.docx import docx
from dwhisper_gui.subtitles.tables import csv_table, tsv
from dwhisper_gui.subtitles.text import srt, txt, vtt, vtt_words
from dwhisper_gui.subtitles.ttml import ebu_tt_d, ttml
from dwhisper_gui.subtitles.whisper_json import whisper_json


@dataclass(frozen=True, slots=True)
class Format:
    """Equal documents give equal bytes."""

    name: str
    extension: str
    """No two formats have the same, so their files never do."""
    write: Callable[[Document], bytes]


FORMATS: dict[str, Format] = {
    made.name: made
    for made in (
        Format("srt", "srt", srt),
        Format("vtt", "vtt", vtt),
        Format("vtt-words", "words.vtt", vtt_words),
        Format("ass", "ass", ass),
        Format("ttml", "ttml", ttml),
        Format("ebu-tt-d", "ebu-tt-d.xml", ebu_tt_d),
        Format("txt", "txt", txt),
        Format("docx", "docx", docx),
        Format("tsv", "tsv", tsv),
        Format("csv", "csv", csv_table),
        Format("json", "json", whisper_json),
    )
}


def formats_named(names: Iterable[str]) -> list[Format]:
    """The formats of those names, each once, in that order. Raises `FormatUnknown`."""
    found: dict[str, Format] = {}
    for name in names:
        if name not in FORMATS:
            raise FormatUnknown(format=name, known=", ".join(FORMATS))
        found[name] = FORMATS[name]
    return list(found.values())
