"""Jobs, parts and results to put into a store, and the second program that uses it too."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dwhisper_worker.contract import Figures, Segment, Span, Window, WindowResult, Word

from dwhisper_gui.core.job import Fingerprint, Job, Options, Output
from dwhisper_gui.core.plan import Chunk, ChunkKey, PreparedPart
from dwhisper_gui.jobs.store import Store

ROOT = Path(__file__).parents[2]
OPTIONS = Options("tiny.en", prompt="Zürich – “naïve”", start=1.5)
OUTPUT = Output(("srt", "vtt"), b"/out/\xff")
FINGERPRINT = Fingerprint(2**40, 1_700_000_000_123_456_789, "ab12")
FIGURES = Figures(58.5, 3.25, 2, 1, 131_000_000)


async def add_job(store: Store, path: bytes = b"/media/talk \xff.mp4", options: Options = OPTIONS) -> Job:
    return await store.add_job(path, options, OUTPUT, FINGERPRINT)


def part(index: int = 0, chunks: int = 2, windows: int = 2) -> PreparedPart:
    """A part of 600 s in which every chunk has so many windows of 20 s, 5 s apart."""
    start = index * 600.0
    made = []
    for chunk in range(chunks):
        inside = []
        for number in range(chunk * windows, (chunk + 1) * windows):
            span = Span(start + 25.0 * number, start + 25.0 * number + 20.0)
            inside.append(Window(number, span.start, span.end, (span,), (Span(span.start + 0.5, span.end - 0.25),)))
        made.append(Chunk(ChunkKey(index, chunk), tuple(inside)))
    every = [window for chunk in made for window in chunk.windows]
    return PreparedPart(
        index=index,
        span=Span(start, start + 600.0),
        end_in_speech=index % 2 == 1,
        maybe=tuple(span for window in every for span in window.maybe),
        sure=tuple(span for window in every for span in window.sure),
        chunks=tuple(made),
        peaks=bytes(range(256)),
    )


def result(window: int, words: int = 10, start: float | None = None) -> WindowResult:
    """The text of a window, in two segments."""
    begins = 25.0 * window if start is None else start
    spoken = [Word(begins + i, begins + i + 0.5, f" w{window}.{i}", 0.25 + i / 1000) for i in range(words)]
    halves = (tuple(spoken[: words // 2]), tuple(spoken[words // 2 :]))
    segments = tuple(
        Segment(half[0].start, half[-1].end, "".join(word.text for word in half), half, -0.3, 0.01, 1.4, 0.0) for half in halves if half
    )
    return WindowResult(window, segments, 2, window % 2 == 1, ("repeated",) if window % 3 == 0 else ())


@contextmanager
def other_program(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Runs program.py; it ends when its standard input does, and no later than the test."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.program", *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def line(stream: IO[str] | None) -> str:
    """The next line that the program prints; empty where it has ended."""
    assert stream is not None
    return stream.readline().strip()
