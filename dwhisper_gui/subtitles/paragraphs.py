"""A transcript as text for reading: in paragraphs, or a cue a line."""

import sys
from collections.abc import Iterator

from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.breaks import is_sentence_end
from dwhisper_gui.subtitles.cues import Cue
from dwhisper_gui.subtitles.document import Document
from dwhisper_gui.subtitles.pieces import Piece, pieces

PARAGRAPH_PAUSE_SECONDS = 2.0


def paragraphs(transcript: Transcript, enough: int = sys.maxsize) -> Iterator[list[Piece]]:
    """The words of each paragraph: one ends at a pause of more than 2 s, and with the sentence in which it comes to `enough` cells."""
    paragraph: list[Piece] = []
    width = 0
    for piece in pieces(transcript.segments, sys.maxsize):
        if paragraph:
            pause = piece.start - paragraph[-1].end > PARAGRAPH_PAUSE_SECONDS * 1000
            if pause or (width >= enough and is_sentence_end((paragraph[-1], piece), 1, transcript.text_language)):
                yield paragraph
                paragraph, width = [], 0
        paragraph.append(piece)
        width += piece.cells + piece.spaced
    if paragraph:
        yield paragraph


def texts_of(document: Document) -> Iterator[tuple[Cue, str]]:
    """Each cue with its text in one line: with a space where two lines meet only if there was one in what was said."""
    said = "".join(piece.shown for piece in pieces(document.transcript.segments, sys.maxsize))
    at = 0
    for cue in document.cues:
        begin = at
        for letter in "".join("".join(line.split()) for line in cue.lines):
            at = said.index(letter, at) + 1
        yield cue, said[begin:at].strip()
