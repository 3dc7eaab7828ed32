"""One window's way to its text: the pieces of it that are to be decoded, and what becomes of each decoding. No threads, no I/O.

A window begins as one piece. A piece that a guard objects to is decoded again with more effort, one that the model is unsure of at least
once; what an accepted decoding left unheard (`holes.py`) becomes another, smaller piece. The window is done when no piece of it is left.
What fails every effort is kept and marked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dwhisper_worker import guards, times
from dwhisper_worker.contract import LEFT_OUT, SAMPLE_RATE, Segment, Span, Window, WindowResult, Word
from dwhisper_worker.engines.engine import Clip, Decoded, Effort
from dwhisper_worker.holes import halves, holes
from dwhisper_worker.levels import levelled
from dwhisper_worker.spans import total, within

EFFORTS = (Effort(1), Effort(5), *(Effort(1, temperature, prompted=False) for temperature in (0.2, 0.4, 0.6, 0.8, 1.0)))
"""Greedy first, since most windows need no more; then a beam; then rising temperatures, as openai-whisper does."""
WITHOUT_PROMPT = Effort(5, prompted=False)
"""Comes before the temperatures where the user gave a prompt or hotwords: a model that falls into a loop often does so over them."""
UNSURE_LOG_PROBABILITY = -0.2
"""Below it, a decoding that no guard objects to is tried once more with a beam, and the likelier one taken."""
DEEPEST_PIECE = 3
"""How often what was left unheard may leave something unheard again."""
NEAR_WORDS = 12
"""So far around a hole a second decoding may have heard what was heard already."""
MOST_OF_PIECE = 0.9
"""What was left unheard is decoded again as it is only where it is clearly less than what was decoded."""


@dataclass(frozen=True, slots=True)
class Before:
    """What was heard in a hole before it was decoded on its own: words that the alignment put there, those around them, and the
    decoding they are of. All of it is fixed when the hole is found, so that it does not matter which piece is decoded first."""

    words: Sequence[Word]
    around: tuple[Sequence[Word], Sequence[Word]]
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

    def __init__(self, window: Window, samples: Clip, *, prompted: bool = False) -> None:
        self.window = window
        self.efforts = (*EFFORTS[:2], WITHOUT_PROMPT, *EFFORTS[2:]) if prompted else EFFORTS
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
        flaws = guards.flaws(decoded, within(self.window.maybe, piece.span), sure)
        piece.tries.append((decoded, flaws))
        flawless = any(not objections for _, objections in piece.tries)
        nobody = guards.NO_SPEECH in flaws and total(sure) < guards.RATE_NEEDS_SECONDS and not flawless
        if nobody or not self.window.maybe:
            # Model and VAD agree that hardly anybody speaks: trying harder would only invent words.
            self._open -= 1
            if piece.before is not None and piece.before.words:
                self._keep(piece.before)
            elif decoded.words:
                self._flaws.add(LEFT_OUT)
            return []
        unsure = not piece.effort_index and decoded.mean_log_probability < UNSURE_LOG_PROBABILITY
        # Of speech that was skipped more is heard in smaller pieces than by trying harder.
        skipped = flaws == (guards.TOO_FEW_WORDS,) and piece.effort_index > 0
        if (unsure or not (flawless or skipped)) and piece.effort_index + 1 < len(self.efforts):
            piece.effort_index += 1
            return [piece]
        left = self._accept(piece, *max(piece.tries, key=_worth))
        self._open += len(left) - 1
        return left

    def _accept(self, piece: Piece, decoded: Decoded, remaining: tuple[str, ...]) -> list[Piece]:
        words = times.placed(decoded.words, piece.span, within(self.window.maybe, piece.span))
        before = piece.before
        if before is not None and (len(words) < len(before.words) or any(guards.repeats(words, near) for near in before.around)):
            self._keep(before)
            return []
        # Whether words are too few is judged at the end, of the whole window.
        self._flaws.update(flaw for flaw in remaining if flaw != guards.TOO_FEW_WORDS)
        pieces: list[Piece] = []
        at = 0
        for hole in holes(words, piece.span, self.window.sure) if piece.depth < DEEPEST_PIECE else ():
            before = Before(
                words[hole.first : hole.last],
                (words[max(0, hole.first - NEAR_WORDS) : hole.first], words[hole.last : hole.last + NEAR_WORDS]),
                decoded,
            )
            if hole.span.duration <= MOST_OF_PIECE * piece.span.duration:
                self._segments += times.segments(words[at : hole.first], decoded)
                pieces.append(Piece(self, hole.span, piece.depth + 1, before))
                at = hole.last
            elif not before.words:
                # The same again would be heard the same way.
                pieces += [Piece(self, half, piece.depth + 1, before) for half in halves(hole.span, self.window.sure)]
        self._segments += times.segments(words[at:], decoded)
        return pieces

    def _keep(self, before: Before) -> None:
        self._segments += times.segments(before.words, before.decoded)

    def result(self) -> WindowResult:
        """Its text, once it is done."""
        text = "".join(segment.text for segment in self._segments)
        if guards.has_too_few_words(text, self.window.sure):
            self._flaws.add(guards.TOO_FEW_WORDS)
        return WindowResult(
            index=self.window.index,
            segments=tuple(sorted(self._segments, key=lambda segment: segment.start)),
            decodings=self._decodings,
            sampled=any(segment.temperature > 0 for segment in self._segments),
            flaws=tuple(sorted(self._flaws)),
        )


def _worth(tried: tuple[Decoded, tuple[str, ...]]) -> tuple[bool, int, float]:
    """Which of several flawed decodings to keep: no loop first, then the fewest flaws, then the likeliest."""
    decoded, flaws = tried
    loops = guards.COMPRESSION in flaws or guards.REPEATED in flaws
    return (not loops, -len(flaws), decoded.mean_log_probability)
