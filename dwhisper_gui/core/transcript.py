"""The result of a job: what was heard, when, and what is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dwhisper_worker.contract import Segment, Span, WindowResult

from dwhisper_gui.core.job import Missing
from dwhisper_gui.core.plan import complement

UNHEARD_SECONDS = 2.0
"""Sure speech of at least this length without a word is worth telling."""
WORD_REACH_SECONDS = 0.3
"""Alignment places words a little off; speech this near to a word counts as heard."""


@dataclass(frozen=True, slots=True)
class FlawedWindow:
    """A window that no decoding got past the guards; its text is kept."""

    span: Span
    flaws: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """All segments in order, and how far they can be trusted."""

    language: str
    language_shares: tuple[tuple[str, float], ...]
    """Languages by share of the vote, the greatest first; empty where the user named the language."""
    duration: float
    """Seconds of the medium."""
    segments: tuple[Segment, ...]
    unheard: tuple[Span, ...]
    """Sure speech without a word."""
    flawed: tuple[FlawedWindow, ...]
    sampled: tuple[Span, ...]
    """Windows whose text came from a temperature above 0: it may differ in another run."""
    missing: tuple[Missing, ...]
    translated: bool = False
    """The text is English, whatever `language` was spoken."""
    model: str = ""
    engine: str = ""

    @property
    def text_language(self) -> str:
        """The language of the text."""
        return "en" if self.translated else self.language

    @property
    def complete(self) -> bool:
        """Nothing is missing."""
        return not self.missing


def combine(results: Iterable[tuple[Span, WindowResult]]) -> list[Segment]:
    """All segments in the order of time. Windows do not overlap, so that is all there is to it."""
    segments = [segment for _, result in results for segment in result.segments]
    segments.sort(key=lambda segment: (segment.start, segment.end))
    return segments


def unheard(sure: Sequence[Span], segments: Iterable[Segment]) -> list[Span]:
    """The ranges of at least 2 s of sure speech in which there is no word."""
    words = sorted(Span(word.start - WORD_REACH_SECONDS, word.end + WORD_REACH_SECONDS) for segment in segments for word in segment.words)
    found = []
    at = 0
    for span in sure:
        while at < len(words) and words[at].end <= span.start:
            at += 1
        near = []
        following = at
        while following < len(words) and words[following].start < span.end:
            near.append(words[following])
            following += 1
        found += [gap for gap in complement(near, span) if gap.duration >= UNHEARD_SECONDS]
    return found
