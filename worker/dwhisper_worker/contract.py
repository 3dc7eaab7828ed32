"""What the desktop program and a worker say to each other: the types both sides share.

A call is a request with an id, answered by events (any number, for long calls) and then by one reply or one `Failure`.
Each travels as an `Envelope`, which a transport encodes as msgpack; over stdin and stdout every envelope is preceded by its
length (`HEADER`). A worker answers `HELLO` with its `VERSION`; the desktop refuses another version than its own, so a
field is added or changed only together with `VERSION`. A call may be added without: a worker that does not know it refuses it.

Standard library only: the desktop imports this page and nothing else of the worker.

Units: times are seconds from the medium's t = 0 (the container's earliest presentation time), rounded to milliseconds.
All audio is mono, signed 16-bit little-endian PCM at `SAMPLE_RATE`.
"""

import struct
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

VERSION = 1
SAMPLE_RATE = 16_000
BYTES_PER_SECOND = 2 * SAMPLE_RATE

HEADER = struct.Struct(">I")
"""Precedes every envelope on stdin and stdout: the number of bytes that follow."""

MAX_ENVELOPE_BYTES = 256 * 1024 * 1024
"""A longer announced length is not a message but noise: the stream is broken."""

REPLY = "reply"
EVENT = "event"
FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message: `kind` is a call's name in a request, else `REPLY`, `EVENT` or `FAILURE`; `body` is its msgpack."""

    id: int
    kind: str
    body: bytes


class Code(StrEnum):
    """Why a worker refused or failed. The desktop has a sentence for each; its fields are named beside it."""

    CONTRACT_MISMATCH = "contract_mismatch"  # ours, theirs
    BAD_REQUEST = "bad_request"  # detail
    NOT_MEDIA = "not_media"  # path, detail
    REFERS_ELSEWHERE = "refers_elsewhere"  # path, format
    UNREADABLE = "unreadable"  # path, detail
    ENGINE_UNKNOWN = "engine_unknown"  # engine, known
    ENGINE_MISSING = "engine_missing"  # engine, package
    DEVICE_UNKNOWN = "device_unknown"  # device, known
    DEVICE_BROKEN = "device_broken"  # device, detail
    COMPUTE_TYPE_UNKNOWN = "compute_type_unknown"  # compute_type, device, known
    MODEL_UNKNOWN = "model_unknown"  # model
    MODEL_BROKEN = "model_broken"  # model, path, detail
    MODEL_DOWNLOAD_FAILED = "model_download_failed"  # model, detail, here (the names of those that are)
    MODEL_IN_PACKAGE = "model_in_package"  # model, package
    MODEL_NOT_KEPT = "model_not_kept"  # model, folder, detail
    MODEL_CANNOT_TRANSLATE = "model_cannot_translate"  # model
    MODEL_LACKS_LANGUAGE = "model_lacks_language"  # model, language
    MODEL_NOT_LOADED = "model_not_loaded"  # (none)
    OUT_OF_MEMORY = "out_of_memory"  # model
    CHUNK_DAMAGED = "chunk_damaged"  # detail
    FILE_TOO_LARGE = "file_too_large"  # megabytes
    INTERNAL = "internal"  # detail


@dataclass(frozen=True, slots=True)
class Failure:
    """The answer to a request that failed: a code, what its sentence names, and the traceback for the log."""

    code: str
    fields: dict[str, str] = field(default_factory=dict)
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The event of a call that has none, and the request or reply of one that needs to say no more."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of the medium's time, in seconds; `end` is not part of it."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


# --- hello ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HelloRequest:
    """The first request of every connection."""

    contract: int = VERSION
    thorough: bool = False
    """Also look for what a GPU needs, which takes a moment."""


