"""The formats a transcript can be written in. A new one is a function that turns a transcript into bytes, and a line here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dwhisper_gui.core.errors import FormatUnknown
from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.text import srt, txt, vtt
from dwhisper_gui.subtitles.whisper_json import whisper_json


@dataclass(frozen=True, slots=True)
class Format:
    """`write` takes the transcript and the name of its medium; equal transcripts give equal bytes."""

    name: str
    extension: str
    write: Callable[[Transcript, str], bytes]


FORMATS: dict[str, Format] = {
    made.name: made
    for made in (
        Format("srt", "srt", srt),
        Format("vtt", "vtt", vtt),
        Format("txt", "txt", txt),
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
