"""Windows from which the silences are cut out, as some engines have them: speech is put together with short pads, and times are told by
where each piece came from. Not how the program does it; to be compared with it (`variants.py`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from dwhisper_worker.contract import BYTES_PER_SECOND, Span, Window, WindowAudio

from dwhisper_gui.core.plan import clipped

PAD_SECONDS = 0.2


@dataclass(frozen=True)
class Spliced:
    audio: WindowAudio
    pieces: tuple[Span, ...]
    """Of the medium, in order, that lie one behind the other in the window."""

    def time(self, at: float) -> float:
        """When in the medium something is that is heard so many seconds after the window's start."""
        for piece in self.pieces:
            if at <= piece.duration:
                return piece.start + at
            at -= piece.duration
        return self.pieces[-1].end


def spliced(pcm: bytes, maybe: Sequence[Span], sure: Sequence[Span], whole: Span, longest: float) -> list[Spliced]:
    """Speech in windows of at most so many seconds, filled as far as they go."""
    padded: list[Span] = []
    for span in maybe:
        start, end = max(whole.start, span.start - PAD_SECONDS), min(whole.end, span.end + PAD_SECONDS)
        if padded and start <= padded[-1].end:
            start = padded.pop().start
        while end - start > longest:
            padded.append(Span(start, start + longest))
            start += longest
        padded.append(Span(start, end))
    groups: list[list[Span]] = []
    for span in padded:
        if not groups or sum(one.duration for one in groups[-1]) + span.duration > longest:
            groups.append([])
        groups[-1].append(span)
    return [_joined(index, pcm, sure, group) for index, group in enumerate(groups)]


def _joined(index: int, pcm: bytes, sure: Sequence[Span], pieces: Sequence[Span]) -> Spliced:
    begins = list(accumulate((piece.duration for piece in pieces), initial=0.0))
    # As if the window lay at the beginning of the medium.
    surely = [
        Span(begin + one.start - piece.start, begin + one.end - piece.start)
        for piece, begin in zip(pieces, begins, strict=False)
        for one in clipped(sure, piece)
    ]
    heard = tuple(Span(begin, begin + piece.duration) for piece, begin in zip(pieces, begins, strict=False))
    sound = b"".join(pcm[_byte(piece.start) : _byte(piece.end)] for piece in pieces)
    return Spliced(WindowAudio(Window(index, 0.0, len(sound) / BYTES_PER_SECOND, heard, tuple(surely)), sound), tuple(pieces))


def _byte(seconds: float) -> int:
    return 2 * round(seconds * BYTES_PER_SECOND / 2)