@dataclass(frozen=True, slots=True)
class Device:
    """Something an engine can compute on: `cpu`, or `cuda:0` and so on."""

    name: str
    description: str
    compute_types: tuple[str, ...]
    cores: int | None = None
    memory_bytes: int | None = None
    trouble: str = ""
    """Why it most likely can't compute."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine declares about itself; `version` is None where its library is not installed."""

    name: str
    version: str | None
    package: str
    """What to install to have it."""
    translates: bool
    takes_prompt: bool
    takes_hotwords: bool
    word_times: bool
    languages: tuple[str, ...]
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HelloReply:
    contract: int
    version: str
    host: str
    pid: int
    devices: tuple[Device, ...]
    engines: tuple[EngineInfo, ...]


# --- probe ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProbeRequest:
    path: bytes


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """One audio stream; `index` counts audio streams only, from 0. Times are relative to the medium's t = 0."""

    index: int
    codec: str
    language: str | None
    title: str | None
    default: bool
    channels: int
    sample_rate: int
    start: float
    declared_end: float | None
    """Where the header says that the track ends, in seconds; None where it says nothing."""
    last_packet_end: float | None
    """Where its last readable packet ends; well before `declared_end` where the file was cut. None: not found in time."""


@dataclass(frozen=True, slots=True)
class MediumInfo:
    """What `probe` found. `duration` is the least of the header's and the last readable audio packet's, in seconds."""

    format: str
    """FFmpeg's name for the container, as `ffmpeg -f` takes it."""
    duration: float | None
    declared_duration: float | None
    tracks: tuple[AudioTrack, ...]
    has_video: bool
    frame_rate: tuple[int, int] | None
    """Frames a second of the first video stream, as numerator and denominator."""
    leaps: bool = False
    """Its packets' times make no sense, so they say nothing of where it ends."""


# --- find_speech ---------------------------------------------------------------------------------------------------

SPEECH_FRAME_SECONDS = 512 / SAMPLE_RATE
PEAKS_PER_SECOND = 50


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    pcm: bytes


@dataclass(frozen=True, slots=True)
class SpeechReply:
    """How likely each frame of `SPEECH_FRAME_SECONDS` is speech (a byte, 255 = certain), and the waveform's peaks
    (unsigned 16-bit little-endian, the greatest absolute sample of each 1/`PEAKS_PER_SECOND` s)."""

    probabilities: bytes
    peaks: bytes


# --- models --------------------------------------------------------------------------------------------------------


