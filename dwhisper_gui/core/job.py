"""A job: one medium with frozen options, and the states it goes through."""

from dataclasses import dataclass, field
from enum import StrEnum

from dwhisper_worker.contract import Span


class Wish(StrEnum):
    """What the user wants of a job. Any program may change it; the job's owner follows."""

    RUN = "run"
    PAUSE = "pause"
    CANCEL = "cancel"


class JobState(StrEnum):
    """How far a job is. Only its owner changes it."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    INCOMPLETE = "incomplete"
    """All that could be done is done; some ranges are missing, and are named."""
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Nothing more happens to it unless the user asks."""
        return self in (JobState.DONE, JobState.INCOMPLETE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Options:
    """What decides the transcript. Two jobs of one medium with equal options have the same result, so the unfinished one is gone
    on with."""

    model: str
    engine: str = "faster-whisper"
    language: str = "auto"
    """A code of `contract.LANGUAGES`, or `auto`."""
    translate: bool = False
    prompt: str = ""
    hotwords: str = ""
    track: str = ""
    """Empty: the default-flagged one; digits: an index among the audio tracks, from 1; else a language."""
    start: float = 0.0
    """Seconds; where to begin."""
    end: float | None = None
    """Seconds; where to stop. None: at the end."""
    device: str = "auto"
    compute_type: str = "auto"


@dataclass(frozen=True, slots=True)
class Output:
    """Where the subtitles go and as what. Changes nothing in the transcript."""

    formats: tuple[str, ...] = ("srt",)
    folder: bytes | None = None
    """None: beside the medium."""
    overwrite: bool = False
    rules: str = "plain"
    """The name of the set that the cues keep to."""
    shots: bool = False
    """The cues go with the shots of the picture."""
    report: bool = False
    """What is not within the rules is written down beside them."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Tells whether a file is still the one it was: its size, time of change, and a hash of some of its blocks."""

    size: int
    modified_ns: int
    blocks: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A range of the medium that has no text, and why: `failed` (its chunk failed), `cut` (the file ends before its header says),
    `unreadable` (the file is damaged there), `not_done` (the job has not come to it)."""

    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Job:
    """One medium with frozen options, as the store knows it."""

    id: str
    path: bytes
    options: Options
    output: Output
    fingerprint: Fingerprint
    wish: Wish = Wish.RUN
    state: JobState = JobState.QUEUED
    position: int = 0
    created: float = 0.0
    """Seconds since 1970."""
    memory: dict[str, str] = field(default_factory=dict)
    """What was decided once and holds for the whole job (`Journal.remember`): the track, the language, the duration."""
    error: str | None = None
    """The sentence of the error that ended it."""
