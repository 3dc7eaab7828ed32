"""Chunks to results: engine threads that fill their batches from the windows of all chunks at hand."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from dwhisper_worker.contract import (
    SAMPLE_RATE,
    Code,
    Decoding,
    Figures,
    LoadReply,
    LoadRequest,
    ModelName,
    TranscribeEvent,
    TranscribeReply,
    TranscribeRequest,
)
from dwhisper_worker.engines import load
from dwhisper_worker.engines.engine import Clip, Decoded, Effort, Engine, is_broken
from dwhisper_worker.errors import WorkerFailure, is_out_of_memory
from dwhisper_worker.host import peak_memory_bytes
from dwhisper_worker.models import Weights
from dwhisper_worker.pieces import Piece, WindowWork
from dwhisper_worker.room import Room

log = logging.getLogger(__name__)

OnEvent = Callable[[TranscribeEvent], None]
OnDone = Callable[[TranscribeReply | BaseException], None]


@dataclass(slots=True, eq=False)
class Submitted:
    """A chunk at work. `windows` are those not done yet; a chunk has ended once it was answered or withdrawn."""

    request: TranscribeRequest
    on_event: OnEvent
    on_done: OnDone
    windows: set[WindowWork] = field(default_factory=set)
    began: float = field(default_factory=time.monotonic)
    audio_seconds: float = 0.0
    done: int = 0
    again: int = 0
    ended: bool = False


class Transcriber:
    """A loaded engine and the threads that feed it. Its callbacks come from those threads, one at a time for each chunk's end."""

    def __init__(self, engine: Engine, loaded: LoadReply, on_broken: Callable[[], None] = lambda: None) -> None:
        """`on_broken` is called when the engine has come to where it decodes nothing any more: a GPU stays so for its process."""
        self.loaded = loaded
        self._engine = engine
        self._on_broken = on_broken
        self._room = Room(engine.batch)
        self._chunks: dict[WindowWork, Submitted] = {}
        self._queue: deque[Piece] = deque()
        self._begun: set[WindowWork] = set()
        self._changed = threading.Condition()
        self._closing = False
        self._batches: dict[int, float] = {}
        self._counting = threading.Lock()
        self._slowest = 0.0
        self._busy = 0.0
        self._busy_since = 0.0
        self._threads = [threading.Thread(target=self._work, name=f"engine-{i}", daemon=True) for i in range(engine.threads)]
        for thread in self._threads:
            thread.start()

    @classmethod
    def load(cls, request: LoadRequest, resolved: Weights, on_broken: Callable[[], None] = lambda: None) -> "Transcriber":
        """Checks that the model can do what is asked, then loads it. Raises `WorkerFailure`."""
        check_abilities(request, resolved)
        began = time.monotonic()
        engine, without_gpu = load(request, resolved)
        loaded = LoadReply(
            engine=request.engine,
            model=resolved.name,
            weights=resolved.sha256,
            device=engine.device,
            compute_type=engine.compute_type,
            threads=engine.threads,
            multilingual=engine.multilingual,
            seconds=round(time.monotonic() - began, 3),
            without_gpu=without_gpu,
        )
        return cls(engine, loaded, on_broken)

    def submit(self, request: TranscribeRequest, on_event: OnEvent, on_done: OnDone) -> Submitted:
        """Queues a chunk. `on_event` is called after each batch with a piece of it and as each of its windows is done, then `on_done` once:
        with the reply, or what failed. What is returned is for `withdraw`."""
        chunk = Submitted(request, on_event, on_done)
        prompted = bool(request.decoding.prompt or request.decoding.hotwords)
        language = "en" if request.decoding.translate else request.decoding.language
        works = [WindowWork(audio.window, _samples(audio.pcm), language, prompted=prompted) for audio in request.windows]
        chunk.windows.update(works)
        chunk.audio_seconds = sum(len(work.samples) for work in works) / SAMPLE_RATE
        with self._changed:
            self._chunks.update(dict.fromkeys(works, chunk))
            self._queue.extend(work.whole for work in works)
            self._changed.notify_all()
        if not works:
            self._answer(chunk)
        return chunk

    def withdraw(self, chunk: Submitted, *, unless_begun: bool = False) -> bool:
        """Forgets a chunk: no further batch has a piece of it, and its `on_done` is not called. An event may still come of a batch under
        way. With `unless_begun` only where no batch has had a piece of it yet. False: it was left alone, or had been answered."""
        with self._changed:
            if chunk.ended or (unless_begun and (chunk.done or not self._begun.isdisjoint(chunk.windows))):
                return False
            chunk.ended = True
            self._forget(chunk)
            return True

    def detect_language(self, clips: Sequence[bytes]) -> tuple[dict[str, float], ...]:
        """For each clip of PCM the probability of each language."""
        with self._under_way():
            return tuple(self._engine.detect_language([_samples(clip) for clip in clips]))

    @property
    def windows_at_once(self) -> int:
        """With so many every engine thread has a full batch."""
        return self._engine.threads * self._engine.batch

    @property
    def oldest_batch(self) -> float | None:
        """When the batch that is at work for longest was begun, on the monotonic clock; None: the engine has nothing to do."""
        return min(self._batches.copy().values(), default=None)

    @property
    def slowest_seconds(self) -> float:
        """How long the slowest batch so far took; 0 before the first is done."""
        return self._slowest

    @property
    def busy_seconds(self) -> float:
        """For how long so far the engine had something to do."""
        with self._counting:
            return self._busy + (time.monotonic() - self._busy_since if self._batches else 0.0)

    def drain(self) -> None:
        """Starts no further window; chunks are answered once their windows under way are done."""
        with self._changed:
            dropped = [piece for piece in self._queue if piece.window not in self._begun]
            self._queue = deque(piece for piece in self._queue if piece.window in self._begun)
            chunks = {id(chunk): chunk for chunk in (self._chunks.pop(piece.window) for piece in dropped)}.values()
            for chunk in chunks:
                chunk.windows.difference_update(piece.window for piece in dropped)
            emptied = [chunk for chunk in chunks if not chunk.windows]
        for chunk in emptied:
            self._answer(chunk)

    def close(self) -> None:
        """Ends the engine threads after the batches under way."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while taken := self._take():
            batch, decoding = taken
            try:
                with self._under_way():
                    heard = self._engine.decode([piece.samples for piece in batch], decoding, batch[0].effort)
                decodings = list(zip(batch, heard, strict=True))
            except Exception as error:
                if is_out_of_memory(error) and self._again(batch):
                    continue
                log.exception("decoding failed")
                with self._under_way():
                    broken = is_broken(self._engine, error)
                if broken:
                    log.critical("the engine decodes nothing any more")
                    self._on_broken()  # whoever runs this leaves; what is in hand is for others
                    return
                self._give_up([piece.window for piece in batch], error)
                continue
            self._room.fitted()
            for piece, decoded in decodings:
                try:
                    self._follow(piece, decoded)
                except Exception as error:  # whatever it is: without its thread the whole worker would seem to hang
                    log.exception("what was decoded can't be used")
                    self._give_up([piece.window], error)

    def _again(self, batch: Sequence[Piece]) -> bool:
        """Queues what memory ran out over once more, to be decoded with less at once or somewhat later. False: it has been so too long."""
        log.warning("memory ran out over %d clips at once", len(batch))
        pause = self._room.ran_out(batch, time.monotonic())
        if pause is None:
            return False
        with self._changed:
            self._changed.wait_for(lambda: self._closing, pause)
            self._queue.extendleft(piece for piece in reversed(batch) if piece.window in self._chunks)
            self._changed.notify_all()
        return True

    def _follow(self, piece: Piece, decoded: Decoded) -> None:
        """Queues what is to be decoded next for a piece's window, and tells how far that is."""
        with self._changed:
            following = piece.window.take(piece, decoded)
            if piece.window in self._chunks:
                # In front, so that a window that was begun is done before others begin.
                self._queue.extendleft(reversed(following))
                self._changed.notify_all()
            finished = piece.window.done
            chunk = self._chunks.get(piece.window)
        if chunk is None:
            return  # it failed meanwhile
        if finished:
            self._window_done(chunk, piece.window)
        else:
            chunk.on_event(TranscribeEvent())

    def _take(self) -> tuple[list[Piece], Decoding] | None:
        """The next batch: pieces of one kind, no more than leaves the other threads their share."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
            if self._closing:
                return None
            first = self._queue[0]
            most = max(1, min(self._room.clips, math.ceil(len(self._queue) / self._engine.threads)))
            kind = self._kind(first)
            batch = list(islice((piece for piece in self._queue if self._kind(piece) == kind), most))
            for piece in batch:
                self._queue.remove(piece)
                self._begun.add(piece.window)
            return batch, kind[0]

    def _kind(self, piece: Piece) -> tuple[Decoding, Effort, int]:
        """What pieces of one batch have in common."""
        return self._chunks[piece.window].request.decoding, piece.effort, self._engine.padded(len(piece.samples))

    def _window_done(self, chunk: Submitted, work: WindowWork) -> None:
        result = work.result()
        # Told before it is counted, so that the chunk's reply can't overtake it from another thread.
        chunk.on_event(TranscribeEvent(result))
        with self._changed:
            self._chunks.pop(work, None)
            self._begun.discard(work)
            chunk.windows.discard(work)
            chunk.done += 1
            chunk.again += result.decodings > 1
            last = not chunk.windows
        if last:
            self._answer(chunk)

    def _answer(self, chunk: Submitted) -> None:
        with self._changed:
            if chunk.ended:
                return
            chunk.ended = True
        figures = Figures(
            audio_seconds=round(chunk.audio_seconds, 3),
            wall_seconds=round(time.monotonic() - chunk.began, 3),
            windows=chunk.done,
            windows_again=chunk.again,
            peak_memory_bytes=peak_memory_bytes(),
        )
        _tell(chunk, TranscribeReply(chunk.request.chunk, chunk.done == len(chunk.request.windows), figures))

    def _give_up(self, works: list[WindowWork], error: Exception) -> None:
        with self._changed:
            chunks = {id(chunk): chunk for work in works if (chunk := self._chunks.get(work))}.values()
            for chunk in chunks:
                self._forget(chunk)
            failed = [chunk for chunk in chunks if not chunk.ended]
            for chunk in failed:
                chunk.ended = True
        for chunk in failed:
            _tell(chunk, error)

    def _forget(self, chunk: Submitted) -> None:
        """Takes what is left of a chunk out of all that is to do. To be called with the lock held."""
        for work in chunk.windows:
            self._chunks.pop(work, None)
            self._begun.discard(work)
        self._queue = deque(piece for piece in self._queue if piece.window in self._chunks)

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        began = time.monotonic()
        with self._counting:
            self._busy_since = self._busy_since if self._batches else began
            self._batches[threading.get_ident()] = began
        try:
            yield
        finally:
            ended = time.monotonic()
            with self._counting:
                del self._batches[threading.get_ident()]
                self._busy += 0.0 if self._batches else ended - self._busy_since
            self._slowest = max(self._slowest, ended - began)


def _tell(chunk: Submitted, outcome: TranscribeReply | BaseException) -> None:
    try:
        chunk.on_done(outcome)
    except Exception:  # nobody is left to be told
        log.exception("chunk %s was not answered", chunk.request.chunk)


def check_abilities(request: LoadRequest, model: Weights | ModelName) -> None:
    """Raises `WorkerFailure` where the model can't do what is asked, before anything is downloaded or loaded."""
    if request.translate and not model.translates:
        raise WorkerFailure(Code.MODEL_CANNOT_TRANSLATE, model=model.name)
    if request.language is not None and request.language not in model.languages:
        raise WorkerFailure(Code.MODEL_LACKS_LANGUAGE, model=model.name, language=str(request.language))


def _samples(pcm: bytes) -> Clip:
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0
