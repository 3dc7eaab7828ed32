"""Workers that die, stop, hang or are told to end, and servers that are away: real processes, a real server."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dwhisper_worker.contract import WindowAudio
from dwhisper_worker.errors import AGAIN_STATUS

from tests.worker.audio import STRETCHES, window
from tests.worker.conductor.desk import Desk, until
from tests.worker.conductor.process import Worker
from tests.worker.conductor.proxy import Proxy

pytestmark = pytest.mark.integration
QUICK = 4
"""A response time-out, in seconds, that a test can wait for."""


@pytest.fixture
def long(pcm: bytes) -> list[WindowAudio]:
    """Windows that keep a worker busy for some seconds."""
    return [window(pcm, i, STRETCHES[i % 2]) for i in range(24)]


@pytest.fixture
def short(pcm: bytes) -> list[WindowAudio]:
    return [window(pcm, 0, STRETCHES[1])]


def at_work(desk: Desk) -> bool:
    """Whether a worker has a lease."""
    return bool(desk.states("IN_PROGRESS"))


@pytest.mark.slow
def test_what_a_killed_worker_had_in_hand_another_does(desk: Desk, worker: Callable[..., Worker], long: list[WindowAudio]) -> None:
    desk.ask(("0.0", long[:8]), response=QUICK)
    with worker() as one:
        until(lambda: at_work(desk))
        one.signal(signal.SIGKILL)
        one.ended()
        with worker():
            (task,) = desk.done(1)
    assert [other.status for other in desk.tasks() if other.id != task.id] == ["TIMED_OUT"]
    assert len(desk.result(task).windows) == 8


@pytest.mark.slow
def test_the_late_result_of_a_worker_that_was_stopped_changes_nothing(
    desk: Desk, worker: Callable[..., Worker], long: list[WindowAudio]
) -> None:
    desk.ask(("0.0", long[:8]), response=QUICK)
    with worker() as one:
        until(lambda: at_work(desk))
        one.signal(signal.SIGSTOP)
        with worker():
            (task,) = desk.done(1)
            before = desk.tasks()
        one.signal(signal.SIGCONT)
        one.says("0.0 is")  # no longer wanted, or done: late either way
        assert desk.tasks() == before
        assert {(other.worker.rsplit("-", 1)[-1], other.status) for other in before} == {("0", "TIMED_OUT"), ("1", "COMPLETED")}
        assert len(desk.result(task).windows) == 8


def test_a_worker_told_to_end_gives_back_what_it_has_not_begun(desk: Desk, worker: Callable[..., Worker], long: list[WindowAudio]) -> None:
    desk.ask(*((f"0.{i}", long) for i in range(6)))
    with worker("--grace", "1") as one:
        until(lambda: len(desk.states("IN_PROGRESS")) > 1, what="more than one is held")
        one.signal(signal.SIGTERM)
        assert one.ended() == 0
        assert {(task.status, task.tries) for task in desk.tasks()} <= {("SCHEDULED", 0), ("COMPLETED", 0)}
        assert len(desk.states("SCHEDULED")) >= 5
        assert "was given back" in one.log


def test_a_worker_told_to_end_finishes_what_fits_into_its_grace_time(
    desk: Desk, worker: Callable[..., Worker], long: list[WindowAudio]
) -> None:
    desk.ask(("0.0", long[:6]))
    with worker("--grace", "60") as one:
        one.says("0.0 is here")
        one.signal(signal.SIGINT)
        assert one.ended(60) == 0
    assert [task.status for task in desk.tasks()] == ["COMPLETED"]


@pytest.mark.slow
def test_a_cancelled_job_is_let_go_between_windows(
    desk: Desk, worker: Callable[..., Worker], long: list[WindowAudio], short: list[WindowAudio]
) -> None:
    desk.ask(("0.0", long * 10))
    with worker() as one:
        until(lambda: at_work(desk))
        desk.cancel()
        one.says("is no longer wanted", 30)
        with Desk(desk.url, desk.pool, desk.pool_key) as next_job:
            next_job.ask(("0.0", short))
            next_job.done(1)


def test_a_server_that_is_away_for_a_while_gets_the_result_afterwards(
    desk: Desk, url: str, worker: Callable[..., Worker], long: list[WindowAudio]
) -> None:
    desk.ask(("0.0", long[:6]), ("0.1", long[:1]), response=120)
    with Proxy(url) as proxy, worker(url=proxy.url) as one:
        # A chunk whose way here is cut is given to another after its time-out, which is another test's.
        one.says("0.0 is here")
        one.says("0.1 is here")
        proxy.cut()
        one.says("does not answer")
        proxy.mend()
        tasks = desk.done(2)
        one.says("answers again")
    assert {task.tries for task in tasks} == {0}, "nothing was done twice"
    assert one.log.count("does not answer") == one.log.count("answers again") == 1, "it is said once"


def test_what_was_done_while_the_server_was_away_for_too_long_is_not_done_again(
    desk: Desk, url: str, worker: Callable[..., Worker], short: list[WindowAudio]
) -> None:
    desk.ask(("0.0", short), response=QUICK)
    with Proxy(url) as proxy, worker(url=proxy.url) as one:
        one.says("0.0 is here")
        proxy.cut()
        until(lambda: (desk.decide(), desk.states("TIMED_OUT"))[1])
        proxy.mend()
        desk.done(1)
        assert one.log.count("0.0 is here") == 1


def test_a_worker_begins_although_its_server_is_away(desk: Desk, url: str, worker: Callable[..., Worker], short: list[WindowAudio]) -> None:
    desk.ask(("0.0", short))
    with Proxy(url) as proxy:
        proxy.cut()
        with worker(url=proxy.url) as one:
            one.says("does not answer")
            proxy.mend()
            desk.done(1)


def test_a_worker_told_to_end_while_its_server_is_away_ends(
    desk: Desk, url: str, worker: Callable[..., Worker], long: list[WindowAudio]
) -> None:
    desk.ask(("0.0", long))
    with Proxy(url) as proxy, worker("--grace", "0", url=proxy.url) as one:
        until(lambda: at_work(desk))
        proxy.cut()
        one.says("does not answer")
        one.signal(signal.SIGTERM)
        assert one.ended() == 0


@pytest.mark.slow
def test_a_worker_whose_engine_hangs_leaves_with_a_status_of_its_own(
    desk: Desk, worker: Callable[..., Worker], long: list[WindowAudio]
) -> None:
    desk.ask(*((f"0.{i}", long) for i in range(4)), response=QUICK)
    command = (sys.executable, "-m", "tests.worker.conductor.hanging")
    with worker("--threads", "1", command=command) as one:
        assert one.ended(60) == AGAIN_STATUS
        assert "the engine hangs" in one.log
        # What it had begun is left to time out, so that it counts against the chunk; the rest is nobody's fault.
        until(lambda: (desk.decide(), desk.states("TIMED_OUT"))[1], 30)
        with worker():
            desk.done(1)


def test_a_worker_whose_gpu_breaks_leaves_and_gives_back_what_it_has(
    desk: Desk, worker: Callable[..., Worker], long: list[WindowAudio], tmp_path: Path
) -> None:
    desk.ask(*((f"0.{i}", long[:6]) for i in range(4)))
    command = (sys.executable, "-m", "tests.worker.gpu", "breaks", os.fspath(tmp_path / "broke"))
    with worker("--threads", "1", "--device", "cuda", command=command) as one:
        assert one.ended(60) == AGAIN_STATUS
        assert "the engine is broken" in one.log
    with worker(command=command):
        desk.done(4)
