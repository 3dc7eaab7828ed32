"""A worker that is replaced when it dies."""

import asyncio
from collections.abc import AsyncIterator

import psutil
import pytest
from dwhisper_worker.contract import Nothing

from dwhisper_gui.core.errors import ModelUnknown, WorkerDied, WorkerHung, WorkerNonsense
from dwhisper_gui.workers.standing import MOST_TRIES, StandingWorker
from tests.workers.children import Children
from tests.workers.rogue import COMMAND, ECHO, HOLD, MISBEHAVE, Body

pytestmark = pytest.mark.integration


@pytest.fixture
async def standing() -> AsyncIterator[StandingWorker]:
    children = Children()
    worker = StandingWorker("rogue", COMMAND, silence_seconds=10.0)
    assert children.new() == []
    yield worker
    await worker.close()
    assert children.new() == []


async def test_it_is_started_once_and_asked_by_many(standing: StandingWorker) -> None:
    children = Children()
    replies = await asyncio.gather(*(standing.ask(ECHO, Body(str(i))) for i in range(5)))
    assert [reply.text for reply in replies] == ["0", "1", "2", "3", "4"]
    assert len(children.new()) == 1


async def test_one_that_dies_between_requests_is_replaced_unnoticed(standing: StandingWorker) -> None:
    children = Children()
    await standing.ask(ECHO, Body(""))
    (first,) = children.new()
    first.kill()
    assert await standing.ask(ECHO, Body("again")) == Body("again")
    assert not psutil.pid_exists(first.pid)


@pytest.mark.parametrize(("how", "error"), [("end", WorkerDied), ("print", WorkerNonsense)])
async def test_what_ends_every_worker_is_given_up_after_some_tries(
    standing: StandingWorker, how: str, error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(error):
        await standing.ask(MISBEHAVE, Body(how))
    assert sum("failed, try" in record.getMessage() for record in caplog.records) == MOST_TRIES
    assert await standing.ask(ECHO, Body("well")) == Body("well")


async def test_what_ends_every_worker_takes_nothing_else_that_is_asked_meanwhile(standing: StandingWorker) -> None:
    deadly = standing.ask(MISBEHAVE, Body("end"))
    found = await asyncio.gather(deadly, *(standing.ask(ECHO, Body(str(i))) for i in range(5)), return_exceptions=True)
    assert isinstance(found[0], WorkerDied)
    assert found[1:] == [Body(str(i)) for i in range(5)]


async def test_one_that_says_nothing_is_given_up() -> None:
    children = Children()
    impatient = StandingWorker("rogue", COMMAND, silence_seconds=0.2)
    with pytest.raises(WorkerHung):
        await impatient.ask(HOLD, Nothing())
    await impatient.close()
    assert children.new() == []


async def test_a_refusal_is_an_answer(standing: StandingWorker) -> None:
    children = Children()
    await standing.ask(ECHO, Body(""))
    before = children.new()
    with pytest.raises(ModelUnknown):
        await standing.ask(MISBEHAVE, Body("refuse"))
    assert children.new() == before
