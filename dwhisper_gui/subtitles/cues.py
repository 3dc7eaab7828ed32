"""Words to cues: what is on the screen from when to when.

Where cues end is found by dynamic programming over the places where they may: of all ways to cut a stretch of speech into cues that
fit, the one whose breaks (`breaks.py`, `lines.py`) cost least and whose cues are neither too short or too full to read nor scraps. When
they come and go is decided after that (`timing.py`).
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dwhisper_worker.contract import Segment, Word

from dwhisper_gui.subtitles.frames import FrameRate, Frames
from dwhisper_gui.subtitles.lines import Stretch, best_cuts, stretch_of
from dwhisper_gui.subtitles.pieces import Piece, pieces
from dwhisper_gui.subtitles.rules import DEFAULT, Pace, Rules
from dwhisper_gui.subtitles.timing import Limits, Sound, milliseconds, timed

CUE_COST = 2.0
"""Of each cue: short sentences that follow at once share one."""
BROKEN_COST = 10.0
"""Of each cue that is too short or too full, however little: a worse break within the rules is better. Of one that lacks less than its
neighbours will mostly lend it (`timing.py`), in proportion."""
MOSTLY_LENT = 1.5
"""By both neighbours together, where each lends 1 at most."""
TOO_SHORT_COST = 8.0
"""Of a cue that must go at once; in proportion to what it lacks of the shortest time."""
TOO_FAST_COST = 8.0
"""Of each second that a cue lacks to be read in."""
SCRAP_COST = 5.0
"""Of a single word, or less than a quarter of a line, on its own."""
STRADDLE_COST = 1.5
"""Of a cue that ends one sentence and begins another, for each of them that is not whole in it."""
EMPTY_COST = 2.0
"""Of a cue with hardly any text in it, less the fuller it is: so those of one long sentence come out alike."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Times in seconds, whole milliseconds. `words` are those of each line; joined they are the line. A word that is wider than a line
    is there in parts, each with its share of the time."""

    start: float
    end: float
    lines: tuple[str, ...]
    words: tuple[tuple[Word, ...], ...] = ()


def cues(
    segments: Iterable[Segment],
    language: str,
    rules: Rules = DEFAULT,
    frame_rate: FrameRate | None = None,
    shots: Sequence[float] = (),
    seconds: float | None = None,
) -> list[Cue]:
    """The cues of a text in that language (a code of `contract.LANGUAGES`): in order, without overlap, every word in exactly one; on the
    frames of a picture of that rate, and with its shots, where those are given (when each but the first begins, in seconds). None stays
    when the medium is over, which is so many seconds long.

    All keep to the rules as far as they can without other words; `problems.py` tells what could not be had."""
    pace, limits = rules.pace_of(language), Limits.of(rules, Frames.of(frame_rate), seconds)
    found = [lines for one in _stretches(segments, language, rules) for lines in _cut(*one, rules, pace, limits)]
    sounds = [_sound(lines, pace) for lines in found]
    return [_cue(lines, *times) for lines, times in zip(found, timed(sounds, limits, shots), strict=True)]


def _stretches(segments: Iterable[Segment], language: str, rules: Rules) -> Iterator[tuple[Stretch, int, int | None]]:
    """The text, cut at every silence that no cue may span; and when the speech before each stretch ends, and that after it begins, in
    milliseconds."""
    line_cells = rules.cells_of(language)
    found = pieces(segments, line_cells)
    silence = milliseconds(rules.longest_silence)
    begin = 0
    for end in range(1, len(found) + 1):
        if end == len(found) or found[end].start - found[end - 1].end > silence:
            before, following = found[begin - 1].end if begin else 0, found[end].start if end < len(found) else None
            yield stretch_of(found[begin:end], language, line_cells), before, following
            begin = end


def _cut(stretch: Stretch, before: int, following: int | None, rules: Rules, pace: Pace, limits: Limits) -> Iterator[list[Sequence[Piece]]]:
    """The lines of each cue."""
    for begin, end in pairwise([0, *_cue_ends(stretch, before, following, rules, pace, limits)]):
        _, cuts = best_cuts(stretch, begin, end)
        yield [stretch.pieces[first:last] for first, last in pairwise([begin, *cuts, end])]


def _cue_ends(stretch: Stretch, before: int, following: int | None, rules: Rules, pace: Pace, limits: Limits) -> list[int]:
    count = len(stretch.pieces)
    farthest = _farthest(stretch, rules.lines, limits)
    starts = [piece.start for piece in stretch.pieces]
    # The silence before the first can be used by it alone.
    starts[0] = max(before, starts[0] - limits.frames.milliseconds(limits.off))
    filled, begun, line_ends, sentences, ended = stretch.filled, stretch.begun, stretch.line_ends, stretch.sentences, stretch.ended
    text_to, text_from = (stretch.words, [words - 1 for words in stretch.words[1:]]) if pace.words else (filled, begun)
    a_unit = pace.milliseconds(1) if pace.words else pace.milliseconds(1 / pace.cells)
    free, gone = _leave(stretch, following, rules, limits)
    lent = max(1.0, MOSTLY_LENT * limits.frames.milliseconds(limits.frames.gap(rules.off_frames)))
    shortest, held = milliseconds(rules.shortest), milliseconds(max(rules.shortest, rules.held))
    room = rules.lines * stretch.line_cells
    best = [0.0] * (count + 1)
    came_from = [0] * (count + 1)
    earliest = 0
    for end in range(1, count + 1):
        while farthest[earliest] < end:
            earliest += 1
        least = float("inf")
        for begin in range(earliest, end):
            # Nothing that follows costs less than nothing, so most ways are given up early.
            cost = best[begin]
            if cost >= least:
                continue
            width = filled[end] - begun[begin]
            cost += EMPTY_COST * (1 - width / room) ** 2
            if end - begin == 1 or width < stretch.line_cells / 4:
                cost += SCRAP_COST
            if ended[end - 1] > ended[begin]:
                cost += STRADDLE_COST * (2 - sentences[begin] - sentences[end])
            start = starts[begin]
            time = free[end] - start
            if time < shortest:
                cost += BROKEN_COST * min(1.0, (shortest - time) / lent) + TOO_SHORT_COST * (1 - time / shortest)
            time = min(time, max(gone[end] - start, held))
            reading = a_unit * (text_to[end] - text_from[begin])
            if time < reading:
                cost += BROKEN_COST * min(1.0, (reading - time) / lent) + TOO_FAST_COST * (reading - time) / 1000
            if cost < least and line_ends[begin] < end:
                cost += best_cuts(stretch, begin, end)[0]
            if cost < least:
                least, came_from[end] = cost, begin
        best[end] = least + CUE_COST + stretch.costs[end]
    ends = []
    end = count
    while end:
        ends.append(end)
        end = came_from[end]
    return ends[::-1]


def _leave(stretch: Stretch, following: int | None, rules: Rules, limits: Limits) -> tuple[list[float], list[float]]:
    """When a cue that ends at each place must go, in milliseconds: for the next one, and since its sound is over."""
    gap = limits.frames.milliseconds(limits.gap)
    nexts = [piece.start for piece in stretch.pieces]
    free = [float(start - gap) for start in nexts]
    linger = milliseconds(rules.linger)
    gone = [0.0, *(float(piece.end + linger) for piece in stretch.pieces)]
    return [*free, float("inf") if following is None else float(following - gap)], gone


def _farthest(stretch: Stretch, lines: int, limits: Limits) -> list[int]:
    """The farthest place at which a cue that begins at each place can end: it fits in its lines and its time, or is one piece."""
    ends = [piece.end for piece in stretch.pieces]
    longest = limits.frames.milliseconds(limits.longest)
    found = []
    for begin, piece in enumerate(stretch.pieces):
        end = begin
        for _ in range(lines):
            end = stretch.line_ends[end]
        found.append(max(begin + 1, min(end, bisect_right(ends, piece.start + longest))))
    return found


def _cue(lines: Sequence[Sequence[Piece]], start: int, end: int) -> Cue:
    """Times in milliseconds."""
    words = tuple(tuple(_word(piece, first=i == 0) for i, piece in enumerate(line)) for line in lines)
    return Cue(start / 1000, end / 1000, tuple("".join(word.text for word in line) for line in words), words)


def _sound(lines: Sequence[Sequence[Piece]], pace: Pace) -> Sound:
    texts = ["".join(piece.shown for piece in line).strip() for line in lines]
    return Sound(lines[0][0].start, lines[-1][-1].end, pace.needed(texts))


def _word(piece: Piece, *, first: bool) -> Word:
    text = f" {piece.text}" if piece.spaced and not first else piece.text
    return Word(piece.start / 1000, piece.end / 1000, text, piece.probability)