LANGUAGES: tuple[str, ...] = tuple(
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is it"
    " ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn"
    " so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh yue".split()
)
"""Whisper's codes (https://github.com/openai/whisper, tokenizer.py); `yue` is known to large-v3 and its kin only."""
OLDER_LANGUAGES = tuple(code for code in LANGUAGES if code != "yue")
"""What the multilingual models before large-v3 know."""


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model that can be had by name."""

    name: str
    repository: str
    megabytes: int
    """Of the download, roughly."""
    languages: tuple[str, ...]
    """Codes of `LANGUAGES`."""
    translates: bool

    @property
    def multilingual(self) -> bool:
        """Whether it knows more than English."""
        return len(self.languages) > 1


def _model(name: str, repository: str, megabytes: int) -> ModelName:
    # Distil-Whisper was trained on English alone, turbo without translations (their model cards).
    multilingual = not (name.endswith(".en") or name.startswith("distil"))
    newer = LANGUAGES if repository.endswith(("large-v3", "large-v3-turbo")) else OLDER_LANGUAGES
    return ModelName(name, repository, megabytes, newer if multilingual else ("en",), multilingual and "turbo" not in name)


SAME_MODELS = {"large": "large-v3", "turbo": "large-v3-turbo"}
"""Names for the weights of others, which lie in the models folder once."""
MODELS: dict[str, ModelName] = {
    model.name: model
    for model in (
        _model("tiny.en", "Systran/faster-whisper-tiny.en", 78),
        _model("tiny", "Systran/faster-whisper-tiny", 78),
        _model("base.en", "Systran/faster-whisper-base.en", 148),
        _model("base", "Systran/faster-whisper-base", 148),
        _model("small.en", "Systran/faster-whisper-small.en", 486),
        _model("small", "Systran/faster-whisper-small", 486),
        _model("medium.en", "Systran/faster-whisper-medium.en", 1530),
        _model("medium", "Systran/faster-whisper-medium", 1530),
        _model("large-v1", "Systran/faster-whisper-large-v1", 3090),
        _model("large-v2", "Systran/faster-whisper-large-v2", 3090),
        _model("large-v3", "Systran/faster-whisper-large-v3", 3090),
        _model("large", "Systran/faster-whisper-large-v3", 3090),
        _model("distil-large-v2", "Systran/faster-distil-whisper-large-v2", 1510),
        _model("distil-medium.en", "Systran/faster-distil-whisper-medium.en", 790),
        _model("distil-small.en", "Systran/faster-distil-whisper-small.en", 335),
        _model("distil-large-v3", "Systran/faster-distil-whisper-large-v3", 1510),
        _model("distil-large-v3.5", "distil-whisper/distil-large-v3.5-ct2", 1510),
        _model("large-v3-turbo", "mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620),
        _model("turbo", "mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620),
    )
}


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model and whether its weights are here; `path` says where, `problem` why they can't be used."""

    name: str
    path: str | None
    origin: str
    """`folder`, `package` (an installed package of weights), `path`, or `download` when it would have to be fetched."""
    bytes: int
    problem: str | None = None
    languages: tuple[str, ...] = ()
    """Codes of `LANGUAGES`; empty where that is not known, since its weights are not here or can't be used."""
    translates: bool = True
    hashes: str = ""
    """What its files were compared with, where that was asked for: `published`, the hashes they were published with; `noted`, those they
    had when they were put here. Empty: nothing, since no hash is known."""


@dataclass(frozen=True, slots=True)
class ModelsRequest:
    """Lists models: all that have a name or, with `names`, those. `verify` hashes every file (slow)."""

    folder: str
    names: tuple[str, ...] = ()
    verify: bool = False


@dataclass(frozen=True, slots=True)
class ModelsReply:
    models: tuple[ModelState, ...]


