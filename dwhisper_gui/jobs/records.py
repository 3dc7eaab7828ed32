"""What the store gives back beyond the nouns of core, and how values are kept in its columns."""

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from dwhisper_worker.contract import Figures, Segment, Span, Word

from dwhisper_gui.core.errors import JobDamaged
from dwhisper_gui.core.job import Fingerprint, Job, JobState, Options, Output, Wish
from dwhisper_gui.core.plan import ChunkKey

T = TypeVar("T")


class ChunkState(StrEnum):
    """How far a chunk is."""

    OPEN = "open"
    """To be given out, or given out."""
    DONE = "done"
    FAILED = "failed"
    """Not given out again before a retry."""


class Outcome(StrEnum):
    """What became of a lease."""

    LEASED = "leased"
    """It goes on."""
    DONE = "done"
    RELEASED = "released"
    """Given back through no fault of the worker's. Does not count as a try."""
    FAILED = "failed"
    LOST = "lost"
    """The program that had given it out died. Not the chunk's fault, so it does not count as a try either."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One lease of one chunk. Times are seconds since 1970; `ended` is None while it goes on and where it was lost."""

    chunk: ChunkKey
    lease: int
    worker: str
    host: str
    leased: float
    ended: float | None
    outcome: Outcome
    reason: str | None
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class MissingWindow:
    """A window without a result: of a chunk that failed, with the sentence why, or of one that is still open."""

    span: Span
    chunk: ChunkKey
    failed: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is, over the parts that are prepared. All seconds are of the medium."""

    parts: int = 0
    windows: int = 0
    windows_done: int = 0
    windows_failed: int = 0
    window_seconds: float = 0.0
    window_seconds_done: float = 0.0
    medium_seconds: float = 0.0
    """The length of those parts, silence included."""
    medium_seconds_settled: float = 0.0
    """What of it lies in no window (silence) or in one that is done or failed."""


def name_of(path: bytes) -> str:
    """A file's name for a sentence; bytes that are no text are replaced."""
    return os.fsencode(Path(os.fsdecode(path)).name).decode("utf-8", "replace")


def name_among(path: bytes, others: Iterable[bytes]) -> str:
    """A file's name, with as much of its folders before it as tells it from `others`, which may have it among them."""
    parts = _parts(path)
    alike = [_parts(other) for other in others if other != path]
    count = 1
    while count < len(parts) and any(other[-count:] == parts[-count:] for other in alike):
        count += 1
    return os.fspath(Path(*parts[-count:]))


def _parts(path: bytes) -> list[str]:
    return [os.fsencode(part).decode("utf-8", "replace") for part in Path(os.fsdecode(path)).parts]


JOB_COLUMNS = "id, path, options, output, fingerprint, wish, state, position, created, error"


def to_json(value: Options | Output | Fingerprint) -> str:
    """For columns of a few fields that only ever travel together; a field added later takes its default in older rows."""
    return msgspec.json.encode(value).decode()


def job_to(job: Job) -> tuple[Any, ...]:
    """A job as its `JOB_COLUMNS`."""
    frozen = (to_json(job.options), to_json(job.output), to_json(job.fingerprint))
    return (job.id, job.path, *frozen, job.wish.value, job.state.value, job.position, job.created, job.error)


def job_from(row: tuple[Any, ...], memory: dict[str, str]) -> Job:
    """A job from its `JOB_COLUMNS`."""
    job_id, path, options, output, fingerprint, wish, state, position, created, error = row
    return Job(
        id=job_id,
        path=path,
        options=msgspec.json.decode(options, type=Options),
        output=msgspec.json.decode(output, type=Output),
        fingerprint=msgspec.json.decode(fingerprint, type=Fingerprint),
        wish=Wish(wish),
        state=JobState(state),
        position=position,
        created=created,
        memory=memory,
        error=error,
    )


def recalled(job: Job, key: str, kind: type[T], otherwise: str = "") -> T:
    """What a job remembers under a key, of a kind; or what `otherwise` encodes. Raises `JobDamaged`."""
    try:
        return msgspec.json.decode(job.memory.get(key, otherwise), type=kind)
    except (msgspec.DecodeError, TypeError) as error:  # the latter where it is no text
        raise JobDamaged(name=name_of(job.path), detail=f"{key}: {error}", job=job.id) from error


# Tuples instead of dataclasses: msgpack would repeat the names of the fields in each of them.
_spans = msgspec.msgpack.Decoder(tuple[tuple[float, float], ...])
_words = msgspec.msgpack.Decoder(tuple[tuple[float, float, str, float], ...])
_texts = msgspec.msgpack.Decoder(tuple[str, ...])
_figures = msgspec.msgpack.Decoder(Figures)
encode = msgspec.msgpack.encode


def spans_to(spans: Iterable[Span]) -> bytes:
    """Spans as a blob."""
    return encode([(span.start, span.end) for span in spans])


def spans_from(blob: bytes) -> tuple[Span, ...]:
    """Spans from their blob."""
    return tuple(Span(start, end) for start, end in _spans.decode(blob))


def texts_from(blob: bytes) -> tuple[str, ...]:
    """Strings from their blob."""
    return _texts.decode(blob)


ATTEMPT_COLUMNS = "part_index, chunk_index, lease, worker, host, leased, ended, outcome, reason, figures"


def attempt_from(part: int, chunk: int, lease: int, worker: str, host: str, leased: float, *rest: Any) -> Attempt:
    """An attempt from its `ATTEMPT_COLUMNS`."""
    ended, outcome, reason, figures = rest
    cost = None if figures is None else _figures.decode(figures)
    return Attempt(ChunkKey(part, chunk), lease, worker, host, leased, ended, Outcome(outcome), reason, cost)


SEGMENT_COLUMNS = "starts, ends, text, words, mean_log_probability, no_speech_probability, compression_ratio, temperature"


def segment_to(segment: Segment) -> tuple[Any, ...]:
    """A segment as its `SEGMENT_COLUMNS`."""
    return (
        segment.start,
        segment.end,
        segment.text,
        encode([(word.start, word.end, word.text, word.probability) for word in segment.words]),
        segment.mean_log_probability,
        segment.no_speech_probability,
        segment.compression_ratio,
        segment.temperature,
    )


def segment_from(row: tuple[Any, ...]) -> Segment:
    """A segment from its `SEGMENT_COLUMNS`."""
    start, end, text, words, *figures = row
    numbers = [math.nan if figure is None else figure for figure in figures]
    return Segment(start, end, text, tuple(Word(*word) for word in _words.decode(words)), *numbers)
