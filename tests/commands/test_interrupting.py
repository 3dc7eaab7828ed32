"""Ctrl+C, kill -9, two programs at once: nothing that is done is lost, and whoever waits is told for what."""

import json
import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.commands.program import Running, run, spoken, started

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.usefixtures("tiny_en")]

END_SECONDS = 3.0
AT_ONCE_SECONDS = 0.5
TINY = ("--model", "tiny.en")


@pytest.fixture(scope="module")
def uninterrupted(long: Path, tiny_en: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The subtitles of the long recording when nothing happens to the program."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    assert run("transcribe", long, "--model", tiny_en, "-o", folder).status == 0
    return (folder / "long.en.srt").read_text()


def windows(lines: list[dict[str, object]]) -> set[tuple[object, object]]:
    return {(line["chunk"], line["window"]) for line in lines if line["event"] == "window"}


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=2)[1]


@contextmanager
def held(running: Running) -> Iterator[None]:
    """Keeps its workers still, so that it is not done before another program has started."""
    workers = running.workers()
    for worker in workers:
        worker.suspend()
    try:
        yield
    finally:
        for worker in workers:
            worker.resume()


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(long: Path, tmp_path: Path, uninterrupted: str) -> None:
    with started("transcribe", long, *TINY, "-o", tmp_path, "--json") as running:
        running.event("window")
        workers = running.workers()
        began = time.monotonic()
        running.interrupt()
        assert running.end() == 130
        assert time.monotonic() - began < END_SECONDS
        assert len(workers) == 2
        assert gone(workers)
        (left,) = running.events("left")
        first = windows([json.loads(line) for line in running.out])
    assert not list(tmp_path.iterdir())
    resumed = run("jobs", "resume", left["job"], "--json")
    assert resumed.status == 0
    assert first
    assert not first & windows(resumed.events), "nothing is done twice"
    assert (tmp_path / "long.en.srt").read_text() == uninterrupted


def test_ctrl_c_twice_ends_at_once(long: Path) -> None:
    with started("transcribe", long, *TINY) as running:
        running.until(lambda: any("%" in line for line in running.err))
        workers = running.workers()
        running.interrupt()
        running.until(lambda: any("Ctrl+C once more" in line for line in running.err))
        began = time.monotonic()
        while running.is_there(0.1):  # what comes at once with the first is no second one
            running.interrupt()
        assert running.end() == 130
        assert time.monotonic() - began < AT_ONCE_SECONDS
        assert gone(workers)


def test_a_signal_that_comes_twice_at_once_is_one(long: Path) -> None:
    with started("transcribe", long, *TINY) as running:
        running.until(lambda: any("%" in line for line in running.err))
        for _ in range(2):
            running.interrupt(signal.SIGTERM)
        assert running.end() == 130
        assert "dwhisper jobs resume" in running.err[-1]


def a_worker_is_there(running: Running) -> None:
    running.until(lambda: bool(running.workers()))


MOMENTS: list[Callable[[Running], object]] = [
    a_worker_is_there,
    lambda running: running.event("job_added"),
    lambda running: running.event("state", state="running"),
    lambda running: running.event("model_loaded"),
    lambda running: running.event("leased"),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=["starting", "added", "preparing", "loaded", "leased"])
def test_ctrl_c_ends_it_at_any_moment(moment: Callable[[Running], object], long: Path) -> None:
    with started("transcribe", long, *TINY, "--json") as running:
        moment(running)
        workers = running.workers()
        began = time.monotonic()
        running.interrupt()
        assert running.end() == 130
        assert time.monotonic() - began < END_SECONDS
        assert gone(workers)
        assert running.err == []


def test_being_terminated_is_as_ctrl_c(long: Path) -> None:
    with started("transcribe", long, *TINY) as running:
        running.until(lambda: any("%" in line for line in running.err))
        running.interrupt(signal.SIGTERM)
        assert running.end() == 130
        assert "dwhisper jobs resume" in running.err[-1]


