"""Workers with an old key of their pool: they get nothing that they could not open, and where there are no others the user is told."""

import asyncio

from dwhisper_worker.sealing import new_key

from dwhisper_gui.core.events import Note
from dwhisper_gui.core.notes import sentence
from dwhisper_gui.jobs.records import Outcome
from tests.faults.trial import Trial, noted


async def test_a_worker_with_an_old_key_is_given_nothing_and_one_alone_is_told_of(trial: Trial) -> None:
    async with trial.desk() as at:
        job = await at.add()
        working = asyncio.ensure_future(at.work(job))
        with trial.worker(key=new_key()) as old:
            await noted(at, "wrong_keys")
            (note,) = [event for event in at.told if isinstance(event, Note) and event.code == "wrong_keys"]
            assert "dwhisper workers invite" in sentence(note)
            with trial.worker():
                await working
            assert " is here" not in old.log
        await trial.agree(at, job)
        outcomes = [attempt.outcome for attempt in await at.store.results(job.id).attempts()]
    assert Outcome.FAILED not in outcomes
