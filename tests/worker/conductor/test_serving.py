"""Chunks through a real server, with real weights."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from dwhisper_worker.contract import (
    LOAD,
    TRANSCRIBE,
    VERSION,
    Decoding,
    LoadRequest,
    Span,
    TranscribeEvent,
    TranscribeRequest,
    WindowResult,
)

from tests.worker.audio import STRETCHES, window
from tests.worker.client import Client
from tests.worker.conductor.desk import MODEL, Desk
from tests.worker.conductor.process import Worker

pytestmark = pytest.mark.integration
SPANS = (Span(0.0, 7.2), Span(7.2, 16.9), Span(22.6, 33.4))


def locally(pcm: bytes, folder: Path) -> tuple[WindowResult, ...]:
    """What `--stdio` makes of the same windows."""
    found: list[WindowResult] = []

    def on_event(event: TranscribeEvent) -> None:
        if event.window is not None:
            found.append(event.window)

    with Client() as client:
        client.ask(LOAD, LoadRequest("faster-whisper", MODEL, str(folder), device="cpu"))
        windows = tuple(window(pcm, i, span) for i, span in enumerate(SPANS))
        client.ask(TRANSCRIBE, TranscribeRequest("0.0", Decoding("en"), windows), on_event)
    return tuple(sorted(found, key=lambda result: result.index))


def test_a_chunk_comes_back_as_the_local_worker_does_it(desk: Desk, worker: Callable[..., Worker], pcm: bytes, tmp_path: Path) -> None:
    with worker():
        desk.ask(("0.0", [window(pcm, i, span) for i, span in enumerate(SPANS)]))
        (task,) = desk.done(1)
    result = desk.result(task)
    assert result.windows == locally(pcm, tmp_path / "models")
    assert task.output["sha256"] == hashlib.sha256(desk.file(task.output["file"])).hexdigest()
    assert task.output["worker"] == task.worker
    assert task.output["device"] == "cpu"
    assert len(task.output["weights"]) == 64
    assert task.output["figures"]["windows"] == len(SPANS)
    assert "Dashwood" not in str(task.output), "the server sees no text"


def test_several_chunks_are_held_at_once_and_a_question_after_the_language_is_answered(
    desk: Desk, worker: Callable[..., Worker], pcm: bytes
) -> None:
    desk.ask(*((f"0.{i}", [window(pcm, i, STRETCHES[1])]) for i in range(12)), clips=[pcm[:320_000], pcm[320_000:400_000]])
    with worker() as one:
        one.says("is done")
        held = len(desk.states("IN_PROGRESS"))
        tasks = desk.done(13)
    assert held > 1, "there are more cores, or fuller batches, than one chunk's single window"
    texts = {"".join(segment.text for segment in desk.result(task).windows[0].segments) for task in tasks if task.reference != "language"}
    assert len(texts) == 1
    assert "amiable" in texts.pop()
    (heard,) = (task for task in tasks if task.reference == "language")
    assert desk.languages(heard).probabilities == ({"en": 1.0}, {"en": 1.0})
    assert {task.tries for task in tasks} == {0}


def test_a_chunk_without_windows_is_answered(desk: Desk, worker: Callable[..., Worker]) -> None:
    with worker():
        desk.ask(("0.0", []))
        (task,) = desk.done(1)
    assert desk.result(task).windows == ()


def test_what_was_sealed_with_another_key_of_the_pool_is_not_given_to_it(desk: Desk, worker: Callable[..., Worker], pcm: bytes) -> None:
    with worker(key=bytes(32)) as one, Desk(desk.url, desk.pool, bytes(32)) as its_own:
        desk.ask(("0.0", [window(pcm, 0, STRETCHES[1])]))
        its_own.ask(("0.0", [window(pcm, 0, STRETCHES[1])]))
        its_own.done(1)
        assert [task.status for task in desk.tasks()] == ["SCHEDULED"]
        with worker():
            desk.done(1)
        assert f"{desk.job}:0.0" not in one.log


def test_a_contract_that_it_does_not_know_is_refused(desk: Desk, worker: Callable[..., Worker], pcm: bytes) -> None:
    with worker() as one:
        desk.ask(("0.0", [window(pcm, 0, STRETCHES[1])]), contract=VERSION + 1)
        one.says("contract_mismatch")
        desk.decide()
    (failed,) = desk.states("FAILED_WITH_TERMINAL_ERROR")
    assert failed.output["code"] == "contract_mismatch"
    assert failed.output["fields"] == {"ours": str(VERSION + 1), "theirs": str(VERSION)}
