"""One window's way to its text: the pieces of it that are to be decoded, and what becomes of each decoding. No threads, no I/O.

A window begins as one piece. A piece that a guard objects to is decoded again with more effort; what an accepted decoding left unheard
(`holes.py`) becomes another, smaller piece. The window is done when no piece of it is left. What fails every effort is kept and marked,
its loops cut; where the VAD hears nobody, only what the model is sure of is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dwhisper_worker import guards, hallucinations, times
from dwhisper_worker.beginnings import moved_behind
from dwhisper_worker.contract import LEFT_OUT, SAMPLE_RATE, Segment, Span, Window, WindowResult, Word
from dwhisper_worker.engines.engine import Clip, Decoded, Effort
from dwhisper_worker.holes import Hole, halves, holes
from dwhisper_worker.levels import levelled, quietest
from dwhisper_worker.spans import total, within

EFFORTS = (Effort(5), *(Effort(1, temperature, prompted=False) for temperature in (0.2, 0.4, 0.6, 0.8, 1.0)))
"""A beam first, then rising temperatures, as openai-whisper does."""
OVERHEARD = Effort(1, prompted=False)
"""Where the VAD hears nobody: enough to tell whether the model hears somebody."""
WITHOUT_PROMPT = Effort(5, prompted=False)
"""Comes before the temperatures where the user gave a prompt or hotwords: a model that falls into a loop often does so over them."""
DEEPEST_PIECE = 3
"""How often what was left unheard may leave something unheard again."""
NEAR_WORDS = 12
"""So far around a hole a second decoding may have heard what was heard already."""
TAIL_SECONDS = 0.6
"""A window goes on for at least so long after its last speech, unless others speak soon after."""
MOST_OF_PIECE = 0.9
"""What was left unheard is decoded again as it is only where it is clearly less than what was decoded."""


@dataclass(frozen=True, slots=True)
class Before:
    """What was heard in a hole before it was decoded on its own: words that the alignment put there, those around them, and the
    decoding they are of. All of it is fixed when the hole is found, so that it does not matter which piece is decoded first."""

    words: Sequence[Word]
    around: tuple[Sequence[Word], Sequence[Word]]
    begin: bool
    """They begin a sentence that goes on behind the hole."""
    decoded: Decoded


@dataclass(slots=True, eq=False)
class Piece:
    """A range of a window to be decoded, and the decodings of it so far with the guards' objections."""

    window: "WindowWork"
    span: Span
    depth: int = 0
    before: Before | None = None
    """Stays where less is heard now."""
    effort_index: int = 0
    tries: list[tuple[Decoded, tuple[str, ...]]] = field(default_factory=list)
    short_since: float | None = None
    """There was no memory for it alone, on the monotonic clock."""

    @property
    def effort(self) -> Effort:
        """How hard to try this time."""
        return self.window.efforts[self.effort_index]

    @property
    def samples(self) -> Clip:
        """Its sound."""
        begin = round((self.span.start - self.window.window.start) * SAMPLE_RATE)
        end = round((self.span.end - self.window.window.start) * SAMPLE_RATE)
        return self.window.samples[begin:end]


