"""A lease from its task to its result: fetch, open, transcribe, seal, put, complete. One thread each, which mostly waits."""

import base64
import hashlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import msgspec

from dwhisper_worker.answers import Answer, Answers
from dwhisper_worker.contract import (
    SAMPLE_RATE,
    VERSION,
    Code,
    Figures,
    LoadRequest,
    TranscribeEvent,
    TranscribeReply,
    TranscribeRequest,
    WindowAudio,
    WindowResult,
)
from dwhisper_worker.errors import WorkerFailure, as_failure
from dwhisper_worker.models import Weights
from dwhisper_worker.pace import Pace
from dwhisper_worker.patience import LetGo, Line, patiently
from dwhisper_worker.sealing import NotSealedSo, seal, unseal
from dwhisper_worker.sound import SoundBroken, clips
from dwhisper_worker.tasks import (
    DETECT_LANGUAGE,
    ChunkFile,
    ClipsFile,
    LanguagesFile,
    ResultFile,
    Serving,
    Sound,
    TaskFailure,
    TaskInput,
    TaskOutput,
    chunk_purpose,
    key_purpose,
    result_purpose,
)
from dwhisper_worker.transcribe import Submitted, Transcriber, check_abilities
from dwhisper_worker.trouble import Gone, ServerTrouble, TooLarge

if TYPE_CHECKING:
    from dwhisper_worker.server import Lease, Server

log = logging.getLogger(__name__)
T = TypeVar("T")

FOR_GOOD = {Code.CONTRACT_MISMATCH, Code.MODEL_LACKS_LANGUAGE, Code.MODEL_CANNOT_TRANSLATE}
"""What would fail the same way the next time."""


@dataclass(frozen=True, slots=True)
class Served:
    """A model that is loaded, and whose tasks it is loaded for."""

    worker: str
    host: str
    serving: Serving
    pool_key: bytes = field(repr=False)
    request: LoadRequest
    weights: Weights
    transcriber: Transcriber
    pace: Pace


