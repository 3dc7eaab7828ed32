"""A document for people who write with the text: Word's, which LibreOffice, Pages and Google Docs open too.

Paragraphs with their times, what is missing at its place, unsure words marked: each in a style of its own, so that the reader can
change how they look. python-docx makes it; imported where it is used, since it is large. Its archive is packed again, as it would hold
the time of writing.
"""

import io
import zipfile
from collections.abc import Iterator
from heapq import merge
from itertools import groupby
from typing import TYPE_CHECKING

from dwhisper_gui.core.times import clock, length
from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.document import Document
from dwhisper_gui.subtitles.paragraphs import paragraphs
from dwhisper_gui.subtitles.pieces import Piece
from dwhisper_gui.subtitles.plain import clean, one_line
from dwhisper_gui.subtitles.ttml import RIGHT_TO_LEFT

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph

UNSURE = 0.5
"""Words that the model found less likely are marked. Those of which it says nothing have 0."""
ENOUGH_CELLS = 500
"""In a paragraph: the next one begins with the next sentence."""
MISSING = {
    "failed": "missing, since every try failed",
    "not_done": "missing, since it is not done yet",
    "unreadable": "missing, since the file is damaged here",
    "cut": "missing, since the file ends before",
}
UNHEARD = "somebody speaks here, but no words were heard"
LEGEND = "The times are those of the recording. Of dotted words the program was not sure."
LONGEST_TITLE = 255
"""In a document's properties (python-docx)."""

_TIMED, _TIME, _DOUBT = "Timed text", "Time", "Unsure"
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def docx(document: Document) -> bytes:
    """Word's format (ISO/IEC 29500)."""
    import docx as word

    made = word.Document()
    transcript = document.transcript
    title = clean(one_line(document.medium))
    _describe(made, title)
    _define_styles(made, transcript.text_language)
    made.add_heading(title, level=0)
    made.add_paragraph(clean(_facts(document)))
    made.add_paragraph().add_run(LEGEND, style=_TIME)
    for _, one in _contents(transcript):
        paragraph = made.add_paragraph(style=_TIMED)
        if isinstance(one, str):
            paragraph.add_run(one, style=_TIME)
        else:
            _fill(paragraph, one, right_to_left=transcript.text_language in RIGHT_TO_LEFT)
    file = io.BytesIO()
    made.save(file)
    return _packed(file)


def _facts(document: Document) -> str:
    transcript = document.transcript
    facts = [f"Language: {transcript.text_language}"]
    facts += [f"translated from {transcript.language}"] if transcript.translated else []
    facts.append(f"Length: {length(transcript.duration)}")
    facts += [f"Model: {one_line(transcript.model)}"] if transcript.model else []
    return " · ".join(facts)


def _describe(made: "WordDocument", title: str) -> None:
    """Its own properties, in place of those of python-docx's template."""
    properties = made.core_properties
    properties.title, properties.author, properties.comments = title[:LONGEST_TITLE], "", ""
    # When it is written is not known here, and the template was made in 2013.
    for element in list(properties._element):
        if element.tag.endswith(("}created", "}modified")):
            properties._element.remove(element)


def _define_styles(made: "WordDocument", language: str) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_UNDERLINE
    from docx.oxml.ns import qn
    from docx.shared import Inches, RGBColor

    timed = made.styles.add_style(_TIMED, WD_STYLE_TYPE.PARAGRAPH)
    timed.base_style = made.styles["Normal"]
    # The times stand beside the text.
    timed.paragraph_format.left_indent, timed.paragraph_format.first_line_indent = Inches(0.75), Inches(-0.75)
    time = made.styles.add_style(_TIME, WD_STYLE_TYPE.CHARACTER)
    time.font.color.rgb = RGBColor(0x76, 0x76, 0x76)
    doubt = made.styles.add_style(_DOUBT, WD_STYLE_TYPE.CHARACTER)
    doubt.font.color.rgb, doubt.font.underline = RGBColor(0x76, 0x76, 0x76), WD_UNDERLINE.DOTTED
    if language != "und":
        # Else every word would be marked as misspelled English.
        for element in made.styles.element.iter(qn("w:lang")):
            for script in ("w:val", "w:eastAsia", "w:bidi"):
                element.set(qn(script), language)


def _contents(transcript: Transcript) -> Iterator[tuple[int, list[Piece] | str]]:
    """Paragraphs, and what there is to say of places without text, in the order of time (milliseconds)."""
    texts: Iterator[tuple[int, list[Piece] | str]] = ((paragraph[0].start, paragraph) for paragraph in paragraphs(transcript, ENOUGH_CELLS))
    gaps = [(one.span, MISSING[one.reason]) for one in transcript.missing] + [(span, UNHEARD) for span in transcript.unheard]
    notes = [(round(span.start * 1000), f"{clock(span.start)}\t[until {clock(span.end)}: {note}]") for span, note in sorted(gaps)]
    return merge(texts, notes, key=lambda pair: pair[0])


def _fill(paragraph: "Paragraph", pieces: list[Piece], *, right_to_left: bool) -> None:
    from docx.oxml import OxmlElement

    if right_to_left:
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
    paragraph.add_run(f"{clock(pieces[0].start / 1000)}\t", style=_TIME)
    begins = True
    for unsure, run in groupby(pieces, key=lambda piece: 0 < piece.probability < UNSURE):
        text = "".join(piece.shown for piece in run)
        bare = text.removeprefix(" ")
        if bare != text and not begins:
            paragraph.add_run(" ")
        words = paragraph.add_run(clean(bare), style=_DOUBT if unsure else None)
        words.font.rtl = right_to_left or None
        begins = False


def _packed(file: io.BytesIO) -> bytes:
    """The same archive without the time of writing."""
    packed = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename, _ZIP_EPOCH), old.read(entry), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
