"""A proxy before the server that refuses: other credentials, or a limit to what may be sent."""

import asyncio

import pytest

from dwhisper_gui.core.events import ChunkDone, Note, PartPrepared
from dwhisper_gui.core.identity import Credentials, UserAndPassword
from dwhisper_gui.core.job import JobState
from dwhisper_gui.core.notes import sentence
from dwhisper_gui.runners import patience
from tests.faults.gate import Gate, asks_for, takes_at_most
from tests.faults.trial import Trial, noted, told
from tests.worker.conductor.desk import until

BEFORE, AFTER = UserAndPassword("me", "before"), UserAndPassword("me", "after")


async def test_a_password_that_changes_in_mid_job_is_waited_for_and_taken_up(trial: Trial) -> None:
    gate = Gate(trial.server.url)
    gate.refuse = asks_for(BEFORE)
    known: list[Credentials] = [BEFORE]

    async def credentials() -> Credentials:
        return known[-1]

    with gate.opened():
        async with trial.desk(gate.url, BEFORE, credentials) as at:
            job = await at.add()
            working = asyncio.ensure_future(at.work(job))
            with trial.worker():
                await told(at, ChunkDone)
                gate.refuse = asks_for(AFTER)
                await noted(at, "server_refuses")
                known.append(AFTER)
                await working
            assert "server_back" in at.notes()
            (note,) = [event for event in at.told if isinstance(event, Note) and event.code == "server_refuses"]
            assert "dwhisper server login" in sentence(note)
            await trial.agree(at, job)


@pytest.mark.faults
async def test_a_password_that_stays_wrong_ends_the_job_which_goes_on_later(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "REFUSED_MINUTES", 0.05)
    monkeypatch.setattr(patience, "REFUSED_PAUSE_SECONDS", 1.0)
    gate = Gate(trial.server.url)
    gate.refuse = asks_for(BEFORE)
    with gate.opened(), trial.worker():
        async with trial.desk(gate.url, BEFORE) as at:
            job = await at.add()
            working = asyncio.ensure_future(at.work(job))
            await told(at, ChunkDone)
            gate.refuse = asks_for(AFTER)
            await working
            assert at.ended[-1].state is JobState.FAILED
            assert "refuses the credentials" in (at.ended[-1].error or "")
            done = [event.chunk for event in at.told if isinstance(event, ChunkDone)]
        async with trial.desk(gate.url, AFTER) as at:
            job = await at.add()
            await at.work(job)
            assert not {event.chunk for event in at.told if isinstance(event, ChunkDone)} & set(done)
            await trial.agree(at, job)


@pytest.mark.faults
async def test_a_worker_that_is_refused_goes_on_once_it_is_let_in(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWHISPER_CONDUCTOR_USER", BEFORE.user)
    monkeypatch.setenv("DWHISPER_CONDUCTOR_PASSWORD", BEFORE.password)
    gate = Gate(trial.server.url)
    gate.refuse = asks_for(BEFORE)
    with gate.opened():
        async with trial.desk() as at:
            job = await at.add()
            working = asyncio.ensure_future(at.work(job))
            with trial.worker(url=gate.url) as one:
                await told(at, ChunkDone)
                gate.refuse = asks_for(AFTER)
                await asyncio.to_thread(one.says, "refuses these credentials")
                gate.refuse = asks_for(BEFORE)
                await working
                assert one.log.count("refuses these credentials") == 1
            await trial.agree(at, job)


async def test_where_no_chunk_may_be_sent_the_user_is_told_how_to_allow_it(trial: Trial) -> None:
    gate = Gate(trial.server.url)
    gate.refuse = takes_at_most(300_000)
    with gate.opened(), trial.worker():
        async with trial.desk(gate.url) as at:
            job = await at.add()
            await at.work(job)
            assert at.ended[-1].state is JobState.FAILED
            assert "takes no file of 0." in (at.ended[-1].error or "")
            assert "client_max_body_size" in (at.ended[-1].error or "")
            gate.refuse = lambda _: None
            at.told.clear()
            await at.work(await at.add())
            assert not [event for event in at.told if isinstance(event, PartPrepared) and event.part.index == 0], (
                "nothing is prepared twice"
            )
            await trial.agree(at, job)


@pytest.mark.faults
async def test_where_no_result_may_be_sent_what_it_held_is_missing(trial: Trial) -> None:
    gate = Gate(trial.server.url)
    refuse = takes_at_most(100)
    gate.refuse = lambda asked: refuse(asked) if asked.method == "PUT" else None
    with gate.opened():
        async with trial.desk() as at:
            job = await at.add()
            with trial.worker(url=gate.url):
                await at.work(job)
            assert at.ended[-1].state is JobState.INCOMPLETE
            assert at.ended[-1].transcript
            assert not at.ended[-1].transcript.segments
            reasons = {attempt.reason or "" for attempt in await at.store.results(job.id).attempts()}
            assert all("MB" in reason for reason in reasons), reasons
            with trial.worker():
                await at.work(await at.add())
            await trial.agree(at, job)
    until(lambda: gate.refused)