class Held:
    """A lease that this worker has."""

    def __init__(
        self,
        lease: "Lease",
        asked: float,
        served: Served,
        server: "Server",
        line: Line,
        answers: Answers,
        on_heard: Callable[[], None],
    ) -> None:
        """`asked` is when it was asked for, on the monotonic clock; `on_heard` is called when the engine is done with it."""
        self.lease = lease
        self.served = served
        self.label = f"{lease.inputs.get('job', '?')}:{lease.inputs.get('subject', '?')}"
        self.beaten = time.monotonic()
        """When the server last heard that it is worked on."""
        self.windows_told = 0
        """Windows done when the server was last asked whether the task is still ours."""
        self.windows_done = 0
        self._asked = asked
        self._server = server
        self._line = line
        self._answers = answers
        self._on_heard = on_heard
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._told = False
        self._telling = threading.Lock()
        """Held while the server is told of it, so that it hears one thing after the other: of two at once it may keep the sign of life and
        forget the outcome (13 of 200 times), which it then waits for until the lease ends."""
        self._submitted: Submitted | None = None
        self._begun = False
        self._heard: Future[TranscribeReply] = Future()

    @property
    def waits_for_engine(self) -> bool:
        """Whether the engine has something to do for it, now or soon."""
        return not self._heard.done()

    def let_go(self, *, unless_begun: bool = False) -> bool:
        """Ends the work on it, of which nobody is told; with `unless_begun` only where no batch has had a piece of it. False: one has, or
        it has ended."""
        with self._lock:
            if self._ended.is_set() or (unless_begun and self._begun):
                return False
            if self._submitted is not None:
                withdrawn = self.served.transcriber.withdraw(self._submitted, unless_begun=unless_begun)
                if unless_begun and not withdrawn:
                    return False
            self._ended.set()
        with suppress(InvalidStateError):
            self._heard.set_exception(LetGo())
        return True

    def renew(self) -> bool:
        """Gives the server a sign of life. False: there is no need, since it has heard of the outcome, or is about to. Raises
        `ServerTrouble`."""
        if not self._telling.acquire(blocking=False):
            return False
        try:
            if self._told:
                return False
            self._server.extend(self.lease, self.served.worker)
            self.beaten = time.monotonic()
            return True
        finally:
            self._telling.release()

    def give_back(self) -> None:
        """Lets others have it. Raises `ServerTrouble`."""
        self._tell(partial(self._server.give_back, self.lease, self.served.worker))

    def _tell(self, ask: Callable[[], None]) -> None:
        with self._telling:
            ask()
            self._told = True

    def work(self) -> None:
        """Does all of it. Returns when the server knows the outcome or it was let go."""
        try:
            try:
                inputs = _inputs(self.lease.inputs)
                output = self._output(inputs)
            except LetGo:
                raise
            except Exception as error:
                failure = self._failure(error)
                for_good = failure.code in FOR_GOOD
                fail = partial(self._server.fail, self.lease, self.served.worker, failure, for_good=for_good)
                self._patiently(partial(self._tell, fail))
            else:
                self._patiently(partial(self._tell, partial(self._server.complete, self.lease, self.served.worker, output)))
                log.info("%s is done", self.label)
        except LetGo:
            log.info("%s was let go", self.label)
        except ServerTrouble:
            log.exception("the server was not told of %s", self.label)  # it will find out when no sign of life comes any more
        finally:
            with suppress(InvalidStateError):
                self._heard.set_exception(LetGo())
            self._ended.set()

    def _output(self, inputs: TaskInput) -> TaskOutput:
        key = self._key(inputs)
        answer = self._answers.get(inputs.file) or self._answer(inputs, key)
        self._answers.keep(inputs.file, answer)
        result = seal(key, answer.content, result_purpose(inputs.job, inputs.subject))
        # The same name whoever does it, and however often.
        handle = self._patiently(partial(self._put, f"{inputs.subject}.result", result))
        loaded = self.served.transcriber.loaded
        return TaskOutput(
            file=handle,
            sha256=hashlib.sha256(result).hexdigest(),
            worker=self.served.worker,
            host=self.served.host,
            weights=loaded.weights,
            compute_type=loaded.compute_type,
            device=loaded.device,
            figures=answer.figures,
        )

    def _answer(self, inputs: TaskInput, key: bytes) -> Answer:
        sealed = self._patiently(partial(self._fetched, inputs.file))
        try:
            opened = unseal(key, sealed, chunk_purpose(inputs.job, inputs.subject))
        except NotSealedSo as error:
            raise WorkerFailure(Code.CHUNK_DAMAGED, detail="it can’t be opened with the job’s key") from error
        if self.lease.kind == DETECT_LANGUAGE:
            return Answer(msgspec.msgpack.encode(self._languages(opened)), None)
        result, figures = self._transcribed(inputs, opened)
        return Answer(msgspec.msgpack.encode(result), figures)

    def _key(self, inputs: TaskInput) -> bytes:
        try:
            return unseal(self.served.pool_key, base64.b64decode(inputs.key), key_purpose(inputs.job))
        except (NotSealedSo, ValueError) as error:
            raise WorkerFailure(Code.CHUNK_DAMAGED, detail="the job’s key can’t be unwrapped with the pool’s") from error

    def _fetched(self, handle: str) -> bytes:
        try:
            return self._server.fetch(self.lease, handle)
        except Gone as error:
            raise WorkerFailure(Code.CHUNK_DAMAGED, detail="the server has no such file") from error

    def _put(self, name: str, content: bytes) -> str:
        try:
            return self._server.put(self.lease, name, content)
        except TooLarge as error:
            raise WorkerFailure(Code.FILE_TOO_LARGE, megabytes=f"{len(content) / 1e6:.1f}") from error

    def _languages(self, opened: bytes) -> LanguagesFile:
        heard = _clips(_decoded(opened, ClipsFile).sound)
        with self._lock:
            self._begun = True
            if self._ended.is_set():
                raise LetGo
        return LanguagesFile(self.served.transcriber.detect_language(heard))

    def _transcribed(self, inputs: TaskInput, opened: bytes) -> tuple[ResultFile, Figures]:
        chunk = _decoded(opened, ChunkFile)
        decoding = chunk.decoding
        check_abilities(replace(self.served.request, language=decoding.language, translate=decoding.translate), self.served.weights)
        heard = _clips(chunk.sound)
        if len(heard) != len(chunk.windows):
            raise WorkerFailure(Code.CHUNK_DAMAGED, detail=f"{len(heard)} clips for {len(chunk.windows)} windows")
        audio = tuple(WindowAudio(window, pcm) for window, pcm in zip(chunk.windows, heard, strict=True))
        seconds = sum(chunk.sound.lengths) / SAMPLE_RATE
        self.served.pace.arrived(len(audio), seconds, time.monotonic() - self._asked)
        length = {window.index: samples / SAMPLE_RATE for window, samples in zip(chunk.windows, chunk.sound.lengths, strict=True)}
        results: list[WindowResult] = []

        def on_event(event: TranscribeEvent) -> None:
            self._begun = True
            if event.window is not None:
                results.append(event.window)
                self.windows_done += 1
                self.served.pace.heard(length[event.window.index])

        def on_done(outcome: TranscribeReply | BaseException) -> None:
            with suppress(InvalidStateError):
                self._heard.set_exception(outcome) if isinstance(outcome, BaseException) else self._heard.set_result(outcome)
            self._on_heard()

        with self._lock:
            if self._ended.is_set():
                raise LetGo
            self._submitted = self.served.transcriber.submit(TranscribeRequest(inputs.subject, decoding, audio), on_event, on_done)
        log.info("%s is here: %d windows, %.1f s", self.label, len(audio), seconds)
        reply = self._heard.result()
        return ResultFile(tuple(sorted(results, key=lambda result: result.index))), reply.figures

    def _patiently(self, ask: Callable[[], T]) -> T:
        return patiently(ask, self._line, self._ended)

    def _failure(self, error: Exception) -> TaskFailure:
        if isinstance(error, WorkerFailure):
            log.error("%s was refused: %s", self.label, error)
        else:
            log.error("%s failed", self.label, exc_info=error)
        failure = as_failure(error, self.served.transcriber.loaded.model)
        if failure.code == Code.INTERNAL:
            # No text of it: the server may read this, and what an engine complains about may be what was said.
            return TaskFailure(failure.code, {"detail": f"{type(error).__name__}, see the log of {self.served.worker}"})
        return TaskFailure(failure.code, failure.fields)


def _inputs(inputs: dict[str, object]) -> TaskInput:
    theirs = inputs.get("contract")
    if theirs != VERSION:
        raise WorkerFailure(Code.CONTRACT_MISMATCH, ours=str(theirs), theirs=str(VERSION))
    try:
        return msgspec.convert(inputs, TaskInput)
    except msgspec.ValidationError as error:
        raise WorkerFailure(Code.BAD_REQUEST, detail=str(error)) from error


def _decoded(content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.msgpack.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WorkerFailure(Code.CHUNK_DAMAGED, detail="it is not what was expected") from error


def _clips(sound: Sound) -> list[bytes]:
    try:
        return clips(sound)
    except SoundBroken as error:
        raise WorkerFailure(Code.CHUNK_DAMAGED, detail="its sound can’t be decoded") from error
