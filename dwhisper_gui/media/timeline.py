"""Puts blocks of sound where their times say they belong in a range of the medium."""

import io

from dwhisper_worker.contract import SAMPLE_RATE, Span

TOLERANCE = SAMPLE_RATE * 20 // 1000
"""In samples. Times that differ by less than this from where the block before ended are rounding or jitter (Matroska and FLV round to
milliseconds, live streams jitter by some); such a block simply follows. Errors do not add up, since every block has its own time."""

SHORTEST_GAP = SAMPLE_RATE // 2
"""In samples. Less than this without sound loses no word worth a warning."""


class Timeline:
    """The sound of one range: gaps are silence, what comes twice counts once, what lies outside is left out."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self._start = round(span.start * SAMPLE_RATE)
        self._length = round(span.end * SAMPLE_RATE) - self._start
        self._sound = io.BytesIO()
        self._next: int | None = None
        self._gaps: list[tuple[int, int]] = []
        self.heard_before = False
        """Something came that ends before the range or reaches into it from there: nothing of its beginning was missed."""
        self.goes_on = False
        """Something came that reaches to the range's end or lies after it: all of the range has been seen."""

    @property
    def heard(self) -> bool:
        """Anything came at all."""
        return self._next is not None

    def put(self, sample: int, pcm: bytes | bytearray) -> bool:
        """Takes the next block, whose first sample is the medium's `sample`th. False once nothing that could follow is wanted."""
        at = sample - self._start
        cut = 0
        if self._next is None:
            self.heard_before = at <= 0
            self._gaps.append((0, at))
        elif abs(at - self._next) <= TOLERANCE:
            at = self._next
        elif at < self._next:
            cut = self._next - at
            at = self._next
        else:
            self._gaps.append((self._next, at))
        samples = memoryview(pcm)[2 * cut : len(pcm) // 2 * 2]
        end = at + len(samples) // 2
        self._next = max(end, self._next or end)
        self.goes_on = self.goes_on or end >= self._length
        inside = samples[2 * max(0, -at) : 2 * max(0, self._length - at)]
        if inside:
            self._sound.seek(2 * max(0, at))
            self._sound.write(inside)
        return not self.goes_on

    def gaps(self) -> list[Span]:
        """The ranges in which nothing came, in order. Those next to each other with hardly any sound in between are one."""
        end = self._length if self.goes_on else max(0, self._next or 0)
        found: list[tuple[int, int]] = []
        for first, last in (*self._gaps, (end, self._length)):
            first, last = max(0, first), min(last, self._length)
            if first >= last:
                continue
            if found and first - found[-1][1] < SHORTEST_GAP:
                first = found.pop()[0]
            found.append((first, last))
        return [
            Span(round((self._start + first) / SAMPLE_RATE, 3), round((self._start + last) / SAMPLE_RATE, 3))
            for first, last in found
            if last - first >= SHORTEST_GAP
        ]

    def sound(self) -> bytes:
        """The range's PCM, which ends early where the medium does. It is handed over: asked again, there is none."""
        if self.goes_on and self._length and self._sound.seek(0, io.SEEK_END) < 2 * self._length:
            self._sound.seek(2 * self._length - 2)
            self._sound.write(bytes(2))
        sound, self._sound = self._sound.getvalue(), io.BytesIO()
        return sound
