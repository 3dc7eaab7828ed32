"""The calls of the contract, whichever way they arrive: each is queued in its lane and answered from there.

Calls of one lane are done one after the other, in the order they came, but for those that find speech, as many of which are done at once
as there are cores. Lanes run side by side, so that a download doesn't hold up a probe. Nothing heavy is imported before the first call that
needs it, or is about to."""

import logging
import os
import platform
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import metadata
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from dwhisper_worker import contract
from dwhisper_worker.contract import Call, Code, Envelope, Nothing
from dwhisper_worker.errors import WorkerFailure, as_failure
from dwhisper_worker.host import usable_cores

if TYPE_CHECKING:
    from dwhisper_worker.transcribe import Transcriber

log = logging.getLogger(__name__)

_MOST_LISTENING = 8

Send = Callable[[Envelope], None]
Work = Callable[[], None]
Q = TypeVar("Q")
R = TypeVar("R")
E = TypeVar("E")


class Answers(Generic[R, E]):
    """The way back for one request. May be used from any thread."""

    def __init__(self, envelope: Envelope, send: Send) -> None:
        self._id = envelope.id
        self._name = envelope.kind
        self._send = send

    def event(self, event: E) -> None:
        """Sends something that happened on the way."""
        self._send(Envelope(self._id, contract.EVENT, msgspec.msgpack.encode(event)))

    def reply(self, reply: R) -> None:
        """Sends the answer: the last thing said about this request."""
        self._send(Envelope(self._id, contract.REPLY, msgspec.msgpack.encode(reply)))

    def fail(self, error: BaseException, model: str = "") -> None:
        """Sends, as the last thing, that there is no answer and why; `model` is named where memory ran out."""
        if isinstance(error, WorkerFailure):
            log.info("%s refused: %s", self._name, error)
        else:
            log.error("%s failed", self._name, exc_info=error)
        self._send(Envelope(self._id, contract.FAILURE, msgspec.msgpack.encode(as_failure(error, model))))


class Service:
    """Answers requests. It holds what outlives a request: the lanes, and the engine once one is loaded."""

    def __init__(self, on_broken: Callable[[], None] = lambda: None) -> None:
        """`on_broken` is called when the engine decodes nothing any more."""
        self._on_broken = on_broken
        self._transcriber: Transcriber | None = None
        self._model = ""
        self._lanes: dict[str, queue.SimpleQueue[Work]] = {}
        self._making = threading.Lock()
        self._calls: dict[str, Callable[[Envelope, Send], None]] = {}
        self._offer(contract.HELLO, "hello", _hello)
        self._offer(contract.PROBE, "probe", self._probe)
        self._offer(contract.FIND_SPEECH, "speech", _find_speech)
        self._offer(contract.MODELS_LIST, "models", _list_models)
        self._offer(contract.MODELS_DOWNLOAD, "models", _download)
        self._offer(contract.MODELS_IMPORT, "models", _import)
        self._offer(contract.MODELS_REMOVE, "models", _remove)
        self._offer(contract.GET_READY, "engine", _get_ready)
        self._offer(contract.LOAD, "engine", self._load)
        self._offer(contract.DETECT_LANGUAGE, "engine", self._detect_language)
        self._offer(contract.TRANSCRIBE, "engine", self._transcribe)
        self._offer(contract.DRAIN, "control", self._drain)

    def submit(self, envelope: Envelope, send: Send) -> None:
        """Takes a request. Returns at once; `send` gets its events and then its answer, from other threads."""
        call = self._calls.get(envelope.kind)
        if call is None:
            refusal = WorkerFailure(Code.BAD_REQUEST, detail=f"there is no call {envelope.kind!r}")
            Answers[Nothing, Nothing](envelope, send).fail(refusal)
            return
        call(envelope, send)
        if envelope.kind == contract.DRAIN.name:
            # A chunk that came before it may still wait in its lane, behind a load: drained when it gets there.
            self._lane("engine").put(self._drain_now)

    def _offer(self, call: Call[Q, R, E], lane: str, handle: Callable[[Q, Answers[R, E]], R | None]) -> None:
        """`handle` returns the reply, or None where it comes later."""

        def accept(envelope: Envelope, send: Send) -> None:
            answers = Answers[R, E](envelope, send)
            body = envelope.body

            def work() -> None:
                nonlocal body
                try:
                    request = _decoded(call, body)
                    body = b""  # up to 10 minutes of audio, which need not be held twice
                    reply = handle(request, answers)
                    if reply is not None:
                        answers.reply(reply)
                except BaseException as error:
                    answers.fail(error, self._model)

            self._lane(lane).put(work)

        self._calls[call.name] = accept

    def _lane(self, name: str) -> "queue.SimpleQueue[Work]":
        with self._making:
            return self._lanes.get(name) or self._made(name)

    def _made(self, name: str) -> "queue.SimpleQueue[Work]":
        lane: queue.SimpleQueue[Work] = queue.SimpleQueue()
        for _ in range(min(usable_cores(), _MOST_LISTENING) if name == "speech" else 1):
            threading.Thread(target=_work_off, args=(lane,), name=name, daemon=True).start()
        self._lanes[name] = lane
        return lane

    def _probe(self, request: contract.ProbeRequest, _: Answers[contract.MediumInfo, Nothing]) -> contract.MediumInfo:
        from dwhisper_worker.probe import probe

        found = probe(request.path)
        self._lane("speech").put(_get_ears_ready)  # what was looked at is listened to next
        return found

    def _load(self, request: contract.LoadRequest, answers: Answers[contract.LoadReply, contract.DownloadProgress]) -> contract.LoadReply:
        from dwhisper_worker import models, transcribe

        before, self._transcriber = self._transcriber, None
        if before is not None:
            before.close()
        self._model = request.model
        _check_engine(request.engine)
        known = contract.MODELS.get(request.model)
        if known is not None:  # refused before a download, not after it
            transcribe.check_abilities(request, known)
        weights = models.resolve(request.model, request.folder, request.engine, answers.event)
        self._transcriber = transcribe.Transcriber.load(request, weights, self._on_broken)
        return self._transcriber.loaded

    def _detect_language(self, request: contract.DetectRequest, _: Answers[contract.DetectReply, Nothing]) -> contract.DetectReply:
        return contract.DetectReply(self._loaded().detect_language(request.clips))

    def _transcribe(
        self, request: contract.TranscribeRequest, answers: Answers[contract.TranscribeReply, contract.TranscribeEvent]
    ) -> None:
        def done(outcome: contract.TranscribeReply | BaseException) -> None:
            if isinstance(outcome, BaseException):
                answers.fail(outcome, self._model)
            else:
                answers.reply(outcome)

        self._loaded().submit(request, answers.event, done)

    def _drain(self, _: Nothing, __: Answers[Nothing, Nothing]) -> Nothing:
        self._drain_now()
        return Nothing()

    def _drain_now(self) -> None:
        if self._transcriber is not None:
            self._transcriber.drain()

    def _loaded(self) -> "Transcriber":
        if self._transcriber is None:
            raise WorkerFailure(Code.MODEL_NOT_LOADED)
        return self._transcriber


