"""Workers as child processes: real ones, that behave and misbehave."""

import asyncio
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from dwhisper_worker import contract
from dwhisper_worker.contract import Nothing

from dwhisper_gui.core.errors import (
    ContractMismatch,
    DWhisperError,
    ModelUnknown,
    WorkerDied,
    WorkerHung,
    WorkerMissing,
    WorkerNonsense,
)
from dwhisper_gui.workers.child import Worker, worker_command
from tests.workers.children import Children
from tests.workers.rogue import COMMAND, ECHO, HOLD, LENGTH, MISBEHAVE, RELEASE, Body

integration = pytest.mark.integration


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    started = await Worker.start(COMMAND, name="rogue")
    yield started
    await started.close()
    assert not psutil.pid_exists(started.pid)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    gc.collect()  # "exception was never retrieved" would be logged now


@pytest.fixture(autouse=True)
def _nothing_unretrieved(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio" and record.levelno >= logging.WARNING] == []


@integration
async def test_answers_and_events_come_back_typed(worker: Worker) -> None:
    events: list[Body] = []
    assert await worker.ask(ECHO, Body("ä", b"\x00\xff"), events.append) == Body("ä", b"\x00\xff")
    assert events == [Body("on the way")]
    assert worker.hello.contract == contract.VERSION
    assert worker.hello.pid == worker.pid
    assert worker.alive
    assert worker.in_flight == 0


@integration
async def test_many_may_wait_at_once_and_each_gets_its_own_answer(worker: Worker) -> None:
    holding = asyncio.ensure_future(worker.ask(HOLD, Nothing()))
    replies = await asyncio.gather(*(worker.ask(ECHO, Body(str(i))) for i in range(50)))
    assert [reply.text for reply in replies] == [str(i) for i in range(50)]
    assert not holding.done()
    assert worker.in_flight == 1
    await worker.ask(RELEASE, Nothing())
    await holding


@integration
async def test_a_refusal_is_the_error_it_stands_for_and_its_traceback_is_logged(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(ModelUnknown, match=r"tiny\.xx"):
        await worker.ask(MISBEHAVE, Body("refuse"))
    assert "Traceback: in rogue.py" in caplog.text
    assert await worker.ask(ECHO, Body("still here")) == Body("still here")


@integration
@pytest.mark.parametrize(
    "how",
    [
        "print",
        "huge",
        "no envelope",
        "no msgpack",
        "wrong reply",
        "wrong event",
        "wrong failure",
        "unknown id",
        "unknown kind",
    ],
)
async def test_nonsense_ends_the_worker_and_every_request_in_flight(worker: Worker, how: str) -> None:
    other = asyncio.ensure_future(worker.ask(HOLD, Nothing()))
    await worker.ask(ECHO, Body(""))
    with pytest.raises(WorkerNonsense):
        await worker.ask(MISBEHAVE, Body(how), lambda _: None)
    with pytest.raises(WorkerNonsense):
        await other
    assert not worker.alive
    await worker.ended()
    with pytest.raises(WorkerNonsense):
        await worker.ask(ECHO, Body("anybody there?"))


@integration
async def test_a_death_is_told_with_its_status_and_last_words(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "dwhisper.worker"), pytest.raises(WorkerDied, match=r"exit status 7; its last words: so long"):
        await worker.ask(MISBEHAVE, Body("end"))
    assert ("dwhisper.worker", logging.INFO, "rogue: so long") in caplog.record_tuples
    assert not worker.alive


@integration
async def test_a_frame_cut_off_by_death_is_a_death(worker: Worker) -> None:
    with pytest.raises(WorkerDied, match="exit status 0"):
        await worker.ask(MISBEHAVE, Body("half a frame"))


@integration
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
async def test_killed_with_9_while_it_is_asked(worker: Worker) -> None:
    waiting = [asyncio.ensure_future(worker.ask(HOLD, Nothing())) for _ in range(3)]
    await worker.ask(ECHO, Body(""))
    os.kill(worker.pid, signal.SIGKILL)
    for one in waiting:
        with pytest.raises(WorkerDied, match="SIGKILL"):
            await one
    assert not psutil.pid_exists(worker.pid)


@integration
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
async def test_killed_with_9_while_a_long_request_is_on_its_way(worker: Worker) -> None:
    os.kill(worker.pid, signal.SIGSTOP)
    waiting = asyncio.ensure_future(worker.ask(LENGTH, Body("", b"x" * 10_000_000)))
    await asyncio.wait({waiting}, timeout=0.1)
    assert not waiting.done()
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(WorkerDied):
        await waiting


@integration
@pytest.mark.parametrize("pipe", ["input", "output"])
async def test_a_worker_that_closes_a_pipe_is_of_no_use_and_is_ended(worker: Worker, pipe: str) -> None:
    with pytest.raises(WorkerDied, match=f"closed its {pipe}"):
        await worker.ask(MISBEHAVE, Body(f"close {pipe}"))
    await worker.ended()


@integration
async def test_a_kill_is_at_once_and_gives_its_reason(worker: Worker) -> None:
    waiting = asyncio.ensure_future(worker.ask(HOLD, Nothing()))
    await worker.ask(ECHO, Body(""))
    worker.kill(WorkerHung(seconds=3.0))
    with pytest.raises(WorkerHung, match="3 s"):
        await waiting
    await asyncio.wait_for(worker.ended(), 1)
    worker.kill()
    with pytest.raises(WorkerHung):
        await worker.ask(ECHO, Body(""))


@integration
async def test_a_worker_that_hangs_can_be_told_by_its_last_sign(worker: Worker) -> None:
    await worker.ask(ECHO, Body(""))
    before = worker.last_sign
    waiting = asyncio.ensure_future(worker.ask(MISBEHAVE, Body("half a frame and silence")))
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 5
    while worker.last_sign == before and loop.time() < deadline:  # the half frame counts as a sign of life
        await asyncio.wait({waiting}, timeout=0.01)
    last = worker.last_sign
    assert before < last
    await asyncio.wait({waiting}, timeout=0.2)
    assert worker.last_sign == last
    assert worker.in_flight == 1
    worker.kill()
    with pytest.raises(WorkerDied):
        await waiting


@integration
async def test_cancelling_a_request_leaves_the_worker_and_the_others_alone(worker: Worker) -> None:
    waiting = asyncio.ensure_future(worker.ask(HOLD, Nothing()))
    await worker.ask(ECHO, Body(""))
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    assert worker.in_flight == 1
    await worker.ask(RELEASE, Nothing())
    assert await worker.ask(ECHO, Body("well")) == Body("well")
    assert worker.in_flight == 0


@integration
async def test_cancelling_a_request_that_is_half_written_does_not_break_the_next(worker: Worker) -> None:
    waiting = asyncio.ensure_future(worker.ask(LENGTH, Body("", b"x" * 20_000_000)))
    await asyncio.wait({waiting}, timeout=0.001)
    waiting.cancel()
    assert await worker.ask(LENGTH, Body("", b"xyz")) == Body("3")


@integration
async def test_an_error_of_the_caller_s_own_is_raised_where_the_caller_waits(worker: Worker) -> None:
    def fail(_: Body) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await worker.ask(ECHO, Body(""), fail)
    assert await worker.ask(ECHO, Body("well")) == Body("well")


@integration
async def test_a_body_of_40_mb_goes_through_without_holding_up_the_loop(worker: Worker) -> None:
    sound = bytes(40_000_000)
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - before)

    watching = asyncio.ensure_future(watch())
    assert await worker.ask(LENGTH, Body("", sound)) == Body("40000000")
    watching.cancel()
    # The longest is its encoding, which copies it once: some 0.03 s.
    assert longest < 0.2


@integration
async def test_closing_asks_the_worker_to_end_and_what_was_asked_before_is_told() -> None:
    worker = await Worker.start(COMMAND, name="rogue")
    waiting = asyncio.ensure_future(worker.ask(HOLD, Nothing()))
    await worker.ask(ECHO, Body(""))
    await asyncio.gather(worker.close(), worker.close())
    with pytest.raises(WorkerDied, match="exit status 0"):
        await waiting
    with pytest.raises(WorkerDied):
        await worker.ask(ECHO, Body(""))
    await worker.close()
    assert not psutil.pid_exists(worker.pid)


@integration
async def test_one_that_does_not_end_when_asked_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dwhisper_gui.workers.child.CLOSE_SECONDS", 0.2)
    worker = await Worker.start([*COMMAND, "stubborn"], name="rogue")
    await worker.close()
    assert not psutil.pid_exists(worker.pid)


@integration
@pytest.mark.skipif(sys.platform == "win32", reason="process groups")
async def test_what_a_worker_started_ends_with_it(worker: Worker) -> None:
    child = int((await worker.ask(MISBEHAVE, Body("leave a child behind"))).text)
    assert psutil.pid_exists(child)
    worker.kill()
    await asyncio.wait_for(worker.ended(), 5)
    deadline = asyncio.get_running_loop().time() + 5
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.01)


