"""The network between the server and the others: cut, slow."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest

from dwhisper_gui.conductor.records import TaskStatus
from dwhisper_gui.jobs.combining import transcript_of
from dwhisper_gui.runners import conductor
from tests.faults.trial import Trial, some, until_tasks
from tests.faults.verdict import words_of
from tests.worker.conductor.proxy import Proxy

CUT_SECONDS = 60.0
LATE_SECONDS = 0.2
SLOW_BITS = 1e6


@pytest.mark.faults
@pytest.mark.parametrize(("whose", "silently"), [("desktop", False), ("worker", False), ("both", False), ("both", True)])
async def test_a_minute_without_network_costs_nothing_that_is_done(trial: Trial, whose: str, silently: bool) -> None:
    url = trial.server.url
    with ExitStack() as held:
        desks, workers = held.enter_context(Proxy(url)), held.enter_context(Proxy(url))
        async with trial.desk(desks.url) as at:
            job = await at.add()
            working = asyncio.ensure_future(at.work(job))
            with trial.worker(url=workers.url):
                await until_tasks(trial, at, job, some(TaskStatus.IN_PROGRESS))
                for proxy in {"desktop": [desks], "worker": [workers], "both": [desks, workers]}[whose]:
                    proxy.cut(CUT_SECONDS, silently=silently)
                await working
            if whose != "worker":
                assert {"server_away", "server_back"} <= at.notes()
            await trial.agree(at, job)
    assert not trial.done_again()


async def test_a_slow_network_makes_it_slower(trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await as_small_as_can_be(trial, tmp_path, monkeypatch)
    with Proxy(trial.server.url, LATE_SECONDS / 2, SLOW_BITS) as near, Proxy(trial.server.url, LATE_SECONDS / 2, SLOW_BITS) as far:
        async with trial.desk(near.url) as at:
            job = await at.add()
            with trial.worker(url=far.url):
                await at.work(job)
            assert "server_away" not in at.notes()
            await trial.agree(at, job)


async def as_small_as_can_be(trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the trial expect the words of a run in which sound goes over the same network, but quickly, as it would over a slow one."""

    async def never(*_: object) -> bool:
        return False

    folder = tmp_path / "quickly"
    folder.mkdir()
    plain = Trial(trial.server, folder, trial.recording, trial.expected)
    with monkeypatch.context() as patch:
        patch.setattr(conductor, "is_quick", never)
        async with plain.desk() as at:
            job = await at.add()
            with plain.worker():
                await at.work(job)
            trial.expected = words_of(await transcript_of(at.store, await at.store.find_job(job.id)))
    assert len(trial.expected) > len(plain.expected) / 2
