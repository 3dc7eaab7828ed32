"""The network between the server and the others: cut, slow."""

import asyncio
from contextlib import ExitStack

import pytest

from dwhisper_gui.conductor.records import TaskStatus
from tests.faults.trial import Trial, some, until_tasks
from tests.faults.verdict import Words
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


@pytest.mark.faults
async def test_a_slow_network_makes_it_slower(trial: Trial, small: Words) -> None:
    trial.small = small
    with Proxy(trial.server.url, LATE_SECONDS / 2, SLOW_BITS) as near, Proxy(trial.server.url, LATE_SECONDS / 2, SLOW_BITS) as far:
        async with trial.desk(near.url) as at:
            job = await at.add()
            with trial.worker(url=far.url):
                await at.work(job)
            assert "server_away" not in at.notes()
            await trial.agree(at, job, slow=True)
