"""The local runner with real workers and real weights: what dies, hangs or talks nonsense is replaced, and nothing is lost."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from dwhisper_worker.contract import Decoding, Span, WindowResult

from dwhisper_gui.core.errors import FFmpegMissing, ModelBroken, OutOfMemory, WorkerMissing, WorkersDie
from dwhisper_gui.core.events import Event, ModelLoaded, Note
from dwhisper_gui.core.job import Fingerprint, Job, Options, Output
from dwhisper_gui.core.plan import Chunk, ChunkKey, PreparedPart
from dwhisper_gui.jobs.ownership import Ownership, own
from dwhisper_gui.jobs.records import Attempt, Outcome
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.runners.local import WINDOWS_IN_FLIGHT, LocalRunner, LocalSetup
from dwhisper_gui.runners.runner import ChunkAudio, EngineSetup, Task
from dwhisper_gui.runners.seat import Patience
from tests.worker.audio import pcm_of, window
from tests.worker.gpu import LACKS

pytestmark = pytest.mark.integration

WORKER = (sys.executable, "-P", "-m", "dwhisper_worker", "--stdio")
# Cut where there is a pause: half a word is heard one way or another.
SPANS = (Span(0.0, 7.8), Span(7.8, 11.2), Span(11.2, 16.9), Span(22.6, 29.1), Span(29.1, 33.4))
TEXTS = ("leisure to consider", "young man", "rather selfish", "amiable woman", "himself")


def sabotaged(fault: str, chunk: str) -> tuple[str, ...]:
    return (sys.executable, str(Path(__file__).with_name("saboteur.py")), fault, chunk, "--stdio")


def with_gpu(fault: str, mark: Path) -> tuple[str, ...]:
    return (sys.executable, "-m", "tests.worker.gpu", fault, os.fspath(mark), "--stdio")


@asynccontextmanager
async def admitted(_: Callable[[], None]) -> AsyncIterator[None]:
    yield


@dataclass
class Bench:
    """A job of one part with five chunks of a window each, in a real store, and what is told of it."""

    store: Store
    job: Job
    mine: Ownership
    audio: list[ChunkAudio]
    model: str
    told: list[Event] = field(default_factory=list)
    pids: list[int] = field(default_factory=list)
    on_window: Callable[[WindowResult], None] = lambda _: None
    on_lease: Callable[[int], None] = lambda _: None

    @property
    def setup(self) -> EngineSetup:
        return EngineSetup("faster-whisper", self.model)

    async def prepare(self, _: int) -> AsyncGenerator[ChunkAudio, None]:
        done = await self.store.results(self.job.id).windows_done(0)
        for chunk in self.audio:
            if any(one.window.index not in done for one in chunk.windows):
                yield chunk

    async def run(self, runner: LocalRunner, stop: asyncio.Event | None = None) -> None:
        task = Task(self.job.id, self.setup, Decoding("en"), (0,))
        await runner.run(task, self.prepare, self, stop or asyncio.Event(), self.told.append)

    async def leased(self, chunk: ChunkKey, worker: str, host: str) -> int:
        lease = await self.mine.journal.leased(chunk, worker, host)
        self.pids.append(int(worker.split("(")[1].rstrip(")")))
        self.on_lease(self.pids[-1])
        return lease

    async def window_done(self, chunk: ChunkKey, result: WindowResult) -> bool:
        new = await self.mine.journal.window_done(chunk, result)
        self.on_window(result)
        return new

    def __getattr__(self, name: str) -> object:
        return getattr(self.mine.journal, name)

    async def texts(self) -> list[str]:
        return ["".join(one.text for one in result.segments) async for _, result in self.store.results(self.job.id).windows()]

    async def attempts(self) -> list[Attempt]:
        return await self.store.results(self.job.id).attempts()

    async def is_whole(self) -> bool:
        texts = await self.texts()
        return len(texts) == len(TEXTS) and all(part in text for part, text in zip(TEXTS, texts, strict=True))


@pytest.fixture
async def bench(tmp_path: Path, sample: Path, tiny_en: Path) -> AsyncIterator[Bench]:
    pcm = pcm_of(sample)
    windows = [window(pcm, i, span) for i, span in enumerate(SPANS)]
    audio = [ChunkAudio(Chunk(ChunkKey(0, i), (one.window,)), (one,)) for i, one in enumerate(windows)]
    async with await Store.open(tmp_path / "data") as store:
        job = await store.add_job(os.fsencode(sample), Options(str(tiny_en)), Output(), Fingerprint(1, 1, ""))
        mine = await own(store, job.id)
        assert mine is not None
        with mine:
            chunks = tuple(one.chunk for one in audio)
            await mine.journal.part_prepared(PreparedPart(0, Span(0.0, 33.4), False, SPANS, SPANS, chunks, b""))
            yield Bench(store, job, mine, audio, str(tiny_en))


@asynccontextmanager
async def runner(tmp_path: Path, command: Sequence[str] = WORKER, **options: object) -> AsyncIterator[LocalRunner]:
    made = LocalRunner(LocalSetup(command, str(tmp_path / "models"), **options), admitted)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        await made.close()


async def made_ready(local: LocalRunner, setup: EngineSetup) -> int:
    """The process that is there before it is known what for."""
    local.expect(setup)
    local.expect(setup)
    await asyncio.gather(*local._expecting)
    (seat,) = local._seats
    assert seat.worker is not None
    return seat.worker.pid


async def test_all_chunks_are_transcribed_once_and_the_worker_stays_for_the_next_job(bench: Bench, tmp_path: Path) -> None:
    async with runner(tmp_path) as local:
        await bench.run(local)
        assert await bench.is_whole()
        assert [(one.lease, one.outcome) for one in await bench.attempts()] == [(1, Outcome.DONE)] * 5
        await bench.run(local)
    assert len(set(bench.pids)) == 1
    assert sum(isinstance(event, ModelLoaded) for event in bench.told) == 1


async def test_a_worker_that_was_made_ready_is_the_one_that_works(bench: Bench, tmp_path: Path) -> None:
    async with runner(tmp_path) as local:
        ready = await made_ready(local, bench.setup)
        await bench.run(local)
    assert set(bench.pids) == {ready}


async def test_a_worker_that_was_made_ready_and_dies_is_replaced(bench: Bench, tmp_path: Path) -> None:
    async with runner(tmp_path) as local:
        os.kill(await made_ready(local, bench.setup), signal.SIGKILL)
        await bench.run(local)
    assert await bench.is_whole()


async def test_what_keeps_a_worker_from_being_ready_is_told_by_the_work(bench: Bench, tmp_path: Path) -> None:
    async with runner(tmp_path, ["/nowhere/worker"]) as local:
        local.expect(bench.setup)
        with pytest.raises(WorkerMissing):
            await bench.run(local)


async def test_nothing_is_left_of_a_worker_that_was_expected_in_vain(bench: Bench, tmp_path: Path) -> None:
    async with runner(tmp_path) as local:
        ready = psutil.Process(await made_ready(local, bench.setup))
    assert not ready.is_running()


async def test_clips_that_cannot_be_cut_end_the_vote_with_their_sentence(bench: Bench, tmp_path: Path) -> None:
    async def cut() -> list[bytes]:
        raise FFmpegMissing

    async with runner(tmp_path) as local:
        with pytest.raises(FFmpegMissing):
            await local.detect_language(bench.job.id, bench.setup, cut, bench.mine.journal, {}, bench.told.append)


async def test_without_clips_there_is_no_vote(bench: Bench, tmp_path: Path) -> None:
    async def cut() -> list[bytes]:
        return []

    async with runner(tmp_path) as local:
        assert await local.detect_language(bench.job.id, bench.setup, cut, bench.mine.journal, {}, bench.told.append) == ()


async def test_a_worker_killed_in_mid_chunk_is_replaced_and_only_its_chunks_are_given_out_again(bench: Bench, tmp_path: Path) -> None:
    def kill_first(pid: int) -> None:
        if len(bench.pids) == 3:
            os.kill(pid, signal.SIGKILL)

    bench.on_lease = kill_first
    async with runner(tmp_path) as local:
        await bench.run(local)
    assert await bench.is_whole()
    attempts = await bench.attempts()
    assert 1 <= sum(one.outcome is Outcome.FAILED for one in attempts) <= WINDOWS_IN_FLIGHT
    assert all(one.lease <= 2 for one in attempts)
    assert len(set(bench.pids)) == 2


async def test_a_worker_that_hangs_is_killed_and_replaced(bench: Bench, tmp_path: Path) -> None:
    def freeze(pid: int) -> None:
        # Three are given out at once; the fourth when one is done, so that there is a pace to tell a hang by.
        if len(bench.pids) == 4:
            os.kill(pid, signal.SIGSTOP)

    bench.on_lease = freeze
    async with runner(tmp_path, patience=Patience(first=60.0, least=2.0, times=2.0)) as local:
        await bench.run(local)
    assert await bench.is_whole()
    reasons = [one.reason or "" for one in await bench.attempts() if one.outcome is Outcome.FAILED]
    assert reasons
    assert all("no sign of life" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("die", "ended unexpectedly"),
        ("misplace", "no answer"),
        ("count", "no answer"),
        ("unfinished", "no answer"),
        ("refuse", "could not do its task"),
    ],
)
async def test_a_chunk_that_always_fails_is_given_up_after_three_tries_and_the_rest_goes_on(
    bench: Bench, tmp_path: Path, fault: str, reason: str
) -> None:
    async with runner(tmp_path, sabotaged(fault, "0.1")) as local:
        await bench.run(local)
    results = bench.store.results(bench.job.id)
    (missing,) = await results.missing()
    assert missing.chunk == ChunkKey(0, 1)
    assert missing.failed
    assert reason in (missing.reason or "")
    assert len(await bench.texts()) == 4
    attempts = await bench.attempts()
    assert [one.outcome for one in attempts if one.chunk == ChunkKey(0, 1)] == [Outcome.FAILED] * 3
    # The others were in hand at most once when a worker died of it.
    others = [one for one in attempts if one.chunk != ChunkKey(0, 1)]
    assert all(one.lease <= 2 for one in others)
    # Mended, a retry redoes only that chunk.
    await bench.mine.journal.retry()
    async with runner(tmp_path) as local:
        await bench.run(local)
    assert await bench.is_whole()
    assert len(await bench.attempts()) == len(attempts) + 1


async def test_a_stop_keeps_finished_windows_gives_back_the_rest_and_the_next_run_does_only_that(bench: Bench, tmp_path: Path) -> None:
    stop = asyncio.Event()
    bench.on_window = lambda _: stop.set()
    async with runner(tmp_path) as local:
        await bench.run(local, stop)
        done = await bench.store.results(bench.job.id).windows_done(0)
        assert 1 <= len(done) < 5
        outcomes = [one.outcome for one in await bench.attempts()]
        assert Outcome.LEASED not in outcomes
        assert Outcome.FAILED not in outcomes
        bench.on_window = lambda result: done_again.append(result.index)
        done_again: list[int] = []
        await bench.run(local)
    assert await bench.is_whole()
    assert not set(done_again) & done


async def test_cancelling_ends_the_worker_at_once(bench: Bench, tmp_path: Path) -> None:
    leased = asyncio.Event()
    bench.on_lease = lambda _: leased.set()
    async with runner(tmp_path) as local:
        running = asyncio.ensure_future(bench.run(local))
        await leased.wait()
        running.cancel()
        began = asyncio.get_running_loop().time()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert asyncio.get_running_loop().time() - began < 0.5
    assert len(await bench.texts()) <= 1


async def test_a_stop_starts_no_further_window_of_a_chunk_in_hand(bench: Bench, tmp_path: Path, sample: Path) -> None:
    pcm = pcm_of(sample)
    windows = tuple(window(pcm, i, Span(2.0 * i, 2.0 * i + 2.0)) for i in range(16))
    chunk = Chunk(ChunkKey(1, 0), tuple(one.window for one in windows))
    await bench.mine.journal.part_prepared(PreparedPart(1, Span(0.0, 33.4), False, (), (), (chunk,), b""))
    bench.audio = [ChunkAudio(chunk, windows)]
    stop = asyncio.Event()
    bench.on_window = lambda _: stop.set()
    async with runner(tmp_path, threads=1) as local:
        await bench.run(local, stop)
    done = await bench.store.results(bench.job.id).windows_done(1)
    # A batch of four was under way, and another may have begun before the worker was told.
    assert 4 <= len(done) <= 8
    assert [one.outcome for one in await bench.attempts()] == [Outcome.RELEASED]


async def test_two_worker_processes_share_the_chunks(bench: Bench, tmp_path: Path) -> None:
    async with runner(tmp_path, processes=2, threads=1) as local:
        await bench.run(local)
    assert await bench.is_whole()
    assert len(set(bench.pids)) == 2


async def test_weights_that_are_broken_end_the_run_with_their_sentence(bench: Bench, tmp_path: Path, tiny_en: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (broken / name).write_bytes((tiny_en / name).read_bytes())
    (broken / "model.bin").write_bytes((tiny_en / "model.bin").read_bytes()[:1_000_000])
    bench.model = str(broken)
    async with runner(tmp_path) as local:
        with pytest.raises(ModelBroken, match="damaged"):
            await bench.run(local)
    assert await bench.attempts() == []


async def test_workers_that_never_live_end_the_run(bench: Bench, tmp_path: Path) -> None:
    command = (sys.executable, str(Path(__file__).with_name("stillborn.py")))
    async with runner(tmp_path, command) as local:
        with pytest.raises(WorkersDie, match="smaller model"):
            await bench.run(local)


async def test_where_a_gpu_lacks_a_library_the_processor_does_it_and_that_is_told(bench: Bench, tmp_path: Path) -> None:
    async with runner(tmp_path, with_gpu("lacks", tmp_path / "mended")) as local:
        await bench.run(local)
    assert await bench.is_whole()
    assert Note(bench.job.id, "without_gpu", {"detail": LACKS}) in bench.told
    assert [event.device for event in bench.told if isinstance(event, ModelLoaded)] == ["cpu"]


async def test_another_process_takes_the_place_of_one_whose_gpu_breaks(bench: Bench, tmp_path: Path) -> None:
    async with runner(tmp_path, with_gpu("breaks", tmp_path / "broke")) as local:
        await bench.run(local)
    assert await bench.is_whole()
    assert [event.device for event in bench.told if isinstance(event, ModelLoaded)] == ["cuda:0"] * 2
    assert len(set(bench.pids)) == 2


async def test_a_gpu_that_stays_full_ends_the_run_and_the_next_does_what_is_left(bench: Bench, tmp_path: Path) -> None:
    command = with_gpu("full", tmp_path / "room")
    async with runner(tmp_path, command, threads=1) as local:
        with pytest.raises(OutOfMemory):
            await bench.run(local)
        done = len(await bench.texts())
        assert 1 <= done < 5
        assert not any(one.failed for one in await bench.store.results(bench.job.id).missing())
        (tmp_path / "room").touch()
        await bench.run(local)
    assert await bench.is_whole()


async def test_who_waits_for_the_engine_is_told(bench: Bench, tmp_path: Path) -> None:
    @asynccontextmanager
    async def busy(waiting: Callable[[], None]) -> AsyncIterator[None]:
        waiting()
        yield

    local = LocalRunner(LocalSetup(WORKER, str(tmp_path / "models")), busy)
    try:
        await bench.run(local)
    finally:
        await local.close()
    assert Note(bench.job.id, "engine_busy", {}) in bench.told


async def test_several_chunks_that_kill_their_worker_are_each_given_up_and_the_rest_goes_on(bench: Bench, tmp_path: Path) -> None:
    async with runner(tmp_path, sabotaged("die", "0.0,0.2")) as local:
        await bench.run(local)
    missing = await bench.store.results(bench.job.id).missing()
    assert [(one.chunk, one.failed) for one in missing] == [(ChunkKey(0, 0), True), (ChunkKey(0, 2), True)]
    assert len(await bench.texts()) == 3


async def test_a_stop_is_followed_while_another_program_has_the_engine(bench: Bench, tmp_path: Path) -> None:
    @asynccontextmanager
    async def never(waiting: Callable[[], None]) -> AsyncIterator[None]:
        waiting()
        await asyncio.Event().wait()
        yield

    local, stop = LocalRunner(LocalSetup(WORKER, str(tmp_path / "models")), never), asyncio.Event()
    running = asyncio.ensure_future(bench.run(local, stop))
    await asyncio.sleep(0)
    stop.set()
    async with asyncio.timeout(5):
        await running
    assert await bench.attempts() == []


async def test_silence_over_other_requests_does_not_make_chunks_impatient(bench: Bench, tmp_path: Path) -> None:
    """Loading answers within a second here, which must not become the measure for a first batch that takes longer."""
    async with runner(tmp_path, patience=Patience(first=60.0, least=0.05, times=1000.0)) as local:
        await bench.run(local)
    assert await bench.is_whole()
    assert [one.outcome for one in await bench.attempts()] == [Outcome.DONE] * 5
