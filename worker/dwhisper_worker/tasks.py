"""What the desktop and workers say to each other through a Conductor server: names of tasks and domains, what tasks carry, and what is in
the sealed files they point to.

The server sees the inputs and outputs of tasks, so these hold handles and figures only; what was said, and its sound, is in files sealed
with the job's key (`sealing.py`), each for its purpose. A server's task definitions have no versions, so their names carry the contract's:
an older and a newer program on one server never get each other's tasks.

Standard library only, like `contract.py`; transports encode inputs and outputs as JSON, files as msgpack.
"""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import PurePath

from dwhisper_worker.contract import SAME_MODELS, VERSION, Decoding, Figures, Window, WindowResult

TRANSCRIBE_CHUNK = f"dwhisper_transcribe_chunk_v{VERSION}"
DETECT_LANGUAGE = f"dwhisper_detect_language_v{VERSION}"
PREPARE_PART = f"dwhisper_prepare_part_v{VERSION}"
COMBINE_TRANSCRIPT = f"dwhisper_combine_transcript_v{VERSION}"
PRESENCE = "dwhisper_presence"
"""There are no tasks of this type: a worker that asks for one, in a domain of its own, is seen to be there. Of all contracts alike, so that
one whose contract is another is seen, too."""
PRESENCE_SECONDS = 10.0
"""So often a worker shows itself."""
GONE_SECONDS = 3 * PRESENCE_SECONDS
"""Who has not shown itself for so long is not there."""
NOW = "now"
"""A domain of `PRESENCE` in which whoever wants to know what time it is on the server asks first: what it notes of that is from now."""

DEFAULT_POOL = "default"


_MARK_LETTERS = 8


@dataclass(frozen=True, slots=True)
class Serving:
    """Who take the same tasks: the workers of a pool that have its key and serve an engine with a model. `key` is a mark of the pool's key:
    what is sealed with another, as by a second program that made its own, is never theirs to find out that they can't open it."""

    pool: str
    key: str
    engine: str
    model: str

    @property
    def domain(self) -> str:
        """Whose tasks they are, for the server."""
        return "--".join(_plain(name) for name in (self.pool, self.key, self.engine, self.model))


def serving(pool: str, pool_key: bytes, engine: str, model: str) -> Serving:
    """`model` as the user names it: weights given by their path go by the name of their folder, for it lies elsewhere on each computer."""
    name = PurePath(model).name
    mark = hashlib.sha256(b"DWhisper pool key " + pool_key).hexdigest()[:_MARK_LETTERS]
    return Serving(pool, mark, engine, SAME_MODELS.get(name, name) if name == model else name)


def desk_domain(install: str, job: str) -> str:
    """Whose tasks the program takes that owns a job."""
    return f"desk-{_plain(install)}-{_plain(job)}"


def _plain(name: str) -> str:
    # A queue's name is its domain and its task with a colon in between, and travels in addresses.
    plain = re.sub(r"[^A-Za-z0-9._-]+|--+|^-|-$", "_", name)
    # What is left of “модель” and “другая” is the same.
    return plain if plain == name else f"{plain}.{hashlib.sha256(name.encode()).hexdigest()[:_MARK_LETTERS]}"


# --- what tasks carry ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TaskInput:
    """Of `TRANSCRIBE_CHUNK` and `DETECT_LANGUAGE`: the handle of a sealed file, what it was sealed for, and the job's key, wrapped with the
    pool's (base64)."""

    contract: int
    job: str
    subject: str
    """The chunk (“3.17”), or the number of the question after the language."""
    file: str
    key: str


@dataclass(frozen=True, slots=True)
class TaskOutput:
    """The handle of the sealed result, the SHA-256 of that file as it is, and figures. `weights`, `compute_type` and `device` tell whose
    results may be compared."""

    file: str
    sha256: str
    worker: str
    host: str
    weights: str
    compute_type: str
    device: str
    figures: Figures | None = None


@dataclass(frozen=True, slots=True)
class TaskFailure:
    """The output of a task that failed: a code of `contract.Code` and what its sentence names."""

    code: str
    fields: dict[str, str] = field(default_factory=dict)


# --- what is in the files ------------------------------------------------------------------------------------------


def chunk_purpose(job: str, subject: str) -> str:
    """What the sound of a chunk, or of a question after the language, is sealed for."""
    return f"sound of {subject} of {job}"


def result_purpose(job: str, subject: str) -> str:
    """What the answer is sealed for."""
    return f"result of {subject} of {job}"


def key_purpose(job: str) -> str:
    """What a job's key is wrapped for."""
    return f"key of {job}"


@dataclass(frozen=True, slots=True)
class Sound:
    """Clips one after the other in one stream (FLAC, or Opus in Ogg; mono), each so many samples long at `SAMPLE_RATE`."""

    encoded: bytes
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChunkFile:
    """A chunk: its windows, and the sound of each."""

    decoding: Decoding
    windows: tuple[Window, ...]
    sound: Sound


@dataclass(frozen=True, slots=True)
class ResultFile:
    """The text of a chunk's windows."""

    windows: tuple[WindowResult, ...]


@dataclass(frozen=True, slots=True)
class ClipsFile:
    """A question after the language: clips of speech."""

    sound: Sound


@dataclass(frozen=True, slots=True)
class LanguagesFile:
    """For each clip the probability of each language code."""

    probabilities: tuple[dict[str, float], ...]


# --- who is there --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Presence:
    """What a worker says of itself; its contract may be another than ours."""

    contract: int
    version: str
    host: str
    pid: int
    serving: Serving
    device: str
    compute_type: str
    speed: float
    """Seconds of sound it lately did in a second of work; 0 where it has done none."""
    holds: tuple[str, ...]
    """Chunks it has now, with their job: “job:3.17”."""
    ended: bool = False
    """It has ended in good order, and shows itself for the last time."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """All a computer needs to work for a pool. Holds secrets: shown to its owner, kept in a file only its user can read."""

    url: str
    pool: str
    pool_key: bytes = field(repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    key_id: str = ""
    key_secret: str = field(default="", repr=False)
    authority: str = ""
    """The certificate of the server's own authority (PEM), where it has one."""
