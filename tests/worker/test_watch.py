"""Whether an engine hangs, with real threads and an engine that can be held."""

import threading
from collections.abc import Iterator, Sequence

import pytest
from dwhisper_worker.contract import Decoding, LoadReply, TranscribeRequest, Window, WindowAudio
from dwhisper_worker.engines.engine import Clip, Decoded, Effort
from dwhisper_worker.transcribe import Transcriber
from dwhisper_worker.watch import AT_LEAST_SECONDS, FIRST_BATCH_SECONDS, Watch


class Held:
    """An engine that hears nothing, one batch each time it is let."""

    device, compute_type, threads, batch, multilingual = "cpu", "int8", 1, 1, False

    def __init__(self) -> None:
        self.begun, self.let = threading.Semaphore(0), threading.Semaphore(0)

    def padded(self, samples: int) -> int:
        return samples

    def decode(self, clips: Sequence[Clip], decoding: Decoding, effort: Effort) -> list[Decoded]:
        self.begun.release()
        self.let.acquire()
        return [Decoded((), -1.0, 1.0, 0.0) for _ in clips]

    def detect_language(self, clips: Sequence[Clip]) -> list[dict[str, float]]:
        return [{"en": 1.0} for _ in clips]


@pytest.fixture
def engine() -> Held:
    return Held()


@pytest.fixture
def transcriber(engine: Held) -> Iterator[Transcriber]:
    made = Transcriber(engine, LoadReply("held", "none", "", "cpu", "int8", 1, False, 0.0))
    yield made
    for _ in range(100):
        engine.let.release()
    made.close()


def begin(transcriber: Transcriber, engine: Held) -> None:
    windows = tuple(WindowAudio(Window(i, 0.0, 1.0, (), ()), bytes(32000)) for i in range(2))
    transcriber.submit(TranscribeRequest("0.0", Decoding("en"), windows), lambda _: None, lambda _: None)
    assert engine.begun.acquire(timeout=10)


def seconds_until_it_hangs(watch: Watch) -> float:
    return float(next(second for second in range(100_000) if watch.hangs(1.0)))


def test_an_engine_with_nothing_to_do_does_not_hang(transcriber: Transcriber) -> None:
    watch = Watch(transcriber)
    assert not any(watch.hangs(1.0) for _ in range(10_000))


def test_the_first_batch_has_long(transcriber: Transcriber, engine: Held) -> None:
    begin(transcriber, engine)
    assert seconds_until_it_hangs(Watch(transcriber)) == pytest.approx(FIRST_BATCH_SECONDS, abs=2)


def test_the_next_has_as_long_as_those_before_let_expect(transcriber: Transcriber, engine: Held) -> None:
    begin(transcriber, engine)
    watch = Watch(transcriber)
    assert not any(watch.hangs(1.0) for _ in range(100))
    engine.let.release()
    assert engine.begun.acquire(timeout=10)
    assert seconds_until_it_hangs(watch) == pytest.approx(AT_LEAST_SECONDS, abs=2)


def test_time_in_which_the_whole_process_was_stopped_does_not_count(transcriber: Transcriber, engine: Held) -> None:
    begin(transcriber, engine)
    watch = Watch(transcriber)
    assert not watch.hangs(1.0)
    assert not watch.hangs(10 * FIRST_BATCH_SECONDS)