def _work_off(lane: "queue.SimpleQueue[Work]") -> None:
    while True:
        try:
            lane.get()()
        except Exception:
            log.exception("a request was not answered")


def _decoded(call: Call[Q, R, E], body: bytes) -> Q:
    try:
        return msgspec.msgpack.decode(body, type=call.request)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WorkerFailure(Code.BAD_REQUEST, detail=f"{call.name}: {error}") from error


def _check_engine(name: str) -> None:
    from dwhisper_worker.engines import engines

    known = {engine.name: engine for engine in engines()}
    if name not in known:
        raise WorkerFailure(Code.ENGINE_UNKNOWN, engine=name, known=", ".join(known))
    if known[name].version is None:
        raise WorkerFailure(Code.ENGINE_MISSING, engine=name, package=known[name].package)


def _hello(request: contract.HelloRequest, _: Answers[contract.HelloReply, Nothing]) -> contract.HelloReply:
    from dwhisper_worker import devices
    from dwhisper_worker.engines import engines

    if request.contract != contract.VERSION:
        raise WorkerFailure(Code.CONTRACT_MISMATCH, ours=str(request.contract), theirs=str(contract.VERSION))
    return contract.HelloReply(
        contract=contract.VERSION,
        version=metadata.version("dwhisper-worker"),
        host=platform.node(),
        pid=os.getpid(),
        devices=devices.available(thorough=request.thorough),
        engines=engines(),
    )


def _get_ready(request: contract.ReadyRequest, _: Answers[Nothing, Nothing]) -> Nothing:
    from dwhisper_worker import engines

    engines.get_ready(request.engine)
    return Nothing()


def _get_ears_ready() -> None:
    from dwhisper_worker.speech import find_speech

    with suppress(ModuleNotFoundError):  # whoever asks for speech is told
        find_speech(b"")


def _find_speech(request: contract.SpeechRequest, _: Answers[contract.SpeechReply, Nothing]) -> contract.SpeechReply:
    from dwhisper_worker.speech import find_speech

    return find_speech(request.pcm)


def _list_models(request: contract.ModelsRequest, _: Answers[contract.ModelsReply, Nothing]) -> contract.ModelsReply:
    from dwhisper_worker import models

    return contract.ModelsReply(models.list_models(request.folder, request.names, request.verify))


def _download(request: contract.DownloadRequest, answers: Answers[contract.ModelState, contract.DownloadProgress]) -> contract.ModelState:
    from dwhisper_worker import models

    return models.download(request.folder, request.name, answers.event)


def _import(request: contract.ImportRequest, _: Answers[contract.ModelState, Nothing]) -> contract.ModelState:
    from dwhisper_worker import models

    return models.import_folder(request.folder, request.path, request.name)


def _remove(request: contract.RemoveRequest, _: Answers[Nothing, Nothing]) -> Nothing:
    from dwhisper_worker import models

    models.remove(request.folder, request.name)
    return Nothing()
