"""The words of a transcript, tidied for showing: in order, without odd times or white space, none wider than a line.

A piece is what is never broken. Mostly that is a word. Words whose border lies inside a grapheme (Whisper cuts Japanese, Thai or
emoji anywhere) are one piece together; a word wider than a line is several.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from dwhisper_worker.contract import Segment, Word

from dwhisper_gui.subtitles.cells import cells, fragments, graphemes

_SPACE = re.compile(r"[^\S\u00a0\u2007\u202f]+|[\x00-\x1f\x7f-\x9f]+")
"""White space where a line may break: so not the non-breaking ones. Control characters say nothing and break file formats."""

_SPACELESS = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u31a0-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uf900-\ufaff\ufe30-\ufe4f"
    "\uff00-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
"""Scripts that put no space between words: Thai, Lao, Tibetan, Burmese, Khmer, Chinese, Japanese; their punctuation too."""

CLOSERS = "\"'”’»)]}›」』】〕〉》〗〙）｣"
CLOSING = CLOSERS + ".,;:?!،؛؟。、，．：；？！｡､"
"""Punctuation that belongs to what precedes it."""

NO_TIME_MILLISECONDS = 1e12
"""No medium lasts thirty years: such a time is none, as is an infinite one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Times are whole milliseconds, at least 0. Starts never fall; no piece ends after the next one starts."""

    start: int
    end: int
    text: str
    cells: int
    spaced: bool
    """There is white space before it."""
    probability: float

    @property
    def shown(self) -> str:
        """Its text as it follows another piece."""
        return f" {self.text}" if self.spaced else self.text


def spaceless(character: str) -> bool:
    """Whether words of its script follow each other without a space."""
    return _SPACELESS.match(character) is not None


def pieces(segments: Iterable[Segment], widest: int) -> list[Piece]:
    """All pieces, each of at most `widest` cells. Every character but white space is in exactly one of them, in its order."""
    found: list[Piece] = []
    run: list[Piece] = []
    for token in _in_time(_tokens(segments)):
        if token.spaced and run:
            found += _whole(run)
            run = []
        run.append(token)
    found += _whole(run)
    return [fragment for piece in found for fragment in _narrow(piece, widest)]


def _tokens(segments: Iterable[Segment]) -> Iterator[Piece]:
    """What lies between white space in each word, with sane times; no cells are counted yet."""
    at = 0
    space = False
    last = ""
    for segment in segments:
        # Without word times a segment counts as one long word.
        words = segment.words or (Word(segment.start, segment.end, segment.text, 0.0),)
        begins = True
        for word in words:
            start = max(at, _milliseconds(word.start, at))
            duration = max(start, _milliseconds(word.end, start)) - start
            parts = _SPACE.split(word.text)
            length = sum(map(len, parts))
            done = 0
            for i, part in enumerate(parts):
                at = start + duration * done // max(1, length)
                done += len(part)
                text = part.strip()
                space = space or i > 0 or part[:1].isspace()
                if not text:
                    continue
                # Segments are sentences or phrases, and not every engine keeps the space between them.
                space = space or (begins and last != "" and not spaceless(last) and not spaceless(text[0]))
                yield Piece(at, start + duration * done // length, text, 0, space, word.probability)
                space, begins, last = part[-1].isspace(), False, text[-1]


def _milliseconds(seconds: float, otherwise: int) -> int:
    exact = seconds * 1000
    return round(exact) if abs(exact) < NO_TIME_MILLISECONDS else otherwise


def _in_time(tokens: Iterable[Piece]) -> Iterator[Piece]:
    """Cuts what ends after the next one starts."""
    held: Piece | None = None
    for token in tokens:
        if held is not None:
            yield held if held.end <= token.start else replace(held, end=token.start)
        held = token
    if held is not None:
        yield held


def _whole(run: Sequence[Piece]) -> list[Piece]:
    """A run of tokens without white space between them: joined where a reader sees no border between them, and with the punctuation
    that closes them."""
    text = "".join(token.text for token in run)
    ascii_only = text.isascii()
    borders = set() if ascii_only else set(accumulate(map(len, graphemes(text))))
    groups: list[list[Piece]] = []
    at = 0
    visible = True
    for token in run:
        width = cells(token.text)
        border = ascii_only or at in borders
        if groups and (not border or not width or not visible or _closes(token)):
            groups[-1].append(token)
            visible = visible or width > 0
        else:
            groups.append([token])
            visible = width > 0
        at += len(token.text)
    return [_joined(group) for group in groups]


def _joined(group: Sequence[Piece]) -> Piece:
    text = "".join(token.text for token in group)
    probability = min(token.probability for token in group)
    end = group[0].end
    for token in group[1:]:
        # Nobody hears punctuation: after a pause its time is that of nothing.
        if token.start == end or not _closes(token):
            end = token.end
    return replace(group[0], end=end, text=text, cells=cells(text), probability=probability)


def _closes(token: Piece) -> bool:
    return all(letter in CLOSING for letter in token.text)


def _narrow(piece: Piece, widest: int) -> list[Piece]:
    if piece.cells <= widest:
        return [piece]
    texts = fragments(piece.text, widest)
    edges = list(accumulate(map(cells, texts), initial=0))
    duration = piece.end - piece.start
    found = []
    space = piece.spaced
    for text, begin, end in zip(texts, edges, edges[1:], strict=False):
        # It may be cut at a no-break space, which is no more needed there.
        bare = text.strip()
        space = space or text[0].isspace()
        if bare:
            start = piece.start + duration * begin // edges[-1]
            found.append(Piece(start, piece.start + duration * end // edges[-1], bare, cells(bare), space, piece.probability))
            space = text[-1].isspace()
    return found