class WindowWork:
    """A window while it is being transcribed."""

    def __init__(self, window: Window, samples: Clip, language: str, *, prompted: bool = False) -> None:
        self.window = window
        self.language = language
        self.efforts = (EFFORTS[0], WITHOUT_PROMPT, *EFFORTS[1:]) if prompted else EFFORTS
        if not window.maybe:
            self.efforts = (OVERHEARD, *self.efforts)
        self.samples = levelled(samples, window.start, window.maybe)
        self._open = 1
        self._decodings = 0
        self._segments: list[Segment] = []
        self._flaws: set[str] = set()
        self.whole = Piece(self, Span(window.start, window.end))

    @property
    def done(self) -> bool:
        """Nothing of it is left to decode."""
        return self._open == 0

    def take(self, piece: Piece, decoded: Decoded) -> list[Piece]:
        """Judges a decoding of one of its pieces. Returns the pieces to decode next: the same with more effort, or what was left
        unheard."""
        self._decodings += 1
        sure = within(self.window.sure, piece.span)
        flaws = guards.flaws(decoded, piece.span.duration, sure)
        piece.tries.append((decoded, flaws))
        flawless = any(not objections for _, objections in piece.tries)
        if piece.effort is OVERHEARD:
            surely = guards.is_surely_speech(decoded)
            if surely and not flaws:
                piece.effort_index += 1
                return [piece]
            self._open -= 1
            if surely:  # else nothing is said about it: most sound without speech is just that
                self._flaws.add(LEFT_OUT)
            return []
        if guards.NO_SPEECH in flaws and total(sure) < guards.RATE_NEEDS_SECONDS and not flawless:
            # Model and VAD agree that hardly anybody speaks: trying harder would only invent words.
            self._open -= 1
            if piece.before is not None and piece.before.words:
                self._keep(piece.before)
            elif decoded.words:
                self._flaws.add(LEFT_OUT)
            return []
        # Of speech that was skipped more is heard in smaller pieces than by trying harder.
        skipped = flaws == (guards.TOO_FEW_WORDS,)
        if not (flawless or skipped) and piece.effort_index + 1 < len(self.efforts):
            piece.effort_index += 1
            return [piece]
        left = self._accept(piece, *max(piece.tries, key=_worth))
        self._open += len(left) - 1
        return left

    def _accept(self, piece: Piece, decoded: Decoded, remaining: tuple[str, ...]) -> list[Piece]:
        placed = times.placed(decoded.words, piece.span, within(self.window.maybe, piece.span))
        words = guards.without_loops(guards.without_echoes(placed))
        before = piece.before
        if before is not None and (len(words) < len(before.words) or any(guards.repeats(words, near) for near in before.around)):
            self._keep(before)
            return []
        if before is not None and before.begin:
            until = piece.span.start + max((word.end for word in decoded.words), default=0.0)
            words = moved_behind(before.words, words, until, piece.span, self.window.sure)
        # Whether words are too few is judged at the end, of the whole window.
        self._flaws.update(flaw for flaw in remaining if flaw != guards.TOO_FEW_WORDS)
        pieces: list[Piece] = []
        at = 0
        for hole in holes(words, piece.span, self.window.sure) if piece.depth < DEEPEST_PIECE else ():
            parts = self._parts(hole, piece, words)
            if parts:
                self._segments += times.segments(words[at : hole.first], decoded)
                at = hole.last
            for part in parts:
                laid = times.in_order(words[part.first : part.last], part.span)
                around = (words[max(0, part.first - NEAR_WORDS) : part.first], words[part.last : part.last + NEAR_WORDS])
                goes_on = bool(laid) and part is parts[-1] and part.last < len(words) and not times.ends_sentence(laid[-1])
                begin = goes_on and times.begins_sentence(words, part.first)
                pieces.append(Piece(self, part.span, piece.depth + 1, Before(laid, around, begin, decoded)))
        self._segments += times.segments(words[at:], decoded)
        return pieces

    def _parts(self, hole: Hole, piece: Piece, words: Sequence[Word]) -> list[Hole]:
        """A hole as it is to be decoded: whole, or in halves where it is nearly the piece itself, which would be heard the same way again.
        None where so many words were heard in it that they may be all there are, said slowly."""
        if hole.span.duration <= MOST_OF_PIECE * piece.span.duration:
            return [hole]
        text = "".join(word.text for word in words[hole.first : hole.last])
        if not guards.has_too_few_words(text, within(self.window.sure, hole.span)):
            return []
        cut = halves(hole.span, self.window.sure, lambda inside: quietest(self.samples, self.window.start, inside))
        if not cut:
            return []
        one, other = cut
        middle = hole.first + sum(word.start + word.end < 2 * one.end for word in words[hole.first : hole.last])
        return [Hole(one, hole.first, middle), Hole(other, middle, hole.last)]

    def _keep(self, before: Before) -> None:
        self._segments += times.segments(before.words, before.decoded)

    def _beside(self) -> list[Span]:
        """Where others may be speaking before and behind this window."""
        start, end = self.window.start, self.window.end
        last = self.window.maybe[-1].end if self.window.maybe else start
        before, behind = Span(start - hallucinations.ALONE_SECONDS, start), Span(end, end + hallucinations.ALONE_SECONDS)
        return [before, behind] if end - last < TAIL_SECONDS else [before]

    def result(self) -> WindowResult:
        """Its text, once it is done."""
        segments = hallucinations.without(self._segments, (*self.window.sure, *self._beside()), self.language)
        if len(segments) < len(self._segments):
            self._flaws.add(LEFT_OUT)
        text = "".join(segment.text for segment in segments)
        if guards.has_too_few_words(text, self.window.sure):
            self._flaws.add(guards.TOO_FEW_WORDS)
        return WindowResult(
            index=self.window.index,
            segments=tuple(sorted(segments, key=lambda segment: (segment.start, segment.end, segment.text))),
            decodings=self._decodings,
            sampled=any(segment.temperature > 0 for segment in segments),
            flaws=tuple(sorted(self._flaws)),
        )


def _worth(tried: tuple[Decoded, tuple[str, ...]]) -> tuple[bool, int, float]:
    """Which of several flawed decodings to keep: no loop first, then the fewest flaws, then the likeliest."""
    decoded, flaws = tried
    loops = guards.COMPRESSION in flaws or guards.REPEATED in flaws
    return (not loops, -len(flaws), decoded.mean_log_probability)
