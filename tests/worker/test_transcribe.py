"""Chunks to results, with real weights."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import pytest
from dwhisper_worker.contract import (
    Code,
    Decoding,
    LoadRequest,
    Span,
    TranscribeEvent,
    TranscribeReply,
    TranscribeRequest,
    WindowAudio,
    WindowResult,
    Word,
)
from dwhisper_worker.errors import WorkerFailure
from dwhisper_worker.models import resolve
from dwhisper_worker.pieces import WindowWork
from dwhisper_worker.transcribe import Transcriber

from tests.worker.audio import STRETCHES, pcm_of, window

pytestmark = pytest.mark.integration

ENGLISH = Decoding("en")


def load(path: Path, folder: Path, **options: object) -> Transcriber:
    request = LoadRequest(engine="faster-whisper", model=str(path), folder=str(folder), device="cpu", **options)  # type: ignore[arg-type]
    return Transcriber.load(request, resolve(str(path), folder))


@pytest.fixture(scope="module")
def transcriber(tiny_en: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transcriber]:
    loaded = load(tiny_en, tmp_path_factory.mktemp("models"))
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def pcm(sample: Path) -> bytes:
    return pcm_of(sample)


def ask(
    transcriber: Transcriber, *windows: WindowAudio, decoding: Decoding = ENGLISH
) -> tuple[list[WindowResult], "Future[TranscribeReply]"]:
    results: list[WindowResult] = []
    reply: Future[TranscribeReply] = Future()

    def on_event(event: TranscribeEvent) -> None:
        assert not reply.done(), "an event came after the reply"
        if event.window is not None:
            results.append(event.window)

    def on_done(outcome: TranscribeReply | BaseException) -> None:
        reply.set_exception(outcome) if isinstance(outcome, BaseException) else reply.set_result(outcome)

    transcriber.submit(TranscribeRequest("0.0", decoding, windows), on_event, on_done)
    return results, reply


def idle(transcriber: Transcriber) -> None:
    """Waits until no batch is at work."""
    deadline = time.monotonic() + 30
    while transcriber.oldest_batch is not None:
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def text(results: list[WindowResult]) -> str:
    return "".join(segment.text for result in sorted(results, key=lambda one: one.index) for segment in result.segments)


def words(results: list[WindowResult]) -> list[Word]:
    return [word for result in results for segment in result.segments for word in segment.words]


def test_real_speech_becomes_words_with_times_inside_its_windows(transcriber: Transcriber, pcm: bytes) -> None:
    results, reply = ask(transcriber, *(window(pcm, i, span) for i, span in enumerate(STRETCHES)))
    assert reply.result(60).complete
    heard = text(results).lower()
    for phrase in ("john dashwood had then leisure to consider", "rather selfish", "amiable woman", "respectable than he was"):
        assert phrase in heard
    for result in results:
        span = STRETCHES[result.index]
        heard_words = [word for segment in result.segments for word in segment.words]
        assert all(span.start <= word.start <= word.end <= span.end for word in heard_words)
        assert "".join(word.text for word in heard_words) == text([result])
    figures = reply.result().figures
    assert figures.windows == 2
    assert figures.audio_seconds == pytest.approx(sum(span.duration for span in STRETCHES), abs=0.01)
    assert figures.peak_memory_bytes > 50_000_000


def test_other_windows_in_the_batch_change_nothing(transcriber: Transcriber, pcm: bytes) -> None:
    spans = [Span(0.0, 7.2), Span(7.2, 10.4), Span(10.4, 16.9), Span(22.6, 29.6), Span(29.6, 33.4)]
    together, reply = ask(transcriber, *(window(pcm, i, span) for i, span in enumerate(spans)))
    reply.result(60)
    alone = []
    for i, span in enumerate(spans):
        results, reply = ask(transcriber, window(pcm, i, span))
        reply.result(60)
        alone += results
    assert words(sorted(together, key=lambda one: one.index)) == words(alone)


def test_chunks_with_other_options_are_kept_apart(transcriber: Transcriber, pcm: bytes) -> None:
    asked = [
        ask(transcriber, window(pcm, 0, STRETCHES[1]), decoding=Decoding("en", hotwords=hotwords))
        for hotwords in ("", "Dashwood, Elinor", "Marianne " * 500)
    ]
    for results, reply in asked:
        assert reply.result(60).complete
        assert "amiable" in text(results)


def test_an_empty_chunk_is_answered(transcriber: Transcriber) -> None:
    results, reply = ask(transcriber)
    assert reply.result(5).complete
    assert results == []


def test_drain_starts_no_further_window_and_answers_with_what_is_done(transcriber: Transcriber, pcm: bytes) -> None:
    asked = [ask(transcriber, *(window(pcm, i, STRETCHES[0]) for i in range(6))) for _ in range(3)]
    first = threading.Event()
    results, reply = asked[0]
    while not results and not reply.done():
        first.wait(0.01)
    transcriber.drain()
    replies = [reply.result(60) for _, reply in asked]
    assert not replies[-1].complete
    assert asked[-1][0] == []
    for (results, _), reply in zip(asked, replies, strict=True):
        assert reply.figures.windows == len(results)
        assert reply.complete == (len(results) == 6)
    # It is open for more afterwards.
    results, again = ask(transcriber, window(pcm, 0, STRETCHES[1]))
    assert again.result(60).complete


def test_a_chunk_that_was_withdrawn_takes_nothing_further_from_the_engine(transcriber: Transcriber, pcm: bytes) -> None:
    told: list[WindowResult] = []
    begun, answered = threading.Event(), threading.Event()

    def on_event(event: TranscribeEvent) -> None:
        begun.set()
        if event.window is not None:
            told.append(event.window)

    windows = tuple(window(pcm, i, STRETCHES[0]) for i in range(20))
    chunk = transcriber.submit(TranscribeRequest("0.0", ENGLISH, windows), on_event, lambda _: answered.set())
    assert begun.wait(60)
    waiting = transcriber.submit(TranscribeRequest("0.1", ENGLISH, windows), lambda _: None, lambda _: answered.set())
    assert not transcriber.withdraw(chunk, unless_begun=True)
    assert transcriber.withdraw(waiting, unless_begun=True), "no batch has had a piece of it"
    assert transcriber.withdraw(chunk)
    assert not transcriber.withdraw(chunk), "once is enough"
    _, other = ask(transcriber, window(pcm, 0, STRETCHES[1]))
    assert other.result(60).complete
    assert len(told) < len(windows)
    assert not answered.is_set()


def test_what_was_answered_can_not_be_withdrawn(transcriber: Transcriber, pcm: bytes) -> None:
    answered: Future[object] = Future()
    chunk = transcriber.submit(TranscribeRequest("0.0", ENGLISH, (window(pcm, 0, STRETCHES[1]),)), lambda _: None, answered.set_result)
    answered.result(60)
    assert not transcriber.withdraw(chunk)


def test_signs_of_life_tell_how_long_a_batch_has_been_at_work(transcriber: Transcriber, pcm: bytes) -> None:
    idle(transcriber)
    before = time.monotonic()
    seen: list[float | None] = []
    chunk = TranscribeRequest("0.0", ENGLISH, tuple(window(pcm, i, STRETCHES[1]) for i in range(4)))
    answered: Future[object] = Future()
    transcriber.submit(chunk, lambda _: None, answered.set_result)
    while not answered.done():
        seen.append(transcriber.oldest_batch)
        wait([answered], 0.01)
    begun = [began for began in seen if began is not None]
    assert begun
    assert all(before <= began <= time.monotonic() for began in begun)
    assert 0 < transcriber.slowest_seconds < 60
    idle(transcriber)


def test_a_model_of_english_only_knows_the_language_without_listening(transcriber: Transcriber, pcm: bytes) -> None:
    assert transcriber.detect_language([pcm[:320_000]]) == ({"en": 1.0},)


@pytest.mark.parametrize(
    ("options", "code"), [({"language": "de"}, Code.MODEL_LACKS_LANGUAGE), ({"translate": True}, Code.MODEL_CANNOT_TRANSLATE)]
)
def test_what_a_model_cannot_do_is_refused(tiny_en: Path, tmp_path: Path, options: dict[str, object], code: Code) -> None:
    with pytest.raises(WorkerFailure) as refused:
        load(tiny_en, tmp_path, **options)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"compute_type": "float16"}, Code.COMPUTE_TYPE_UNKNOWN),
        ({"compute_type": "int3"}, Code.COMPUTE_TYPE_UNKNOWN),
    ],
)
def test_what_the_processor_cannot_do_is_refused(tiny_en: Path, tmp_path: Path, options: dict[str, object], code: Code) -> None:
    with pytest.raises(WorkerFailure) as refused:
        load(tiny_en, tmp_path, **options)
    assert refused.value.code == code


def test_a_device_that_is_not_there_is_refused(tiny_en: Path, tmp_path: Path) -> None:
    request = LoadRequest(engine="faster-whisper", model=str(tiny_en), folder=str(tmp_path), device="cuda:7")
    with pytest.raises(WorkerFailure) as refused:
        Transcriber.load(request, resolve(str(tiny_en), tmp_path))
    assert refused.value.code == Code.DEVICE_UNKNOWN
    assert refused.value.fields["known"].startswith("cpu")


@pytest.fixture(scope="module")
def multilingual(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transcriber]:
    loaded = load(base, tmp_path_factory.mktemp("models"), translate=True)
    yield loaded
    loaded.close()


def test_the_multilingual_model_hears_the_language_and_translates(multilingual: Transcriber, pcm: bytes) -> None:
    (heard,) = multilingual.detect_language([pcm[:320_000]])
    assert max(heard, key=lambda language: heard[language]) == "en"
    assert sum(heard.values()) == pytest.approx(1.0, abs=1e-3)
    results, reply = ask(multilingual, window(pcm, 0, STRETCHES[1]), decoding=Decoding("en", translate=True))
    assert reply.result(60).complete
    assert "amiable" in text(results)


def test_cantonese_is_refused_where_the_vocabulary_has_no_token_for_it(base: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkerFailure) as refused:
        load(base, tmp_path, language="yue")
    assert refused.value.code == Code.MODEL_LACKS_LANGUAGE
    assert refused.value.fields["language"] == "yue"


def test_what_breaks_in_the_engine_fails_its_chunk_only(multilingual: Transcriber, pcm: bytes) -> None:
    good = window(pcm, 0, STRETCHES[1])
    _, broken = ask(multilingual, good, decoding=Decoding("no such language"))
    results, fine = ask(multilingual, good)
    assert isinstance(broken.exception(60), ValueError)
    assert fine.result(60).complete
    assert "amiable" in text(results)


def test_what_can_not_be_judged_fails_its_chunk_and_the_threads_go_on(
    transcriber: Transcriber, pcm: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = WindowWork.take

    def choke(work: WindowWork, *decoded: Any) -> Any:
        if work.window.index == 7:
            raise ArithmeticError("nothing to divide by")
        return take(work, *decoded)

    monkeypatch.setattr(WindowWork, "take", choke)
    # More of them than there are threads, so that each meets one.
    choked = [ask(transcriber, window(pcm, 7, STRETCHES[1]), window(pcm, 0, STRETCHES[1])) for _ in range(transcriber.loaded.threads + 1)]
    results, fine = ask(transcriber, window(pcm, 0, STRETCHES[1]))
    for _, reply in choked:
        assert isinstance(reply.exception(60), ArithmeticError)
    assert fine.result(60).complete
    assert "amiable" in text(results)


def test_who_can_not_be_told_fails_alone(transcriber: Transcriber, pcm: bytes) -> None:
    def deaf(_: object) -> None:
        raise OSError("nobody listens")

    told: list[Future[TranscribeReply | BaseException]] = [Future() for _ in range(transcriber.loaded.threads + 1)]
    good = window(pcm, 0, STRETCHES[1])
    for one in told:
        transcriber.submit(TranscribeRequest("0.0", ENGLISH, (good, good)), deaf, one.set_result)
        transcriber.submit(TranscribeRequest("0.1", ENGLISH, (good,)), lambda _: None, deaf)
    results, fine = ask(transcriber, good)
    for one in told:
        assert isinstance(one.result(60), OSError)
    assert fine.result(60).complete
    assert "amiable" in text(results)
