"""The runner for many computers, on a real server with real workers."""

import asyncio
import json
import re
import signal
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from dwhisper_worker.sealing import new_key
from dwhisper_worker.tasks import TRANSCRIBE_CHUNK, serving

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.core import plan
from dwhisper_gui.core.events import ChunkDone, ChunkLeased, Event, JobEnded, PartPrepared
from dwhisper_gui.core.job import JobState, Wish
from dwhisper_gui.core.plan import WINDOWS_IN_CHUNK
from dwhisper_gui.core.waiting import until
from dwhisper_gui.jobs.ownership import own
from dwhisper_gui.jobs.records import Outcome
from dwhisper_gui.runners.conductor import ConductorRunner, ConductorSetup
from dwhisper_gui.runners.desk import UNTOUCHED_PARTS
from dwhisper_gui.runners.local import LocalRunner, LocalSetup
from dwhisper_gui.runners.remembered import remembered
from dwhisper_gui.workers.child import worker_command
from tests.commands.conftest import ffmpeg, repeated
from tests.conductor_server import Server
from tests.faults.gate import Asked, Gate
from tests.faults.trial import told
from tests.jobs.bench import Bench, bench
from tests.worker.conductor.process import Worker

pytestmark = [pytest.mark.integration]

MODEL = "tiny.en"
KEY = new_key()


def domain(pool: str) -> str:
    """Whose tasks the chunks are."""
    return serving(pool, KEY, "faster-whisper", MODEL).domain


PARTS, SPOKEN_PARTS = 5, 4
"""Of the sparse recording, and those of them that are not silent."""


@pytest.fixture
def pool() -> str:
    """One that no other test's workers serve."""
    return f"pool{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def longer(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample six times over: two parts, and more chunks than a worker has in hand."""
    return repeated(sample, 6, tmp_path_factory.mktemp("media") / "talk.mp4")


@pytest.fixture
def worker(conductor: Server, pool: str, tmp_path: Path) -> Callable[[], Worker]:
    folder = tmp_path / "workers"
    folder.mkdir()
    return lambda: Worker(conductor.url, pool, KEY, folder, "--threads", "1")


@asynccontextmanager
async def desk(conductor: Server, pool: str, folder: Path, sample: Path, url: str = "") -> AsyncIterator[Bench]:
    """A program of its own; on the same folder, the same one started again."""
    await asyncio.to_thread(folder.mkdir, exist_ok=True)
    setup = ConductorSetup(pool, KEY, "tests", cores=4)
    async with bench(folder, sample, MODEL, lambda _: ConductorRunner(Conductor(ServerAddress(url or conductor.url)), setup)) as made:
        yield made


def stop_after(at: Bench, kind: type[Event]) -> asyncio.Event:
    """Set as soon as an event of that kind is told."""
    stop = asyncio.Event()
    at.on_event = lambda event: stop.set() if isinstance(event, kind) else None
    return stop


def text(at: Bench) -> list[tuple[float, float, str]]:
    ended = at.ended[-1]
    assert ended.state is JobState.DONE, ended.error
    assert ended.transcript
    return [(word.start, word.end, word.text) for segment in ended.transcript.segments for word in segment.words]


async def local_text(folder: Path, sample: Path) -> list[tuple[float, float, str]]:
    @asynccontextmanager
    async def admitted(_: Callable[[], None]) -> AsyncIterator[None]:
        yield

    await asyncio.to_thread(folder.mkdir)
    setup = LocalSetup(worker_command(()), str(folder / "models"))
    async with bench(folder, sample, MODEL, lambda _: LocalRunner(setup, admitted)) as at:
        await at.work(await at.add())
        return text(at)