def test_killed_in_the_middle_the_same_command_goes_on(long: Path, tmp_path: Path, uninterrupted: str) -> None:
    with started("transcribe", long, *TINY, "-o", tmp_path, "--json") as running:
        running.until(lambda: len(running.events("window")) >= 2)
        workers = running.workers()
        running.interrupt(signal.SIGKILL)
        assert running.end() == -9
        assert gone(workers), "no orphans"
        first = windows([json.loads(line) for line in running.out])
    (interrupted,) = json.loads(run("jobs", "list", "--json").out)
    assert interrupted["state"] == "interrupted"
    again = run("transcribe", long, *TINY, "-o", tmp_path, "--json")
    assert again.status == 0
    assert again.named("job_added")[0]["resumed"]
    assert again.named("job_added")[0]["job"] == interrupted["job"]
    assert not first & windows(again.events)
    assert (tmp_path / "long.en.srt").read_text() == uninterrupted


def test_a_second_program_waits_for_the_engine_and_says_so(long: Path, talk: Path) -> None:
    with started("transcribe", long, *TINY, "--json") as first:
        first.event("leased")
        with started("transcribe", talk, *TINY) as second:
            with held(first):
                second.until(lambda: any("waits for its turn" in line for line in second.err))
            first.interrupt()
            assert first.end() == 130
            assert second.end() == 0
            assert second.out == [os.fspath(talk.with_name("talk.en.srt"))]


def test_a_second_program_waits_for_the_same_job_and_writes_nothing_twice(sample: Path, tmp_path: Path) -> None:
    words = ("transcribe", sample, *TINY, "-o", tmp_path)
    with started(*words, "--json") as first:
        first.event("leased")
        with started(*words, "--live") as second, started(*words, "-f", "txt") as third:
            with held(first):
                second.until(lambda: any("waits for it" in line for line in second.err))
            assert first.end() == 0
            assert second.end() == 0
            assert third.end() == 0
            assert "made amiable himself" in " ".join(second.out)
            assert os.fspath(tmp_path / "sample.en.srt") in second.out
            assert third.out == [os.fspath(tmp_path / "sample.en.txt")]
    assert {path.name for path in tmp_path.iterdir()} == {"sample.en.srt", "sample.en.txt"}
    assert spoken(tmp_path / "sample.en.srt")


def test_what_one_program_leaves_another_that_waits_for_it_takes_over(sample: Path, tmp_path: Path) -> None:
    words = ("transcribe", sample, *TINY, "-o", tmp_path)
    with started(*words, "--json") as first:
        first.event("leased")
        with started(*words) as second:
            with held(first):
                second.until(lambda: any("waits for it" in line for line in second.err))
                first.interrupt(signal.SIGKILL)
            assert second.end() == 0
    assert spoken(tmp_path / "sample.en.srt").endswith("made amiable himself.")


@pytest.fixture
def silent_server() -> Iterator[tuple[str, threading.Event]]:
    """An address that takes connections and never answers, and whether one was made."""
    connected = threading.Event()
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return
                connected.set()

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", connected
        if sys.platform == "linux":
            server.shutdown(socket.SHUT_RDWR)
    for connection in kept:
        connection.close()


@pytest.mark.parametrize("words", [("transcribe", "talk.mp4", "-m", "tiny"), ("models", "download", "tiny")], ids=" ".join)
def test_ctrl_c_ends_it_while_a_model_downloads(words: tuple[str, ...], silent_server: tuple[str, threading.Event], talk: Path) -> None:
    address, connected = silent_server
    with started(*words, cwd=talk.parent, env={"HF_ENDPOINT": address, "NO_PROXY": "127.0.0.1"}) as running:
        assert connected.wait(30)
        workers = running.workers()
        began = time.monotonic()
        running.interrupt()
        assert running.end() == 130
        assert time.monotonic() - began < END_SECONDS
        assert gone(workers)


def test_a_folder_of_recordings_is_gone_on_with_as_a_whole(short: Path, long: Path, tmp_path: Path) -> None:
    shutil.copy(short, tmp_path / "a.mp4")
    shutil.copy(long, tmp_path / "b.mp4")
    shutil.copy(short, tmp_path / "c.mp4")
    with started("transcribe", tmp_path, *TINY, "--json") as running:
        running.event("job_ended")
        running.interrupt()
        assert running.end() == 130
        assert len(running.events("left")) == 2
    (tmp_path / "b.mp4").unlink()
    again = run("transcribe", tmp_path, *TINY, "--overwrite", "--json")
    assert again.status == 0
    assert [added["finished_before"] for added in again.named("job_added")] == [True, False]
    assert [added["resumed"] for added in again.named("job_added")] == [False, True]
