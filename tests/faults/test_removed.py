"""A job is removed while its server is away: what is left there is deleted as soon as the program reaches it again."""

import asyncio
import os
import signal
import uuid
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import psutil
import pytest
from dwhisper_worker.sealing import new_key
from dwhisper_worker.tasks import TRANSCRIBE_CHUNK, serving

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.own import OwnServer
from dwhisper_gui.conductor.records import WorkflowStatus
from dwhisper_gui.core.waiting import until
from dwhisper_gui.folders import folders
from dwhisper_gui.jobs.leftovers import leftovers
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.runners.remembered import Remembered, remembered
from tests.commands.conftest import repeated
from tests.commands.program import Ended, Word, run, started
from tests.conductor_server import Server, free_port, jar
from tests.faults.gate import LOST, Gate
from tests.little_server import Answer, Asked
from tests.worker.conductor.desk import MODEL
from tests.worker.conductor.process import Worker, key_variable

KEY = new_key()
SECRETS = {"DWHISPER_POOL_KEY": key_variable(KEY), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
LOOK_SECONDS = 0.05
TWO_STARTS_SECONDS = 900


@pytest.fixture
def pool() -> str:
    return f"pool{uuid.uuid4().hex[:8]}"


@pytest.fixture
def other(sample: Path, tmp_path: Path) -> Path:
    return repeated(sample, 1, tmp_path / "other.mp4")


def named(url: str, pool: str) -> None:
    """In the settings."""
    for key, value in (("conductor.url", url), ("conductor.pool", pool), ("runner", "conductor")):
        assert run("settings", "set", key, value).status == 0


def transcribing(recording: Path, folder: Path) -> tuple[Word, ...]:
    return "transcribe", recording, "--model", MODEL, "--language", "en", "-o", folder, "--json"


async def dwhisper(*words: Word) -> Ended:
    return await asyncio.to_thread(run, *words, env=SECRETS)


async def killed_with_chunks_waiting(server: Conductor, pool: str, recording: Path, folder: Path) -> tuple[str, list[str]]:
    """The program has given out a recording, and is killed. The job's id, and its workflows with those of its parts."""

    async def wait() -> bool:
        return await server.waiting(TRANSCRIBE_CHUNK, serving(pool, KEY, "faster-whisper", MODEL).domain) > 1

    with started(*transcribing(recording, folder), env=SECRETS) as running:
        await until(wait, LOOK_SECONDS)
        running.interrupt(signal.SIGKILL)
        await asyncio.to_thread(running.end)
    async with await Store.open(folders().data) as store:
        (job,) = await store.jobs()
    known = remembered(job.memory)
    assert known
    assert known.workflow
    return job.id, [known.workflow, *[task.sub_workflow async for task in server.all_tasks(known.workflow) if task.sub_workflow]]


async def has_gone(server: Conductor, workflows: Sequence[str]) -> bool:
    return [await server.status(one) for one in workflows] == [None] * len(workflows)


async def left_behind(server: str, name: str) -> None:
    """As if a job had been removed that was on that server."""
    row = (Remembered(server, "pool", "another", "", "its-workflow").written(), "abcde", name)
    async with await Store.open(folders().data) as store:
        await store.database.write(lambda connection: connection.execute("INSERT INTO leftovers (memory, job, name) VALUES (?, ?, ?)", row))


async def outstanding() -> int:
    async with await Store.open(folders().data) as store:
        return len(await leftovers(store))


async def test_the_next_program_that_works_with_the_server_deletes_it_and_no_worker_is_given_any_of_it(
    conductor: Server, pool: str, recording: Path, other: Path, tmp_path: Path
) -> None:
    gate = Gate(conductor.url)
    with gate.opened():
        named(gate.url, pool)
        async with Conductor(conductor.address) as server:
            job, workflows = await killed_with_chunks_waiting(server, pool, recording, tmp_path)
            gate.refuse = lambda _: LOST
            removed = await dwhisper("jobs", "remove", job, "--yes")
            assert (removed.status, removed.out) == (0, f"{job} (talk.mp4) is removed.\n")
            assert "So what is left of “talk.mp4” there is deleted as soon as DWhisper reaches that server again." in removed.err
            assert "whoever has the pool's key could read it" in removed.err
            assert await server.status(workflows[0]) is WorkflowStatus.RUNNING
            assert await outstanding() == 1

            gate.refuse = lambda _: None
            with started(*transcribing(other, tmp_path), env=SECRETS) as running:
                await until(partial(has_gone, server, workflows), LOOK_SECONDS)
                with Worker(conductor.url, pool, KEY, tmp_path, "--threads", "1") as worker:
                    assert await asyncio.to_thread(running.end) == 0
                    its = running.events("job_added")[0]["job"]
            assert f"{its}:" in worker.log
            assert f"{job}:" not in worker.log
    assert await outstanding() == 0


async def test_a_program_that_is_killed_before_the_server_knows_of_the_removal_loses_nothing_and_the_next_removal_says_so(
    conductor: Server, pool: str, recording: Path, tmp_path: Path
) -> None:
    gate = Gate(conductor.url)
    with gate.opened():
        named(gate.url, pool)
        async with Conductor(conductor.address) as server:
            job, workflows = await killed_with_chunks_waiting(server, pool, recording, tmp_path)
            with started("jobs", "remove", job, "--yes", env=SECRETS) as running:

                def kill(_: Asked) -> Answer:
                    running.interrupt(signal.SIGKILL)
                    return LOST

                gate.refuse = kill
                assert await asyncio.to_thread(running.end) == -signal.SIGKILL
            gate.refuse = lambda _: None
            assert await server.status(workflows[0]) is WorkflowStatus.RUNNING
            assert await outstanding() == 1
            cleared = await dwhisper("jobs", "clear")
            assert cleared.out == "No job is done, so none was removed.\n"
            assert "What was left of “talk.mp4”, which was removed before, is deleted on its server now." in cleared.err
            assert await has_gone(server, workflows)
    assert await outstanding() == 0


@pytest.mark.timeout(TWO_STARTS_SECONDS)
async def test_this_computers_own_server_deletes_it_with_its_files_when_it_is_started_again_wherever_it_listens(
    home: Path, pool: str, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.commands.program.PATIENCE_SECONDS", TWO_STARTS_SECONDS / 3)
    own = OwnServer(home / "data" / "conductor")
    own.folder.mkdir(parents=True)
    os.link(jar(), own.jar) if jar().stat().st_dev == own.folder.stat().st_dev else own.jar.symlink_to(jar())
    files = own.folder / "files" / "conductor"
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    try:
        assert (await dwhisper("server", "start", "--port", str(port))).status == 0
        named(url, pool)
        async with Conductor(ServerAddress(url)) as server:
            job, workflows = await killed_with_chunks_waiting(server, pool, recording, tmp_path)
        assert list(files.iterdir())
        assert (await dwhisper("server", "stop")).status == 0
        removed = await dwhisper("jobs", "remove", job, "--yes")
        assert removed.status == 0
        assert f"The Conductor server of this computer ({url}) does not run. So what is left of “talk.mp4”" in removed.err
        assert "“dwhisper server start” starts it" in removed.err
        assert list(files.iterdir())

        await left_behind("http://localhost:9", "other.mp4")
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        begun = await dwhisper("server", "start", "--port", str(port))
        assert (begun.status, begun.out) == (0, f"The Conductor server runs at {url}.\n")
        assert "What was left of “talk.mp4”, which was removed before, is deleted on its server now." in begun.err
        assert list(files.iterdir()) == []
        async with Conductor(ServerAddress(url)) as server:
            assert await has_gone(server, workflows)
            queue = serving(pool, KEY, "faster-whisper", MODEL).domain
            assert await server.poll(TRANSCRIBE_CHUNK, domain=queue, worker="w", count=50) == ()
        assert "other.mp4" not in begun.err
        assert await outstanding() == 1, "what another server had, which nobody answers for just now"
    finally:
        process = own.running()
        if process is not None:
            psutil.Process(process.pid).kill()
