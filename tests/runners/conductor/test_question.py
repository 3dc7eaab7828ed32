"""The question after the language, on a real server with real workers: answers get lost, it is ended by hand, the program dies."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from dwhisper_worker.contract import BYTES_PER_SECOND
from dwhisper_worker.sealing import new_key

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.definitions import DETECT_LANGUAGE
from dwhisper_gui.core.events import Event
from dwhisper_gui.core.job import JobState
from dwhisper_gui.core.waiting import until
from dwhisper_gui.runners.conductor import ConductorRunner, ConductorSetup
from dwhisper_gui.runners.remembered import remembered
from dwhisper_gui.runners.runner import EngineSetup
from tests.conductor_server import Server
from tests.faults.gate import LOST, Asked, Gate
from tests.jobs.bench import bench
from tests.worker.conductor.process import Worker

pytestmark = [pytest.mark.integration]

KEY = new_key()
CLIPS = (bytes(3 * BYTES_PER_SECOND), bytes(2 * BYTES_PER_SECOND))
SETUP = EngineSetup("faster-whisper", "tiny.en")
ANSWER = ({"en": 1.0}, {"en": 1.0})
"""All that this model knows."""
WAIT_SECONDS = 0.05


@dataclass
class Desk:
    """A program that asks; `memory` is its job's, whichever of its runners asks."""

    server: Server
    pool: str
    memory: dict[str, str] = field(default_factory=dict)
    told: list[Event] = field(default_factory=list)

    @asynccontextmanager
    async def runner(self, url: str = "") -> AsyncIterator[ConductorRunner]:
        setup = ConductorSetup(self.pool, KEY, "tests")
        made = ConductorRunner(Conductor(ServerAddress(url or self.server.url)), setup)
        try:
            yield made
        finally:
            await made.close()

    async def remember(self, key: str, value: str) -> None:
        self.memory[key] = value

    async def ask(self, runner: ConductorRunner) -> tuple[Mapping[str, float], ...]:
        async def cut() -> tuple[bytes, ...]:
            return CLIPS

        return await runner.detect_language("job", SETUP, cut, self, self.memory, self.told.append)  # type: ignore[arg-type]

    async def asked(self) -> list[str]:
        """The questions that the server knows."""
        known = remembered(self.memory)
        if known is None:
            return []
        async with Conductor(self.server.address) as server:
            return [one.id for one in await server.found(DETECT_LANGUAGE, known.correlation) if not one.status.ended]


@pytest.fixture
def desk(conductor: Server) -> Desk:
    return Desk(conductor, f"pool{uuid.uuid4().hex[:8]}")


@pytest.fixture
def worker(desk: Desk, tmp_path: Path) -> Callable[[], Worker]:
    return lambda: Worker(desk.server.url, desk.pool, KEY, tmp_path, "--threads", "1")


def is_start(asked: Asked) -> bool:
    return asked.method == "POST" and asked.path.endswith("/api/workflow")


@pytest.mark.parametrize(
    "lost",
    [
        lambda asked: False,
        is_start,
        lambda asked: "/clips/COMPLETED" in asked.path,
        lambda asked: asked.path.endswith("/upload-complete"),
        lambda asked: asked.path.endswith("/download-url"),
    ],
    ids=["none", "of its start", "that the clips are there", "that they are put up", "where its answer is"],
)
async def test_it_is_answered_though_an_answer_gets_lost_and_nothing_is_left_of_it(
    desk: Desk, worker: Callable[[], Worker], lost: Callable[[Asked], bool]
) -> None:
    gate = Gate(desk.server.url)
    gate.lose = lambda asked: not gate.refused and lost(asked)
    with worker(), gate.opened():
        async with desk.runner(gate.url) as runner:
            assert await desk.ask(runner) == ANSWER
    assert await desk.asked() == []


async def test_a_second_one_is_not_deleted_with_the_first(desk: Desk, worker: Callable[[], Worker]) -> None:
    gate, started = Gate(desk.server.url), list[Asked]()

    def seen(asked: Asked) -> bool:
        if is_start(asked):
            started.append(asked)
        return False

    gate.lose = seen
    with worker(), gate.opened():
        async with desk.runner(gate.url) as runner:
            assert [await desk.ask(runner) for _ in range(2)] == [ANSWER, ANSWER]
    assert len(started) == 2
    assert await desk.asked() == []


@pytest.mark.parametrize("removed", [False, True], ids=["ended", "deleted"])
async def test_one_that_somebody_ended_is_asked_anew(desk: Desk, worker: Callable[[], Worker], removed: bool) -> None:
    async with desk.runner() as runner, Conductor(desk.server.address) as server:
        asking = asyncio.ensure_future(desk.ask(runner))
        (first,) = await until(desk.asked, WAIT_SECONDS)
        await server.terminate(first, "by hand")
        if removed:
            await server.remove(first)
        await until(desk.asked, WAIT_SECONDS)
        with worker():
            assert await asking == ANSWER
    assert await desk.asked() == []


async def is_without(desk: Desk, question: str) -> bool:
    return question not in await desk.asked()


async def test_what_a_program_that_died_had_asked_is_deleted_by_the_next(desk: Desk, worker: Callable[[], Worker]) -> None:
    with Gate(desk.server.url).opened() as gate:
        async with desk.runner(gate.url) as runner:
            asking = asyncio.ensure_future(desk.ask(runner))
            await until(desk.asked, WAIT_SECONDS)
            gate.refuse = lambda _: LOST  # nothing more of it comes through
            asking.cancel()
            await asyncio.wait({asking})
    (left,) = await desk.asked()
    async with desk.runner() as runner:
        again = asyncio.ensure_future(desk.ask(runner))
        await until(lambda: is_without(desk, left), WAIT_SECONDS)
        with worker():
            assert await again == ANSWER
    assert await desk.asked() == []


async def test_a_job_whose_language_is_not_known_is_heard_and_done(desk: Desk, tmp_path: Path, base: Path, sample: Path) -> None:
    setup = ConductorSetup(desk.pool, KEY, "tests")
    workers, job_folder = tmp_path / "workers", tmp_path / "desk"
    for folder in (workers, job_folder):
        folder.mkdir()
    with Worker(desk.server.url, desk.pool, KEY, workers, "--model", str(base)):
        async with bench(job_folder, sample, str(base), lambda _: ConductorRunner(Conductor(desk.server.address), setup)) as at:
            job = await at.add(language="auto", end=8.0)
            await at.work(job)
            (ended,) = at.ended
            desk.memory |= (await at.store.find_job(job.id)).memory
    assert ended.state is JobState.DONE, ended.error
    assert ended.transcript
    assert ended.transcript.language == "en"
    assert await desk.asked() == []
