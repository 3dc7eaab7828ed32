"""The result of a job: what was heard, when, and what is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from dwhisper_worker.contract import Segment, Span, WindowResult

from dwhisper_gui.core.job import Missing
from dwhisper_gui.core.plan import complement

UNHEARD_SECONDS = 2.0
"""Sure speech of at least this length without a word is worth telling."""
LONGEST_SILENCE_SECONDS = 4.0
"""A longer one parts what is told, so that the ranges are mostly speech."""
UNSURE_LOG_PROBABILITY = -0.55
"""Below it more than every third word was wrong (speech in noise, tiny.en); of clear speech it is above -0.2."""
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


def unheard(sure: Sequence[Span], segments: Iterable[Segment], lost: Iterable[Span] = ()) -> list[Span]:
    """The ranges with at least 2 s of sure speech in which there is no word, and which are not `lost` anyway. Each goes from the first of
    that speech to the last; the pauses in it do not count, and a longer silence ends it. `sure` is in order."""
    words = (Span(word.start - WORD_REACH_SECONDS, word.end + WORD_REACH_SECONDS) for segment in segments for word in segment.words)
    found = []
    at = 0
    for gap in complement(sorted([*words, *lost]), Span(-inf, inf)):
        while at < len(sure) and sure[at].end <= gap.start:
            at += 1
        run: list[Span] = []
        following = at
        while following < len(sure) and sure[following].start < gap.end:
            spoken = Span(max(sure[following].start, gap.start), min(sure[following].end, gap.end))
            if run and spoken.start - run[-1].end > LONGEST_SILENCE_SECONDS:
                found += _worth_telling(run)
                run = []
            run.append(spoken)
            following += 1
        found += _worth_telling(run)
    return found


def unsure(segments: Sequence[Segment]) -> list[Span]:
    """Where the model itself finds its text unlikely: segments in a row as one range. `segments` are in order."""
    found: list[Span] = []
    following = False
    for segment in segments:
        doubted = segment.mean_log_probability < UNSURE_LOG_PROBABILITY
        if doubted and following and segment.start - found[-1].end <= LONGEST_SILENCE_SECONDS:
            found[-1] = Span(found[-1].start, segment.end)
        elif doubted:
            found.append(Span(segment.start, segment.end))
        following = doubted
    return found


def _worth_telling(run: Sequence[Span]) -> list[Span]:
    return [Span(run[0].start, run[-1].end)] if sum(one.duration for one in run) >= UNHEARD_SECONDS else []
