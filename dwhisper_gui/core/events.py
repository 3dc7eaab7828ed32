"""What happens, told to whoever shows it. Events flow up only; nobody answers one."""

from dataclasses import dataclass

from dwhisper_worker.contract import Figures, WindowResult

from dwhisper_gui.core.job import Job, JobState
from dwhisper_gui.core.plan import ChunkKey, PreparedPart
from dwhisper_gui.core.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a job."""

    job: str


@dataclass(frozen=True, slots=True)
class JobAdded(Event):
    """`resumed`: there was an unfinished job of this medium with the same options, and it goes on. `finished_before`: there
    was a finished one, or one in which all that the medium has is done, and its text is used."""

    added: Job
    resumed: bool = False
    finished_before: bool = False


@dataclass(frozen=True, slots=True)
class StateChanged(Event):
    state: JobState


@dataclass(frozen=True, slots=True)
class Remembered(Event):
    """A decision: which track, which language, how long."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Note(Event):
    """A sentence worth telling: several tracks, speech elsewhere, waiting for another program. `code` says which, `fields` fill it."""

    code: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class ModelDownload(Event):
    model: str
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class ModelLoaded(Event):
    model: str
    device: str
    compute_type: str
    threads: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PartPrepared(Event):
    part: PreparedPart


@dataclass(frozen=True, slots=True)
class ChunkLeased(Event):
    chunk: ChunkKey
    worker: str
    lease: int


@dataclass(frozen=True, slots=True)
class WindowDone(Event):
    chunk: ChunkKey
    result: WindowResult


@dataclass(frozen=True, slots=True)
class ChunkDone(Event):
    chunk: ChunkKey
    lease: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class ChunkFailed(Event):
    chunk: ChunkKey
    lease: int
    reason: str
    final: bool


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """How far a job is: seconds of the medium dealt with (silence included), of how many; `speed` in seconds of the medium for each
    second of wall time (0: not known yet); `seconds_left` None: not known yet."""

    done_seconds: float
    total_seconds: float
    speed: float
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class JobEnded(Event):
    """`files` are the subtitles written; `error` the sentence of what ended a failed job, `gist` what of it fits a list of many;
    `transcript` what there is of the text of one that is done or incomplete."""

    state: JobState
    files: tuple[bytes, ...]
    error: str | None = None
    transcript: Transcript | None = None
    gist: str | None = None