@integration
async def test_a_worker_that_ends_but_leaves_its_pipes_to_another_has_ended(worker: Worker) -> None:
    child = int((await worker.ask(MISBEHAVE, Body("leave a child behind"))).text)
    try:
        with pytest.raises(WorkerDied, match="exit status 7"):
            await asyncio.wait_for(worker.ask(MISBEHAVE, Body("end")), 5)
    finally:
        psutil.Process(child).kill()


@integration
@pytest.mark.parametrize(
    ("command", "error"),
    [
        (("/nowhere/dwhisper-worker",), WorkerMissing),
        ((os.path.dirname(__file__),), WorkerMissing),  # noqa: PTH120 - the command is a string
        ((sys.executable, "-c", "raise SystemExit('no module named dwhisper_worker')"), WorkerMissing),
        ((sys.executable, "-c", ""), WorkerMissing),
        ((sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"), WorkerDied),
        ((*COMMAND, "garbage"), WorkerNonsense),
        ((*COMMAND, "other_version"), ContractMismatch),
        ((*COMMAND, "refused"), ContractMismatch),
        ((*COMMAND, "other_fields"), WorkerNonsense),
    ],
)
async def test_what_is_no_worker_is_found_out_at_the_start(command: tuple[str, ...], error: type[DWhisperError]) -> None:
    children = Children()
    with pytest.raises(error) as raised:
        await Worker.start(command, name="rogue")
    assert str(raised.value)
    assert children.new() == []


@integration
async def test_one_that_never_says_hello_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dwhisper_gui.workers.child.START_SECONDS", 0.5)
    children = Children()
    with pytest.raises(WorkerHung):
        await Worker.start([*COMMAND, "never"], name="rogue")
    assert children.new() == []


@integration
async def test_giving_up_the_start_leaves_no_process() -> None:
    children = Children()
    starting = asyncio.ensure_future(Worker.start([*COMMAND, "never"], name="rogue"))
    while not children.new():
        await asyncio.wait({starting}, timeout=0.01)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert children.new() == []


@integration
def test_a_loop_may_end_right_after_its_worker() -> None:
    async def session() -> int:
        worker = await Worker.start(COMMAND, name="rogue")
        await worker.close()
        return worker.pid

    assert not psutil.pid_exists(asyncio.run(session()))


@integration
async def test_the_environment_can_be_given(worker: Worker) -> None:
    shout = "import os, sys; sys.exit(os.environ['GREETING'])"
    with pytest.raises(WorkerMissing, match="grüezi"):
        await Worker.start([sys.executable, "-X", "utf8", "-c", shout], name="rogue", env={**os.environ, "GREETING": "grüezi"})


@integration
async def test_the_real_one_takes_nothing_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("dwhisper_worker.py", "queue.py", "msgspec.py"):
        (tmp_path / name).write_text("raise SystemExit('this is the user's own file')")
    monkeypatch.chdir(tmp_path)
    worker = await Worker.start(worker_command(()), name="real")
    try:
        assert worker.hello.contract == contract.VERSION
        assert {engine.name for engine in worker.hello.engines} >= {"faster-whisper"}
    finally:
        await worker.close()


def test_the_command_of_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    assert worker_command(("/a b/python", "-m", "dwhisper_worker", "--stdio")) == ["/a b/python", "-m", "dwhisper_worker", "--stdio"]
    assert worker_command(()) == [sys.executable, "-P", "-m", "dwhisper_worker", "--stdio"]
    monkeypatch.setattr("sys.frozen", True, raising=False)
    assert worker_command(()) == [sys.executable, "--worker"]