@pytest.fixture(scope="module")
def sparse(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half an hour in five parts, with the sample every five minutes and silence between."""
    path = tmp_path_factory.mktemp("media") / "sparse.mp4"
    ffmpeg("-i", sample, "-af", "apad=whole_dur=300,aloop=loop=5:size=2147483647", "-ac", "1", path)
    return path


@pytest.mark.slow
async def test_parts_that_are_prepared_side_by_side_give_what_this_computer_gives(
    conductor: Server, pool: str, worker: Callable[[], Worker], tmp_path: Path, sparse: Path
) -> None:
    expected = await local_text(tmp_path / "local", sparse)
    with worker():
        async with desk(conductor, pool, tmp_path / "desk", sparse) as at:
            await at.work(await at.add())
            assert text(at) == expected
            prepared = [event.part.index for event in at.told if isinstance(event, PartPrepared)]
    assert sorted(prepared) == [0, 1, 2, 3, 4]


async def test_two_workers_give_what_this_computer_gives(
    conductor: Server, pool: str, worker: Callable[[], Worker], tmp_path: Path, sample: Path
) -> None:
    expected = await local_text(tmp_path / "local", sample)
    with worker(), worker():
        async with desk(conductor, pool, tmp_path / "desk", sample) as at:
            job = await at.add()
            await at.work(job)
            attempts = await at.store.results(job.id).attempts()
            assert text(at) == expected
    assert {attempt.outcome for attempt in attempts} == {Outcome.DONE}
    assert all(attempt.host for attempt in attempts)


async def test_what_is_given_out_goes_on_while_the_program_is_closed_and_is_fetched_when_it_is_back(
    conductor: Server, pool: str, worker: Callable[[], Worker], tmp_path: Path, sample: Path
) -> None:
    async with desk(conductor, pool, tmp_path, sample) as at:
        job, stop = await at.add(), asyncio.Event()
        working = asyncio.ensure_future(at.work(job, stop=stop))
        async with Conductor(conductor.address) as server:
            await until(partial(server.waiting, TRANSCRIBE_CHUNK, domain(pool)), 0.05)
        stop.set()
        await working
        with worker() as serving:
            await asyncio.to_thread(serving.says, " is done")
            serving.signal(signal.SIGTERM)
            await asyncio.to_thread(serving.ended)
    async with desk(conductor, pool, tmp_path, sample) as at:
        with worker():
            await at.work(job)
        assert text(at)
        assert not [event for event in at.told if isinstance(event, PartPrepared)], "nothing is prepared twice"


@pytest.mark.slow
async def test_a_paused_job_is_taken_from_the_workers_who_lose_what_they_had_in_hand_and_no_more(
    conductor: Server, pool: str, worker: Callable[[], Worker], tmp_path: Path, longer: Path
) -> None:
    async with desk(conductor, pool, tmp_path, longer) as at:
        job = await at.add()
        begun = stop_after(at, ChunkDone)
        with worker() as serving:
            working = asyncio.ensure_future(at.work(job))
            await begun.wait()
            await at.store.set_wish(job.id, Wish.PAUSE)
            await until(partial(at.is_paused, job), 0.05)
            assert "withdrawn" in at.notes()
            async with Conductor(conductor.address) as server:
                assert await server.waiting(TRANSCRIBE_CHUNK, domain(pool)) == 0, "no worker gets any of it"
            await at.store.set_wish(job.id, Wish.RUN)
            await working
            here = Counter(re.findall(r":(\d+\.\d+) is here", serving.log))
        assert text(at)
        done = [event.chunk for event in at.told if isinstance(event, ChunkDone)]
        assert len(done) == len(set(done)), "nothing that is done is done again"
        assert set(here) == set(map(str, done))
        # Its one thread has a batch under way, of chunks of one window at worst, and one more waits for it.
        assert sum(count - 1 for count in here.values()) <= WINDOWS_IN_CHUNK + 1 < len(done) - 1


@pytest.mark.slow
async def test_a_part_that_is_prepared_anew_is_given_out_anew(
    conductor: Server, pool: str, worker: Callable[[], Worker], tmp_path: Path, longer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = domain(pool)
    async with desk(conductor, pool, tmp_path, longer) as at, Conductor(conductor.address) as server:
        job, stop = await at.add(), asyncio.Event()
        working = asyncio.ensure_future(at.work(job, stop=stop))
        await until(partial(_has, server, queue, WINDOWS_IN_CHUNK), 0.05)
        stop.set()
        await working
        mine = await own(at.store, job.id)
        assert mine
        with mine:
            await mine.journal.forget_part(1, "unreadable", "[]")
    monkeypatch.setattr(plan, "WINDOWS_IN_CHUNK", 1)
    with worker():
        async with desk(conductor, pool, tmp_path, longer) as at:
            await at.work(job)
            assert text(at)
            part = await at.store.results(job.id).part(1)
            assert part
            assert all(len(chunk.windows) == 1 for chunk in part.chunks)


async def _has(server: Conductor, queue: str, tasks: int) -> bool:
    return await server.waiting(TRANSCRIBE_CHUNK, queue) >= tasks


@pytest.mark.slow
async def test_after_a_pause_too_only_the_parts_whose_turn_it_is_are_looked_at(
    conductor: Server, pool: str, tmp_path: Path, sparse: Path
) -> None:
    gate, asked = Gate(conductor.url), list[str]()

    def note(request: Asked) -> None:
        asked.extend(re.findall(r"^GET .*/workflow/(.+)/(?:tasks|status)", f"{request.method} {request.path}"))

    def looked(job: str) -> list[set[str]]:
        """The parts that were looked at between one look at the job and the next, since all of them were for the first time."""
        parts, looks = set[str](), list[set[str]]()
        for one in asked:
            if one == job and len(parts) == SPOKEN_PARTS:
                looks.append(set())
            elif one != job:
                parts.add(one)
                if looks:
                    looks[-1].add(one)
        return looks[:-1]

    async def has_settled(job: str) -> bool:
        return [len(look) for look in looked(job)[-3:]] == [UNTOUCHED_PARTS] * 3

    gate.refuse = note
    with gate.opened():
        async with desk(conductor, pool, tmp_path, sparse, gate.url) as at, Conductor(conductor.address) as server:
            job, stop = await at.add(), asyncio.Event()
            working = asyncio.ensure_future(at.work(job, stop=stop))
            prepared = await told(at, PartPrepared, PARTS)
            chunks = sum(len(event.part.chunks) for event in prepared)
            await until(partial(_has, server, domain(pool), chunks), 0.05)
            await at.store.set_wish(job.id, Wish.PAUSE)
            await until(partial(at.is_paused, job), 0.05)
            known = remembered((await at.store.find_job(job.id)).memory)
            assert known
            assert known.workflow
            asked.clear()
            await at.store.set_wish(job.id, Wish.RUN)
            await until(partial(has_settled, known.workflow), 0.05)
            stop.set()
            await working


@pytest.mark.parametrize("lost", ["/prepare/COMPLETED", "/upload-complete"])
async def test_an_answer_that_is_lost_is_not_waited_for_and_what_was_sent_is_not_sent_again(
    conductor: Server, pool: str, worker: Callable[[], Worker], tmp_path: Path, sample: Path, lost: str
) -> None:
    gate, files = Gate(conductor.url), list[str]()

    def loses(asked: Asked) -> bool:
        if asked.method == "POST" and asked.path.endswith("/api/files"):
            files.append(json.loads(asked.body)["fileName"])
        sent = [name for name in files if name.endswith(".sound")]
        return not gate.refused and bool(sent) and lost in asked.path

    gate.lose = loses
    with gate.opened(), worker():
        async with desk(conductor, pool, tmp_path, sample, gate.url) as at:
            await at.work(await at.add())
            assert text(at)
            assert gate.refused == 1
            chunks = [chunk for event in at.told if isinstance(event, PartPrepared) for chunk in event.part.chunks]
    sounds = [name for name in files if name.endswith(".sound")]
    again = 1 if lost == "/upload-complete" else 0
    assert len(sounds) == len(chunks) + again
    assert len(set(sounds)) == len(chunks)


async def test_without_workers_the_work_waits_and_a_killed_one_is_replaced(
    conductor: Server, pool: str, worker: Callable[[], Worker], tmp_path: Path, sample: Path
) -> None:
    async with desk(conductor, pool, tmp_path, sample) as at:
        job = await at.add()
        leased = stop_after(at, ChunkLeased)
        working = asyncio.ensure_future(at.work(job))
        with worker() as first:
            await leased.wait()
            first.signal(signal.SIGKILL)
        with worker():
            await working
        assert text(at)
        assert [event for event in at.told if isinstance(event, JobEnded)]