@dataclass(frozen=True, slots=True)
class DownloadRequest:
    folder: str
    name: str


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """An event of a call that may download; `total_bytes` is 0 until it is known."""

    model: str
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Copies a folder of weights (CTranslate2's, as faster-whisper uses them) into the models folder as `name`."""

    folder: str
    path: str
    name: str


@dataclass(frozen=True, slots=True)
class RemoveRequest:
    folder: str
    name: str


# --- load ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """Resolves a model (explicit path → models folder → installed package → download), checks and loads it."""

    engine: str
    model: str
    """A name of `MODELS`, or the path of a folder."""
    folder: str
    """The models folder."""
    device: str = "auto"
    compute_type: str = "auto"
    threads: int = 0
    """Engine threads; 0 stands for one a core on a CPU."""
    language: str | None = None
    """Checked against what the model can do, before anything is loaded; None: not decided yet."""
    translate: bool = False


@dataclass(frozen=True, slots=True)
class LoadReply:
    engine: str
    model: str
    weights: str
    """SHA-256 of the weights file: two results may be compared where it, engine, compute type and processor agree."""
    device: str
    compute_type: str
    threads: int
    multilingual: bool
    seconds: float
    without_gpu: str = ""
    """Why the processor does the work although there is a GPU and the choice was left to the engine."""


# --- detect_language -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DetectRequest:
    """Stretches of speech of at most 30 s each, from several places of the medium."""

    clips: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class DetectReply:
    """For each clip the probability of each language code; they sum to 1."""

    probabilities: tuple[dict[str, float], ...]


# --- transcribe ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """A contiguous range of at most 30 s that the model sees at once, and the speech that the VAD found in it.

    Without any it is loud sound, of whose text only what the model is sure of is kept."""

    index: int
    """Counts the windows of a part, from 0."""
    start: float
    end: float
    maybe: tuple[Span, ...]
    """What may be speech (a low threshold)."""
    sure: tuple[Span, ...]
    """What surely is (a high one)."""


@dataclass(frozen=True, slots=True)
class WindowAudio:
    window: Window
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Decoding:
    """What the user chose about the decoding; everything else is the worker's own business."""

    language: str
    translate: bool = False
    prompt: str = ""
    hotwords: str = ""


@dataclass(frozen=True, slots=True)
class TranscribeRequest:
    chunk: str
    decoding: Decoding
    windows: tuple[WindowAudio, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the model wrote it, its leading space included, so that joining words gives the text."""

    start: float
    end: float
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence or phrase of one window. The figures are those of the decoding it came from."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...]
    mean_log_probability: float
    no_speech_probability: float
    compression_ratio: float
    temperature: float


LEFT_OUT = "left_out"
"""Among the flaws of a window: a text was dropped since nobody seems to speak there. It says nothing against the other words there."""


@dataclass(frozen=True, slots=True)
class WindowResult:
    """One window is done.

    `flaws` names the guards that no decoding of it passed (empty: all is well); `sampled` is True where the text came from a
    temperature above 0, which is not reproducible; `decodings` counts how often some of it was decoded."""

    index: int
    segments: tuple[Segment, ...]
    decodings: int
    sampled: bool
    flaws: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TranscribeEvent:
    """A sign of life after each batch that held a piece of the chunk; `window` where one of its windows is done with it."""

    window: WindowResult | None = None


@dataclass(frozen=True, slots=True)
class ReadyRequest:
    """A model will be loaded into this engine soon."""

    engine: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What a chunk cost."""

    audio_seconds: float
    wall_seconds: float
    windows: int
    windows_again: int
    """Windows that needed more than one decoding."""
    peak_memory_bytes: int
    """Of the worker's process, since its start."""


@dataclass(frozen=True, slots=True)
class TranscribeReply:
    """All windows of the chunk are done, or (`complete` False, after `DRAIN`) only those whose events came."""

    chunk: str
    complete: bool
    figures: Figures


# --- the calls -----------------------------------------------------------------------------------------------------

Q = TypeVar("Q")
R = TypeVar("R")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Call(Generic[Q, R, E]):
    """A call's name on the wire and its types: request, reply, event."""

    name: str
    request: type[Q]
    reply: type[R]
    event: type[E]


HELLO = Call("hello", HelloRequest, HelloReply, Nothing)
PROBE = Call("probe", ProbeRequest, MediumInfo, Nothing)
FIND_SPEECH = Call("find_speech", SpeechRequest, SpeechReply, Nothing)
MODELS_LIST = Call("models_list", ModelsRequest, ModelsReply, Nothing)
MODELS_DOWNLOAD = Call("models_download", DownloadRequest, ModelState, DownloadProgress)
MODELS_IMPORT = Call("models_import", ImportRequest, ModelState, Nothing)
MODELS_REMOVE = Call("models_remove", RemoveRequest, Nothing, Nothing)
GET_READY = Call("get_ready", ReadyRequest, Nothing, Nothing)
"""Does of `LOAD` what does not depend on the model, so that this need not wait until it is known."""
LOAD = Call("load", LoadRequest, LoadReply, DownloadProgress)
DETECT_LANGUAGE = Call("detect_language", DetectRequest, DetectReply, Nothing)
TRANSCRIBE = Call("transcribe", TranscribeRequest, TranscribeReply, TranscribeEvent)
DRAIN = Call("drain", Nothing, Nothing, Nothing)
"""Starts no further window: the chunks at work are answered as soon as the windows under way are done."""
SHUTDOWN = Call("shutdown", Nothing, Nothing, Nothing)
