"""The port seen from outside: a runner that is pulled from, with all that many machines bring, gives what the local one gives."""

import asyncio
import os
import wave
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from dwhisper_worker.contract import BYTES_PER_SECOND, SAMPLE_RATE, Span, Word

from dwhisper_gui.core.events import ChunkDone, Event, JobEnded, PartPrepared, Progress, StateChanged, WindowDone
from dwhisper_gui.core.job import Job, JobState, Options, Output, Wish
from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.jobs.records import Outcome
from dwhisper_gui.jobs.service import Queue
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.runners.local import LocalRunner, LocalSetup
from dwhisper_gui.runners.runner import Runner
from dwhisper_gui.workers.child import worker_command
from dwhisper_gui.workers.standing import StandingWorker
from tests.jobs.bench import only
from tests.runners.pulling import PullRunner
from tests.worker.audio import pcm_of

pytestmark = pytest.mark.integration

SECONDS = 1900
"""Five parts: their edges are near 60, 660, 1260 and 1860 s."""
ORDER = (0, 3, 2, 3, 4, 1)
SPOKEN = (Span(0.0, 7.2), Span(22.6, 29.6), Span(10.4, 16.9), Span(29.6, 33.4))
PLACES = (10, 30, 100, 130, 160, 190, 220, 1257, 1300, 1500, 1870)
"""Where somebody speaks: part 2 is nearly silent, and one sentence lies across an edge."""


@pytest.fixture
def medium(tmp_path: Path, sample: Path) -> Iterator[Path]:
    """Half an hour of silence in which a sentence is spoken now and then."""
    pcm = pcm_of(sample)
    sound = bytearray(SECONDS * BYTES_PER_SECOND)
    for i, place in enumerate(PLACES):
        begin, end = (2 * round(at * SAMPLE_RATE) for at in (SPOKEN[i % 4].start, SPOKEN[i % 4].end))
        sound[place * BYTES_PER_SECOND : place * BYTES_PER_SECOND + end - begin] = pcm[begin:end]
    path = tmp_path / "talk.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes(sound)
    yield path
    path.unlink()  # 61 MB, which pytest would keep


@dataclass
class Bench:
    """A queue on a store of its own, and what it tells."""

    store: Store
    queue: Queue
    subtitles: Path
    told: list[Event] = field(default_factory=list)
    on_event: Callable[[Event], None] = lambda _: None

    def tell(self, event: Event) -> None:
        self.told.append(event)
        self.on_event(event)

    async def add(self, medium: Path, model: Path, language: str = "auto") -> Job:
        output = Output(("srt",), os.fsencode(self.subtitles))
        return await self.queue.add(os.fsencode(medium), Options(str(model), language=language), output)

    async def work(self, job: Job, stop: asyncio.Event | None = None) -> None:
        async with asyncio.timeout(120):
            await self.queue.work([job.id], stop or asyncio.Event())

    @property
    def transcript(self) -> Transcript:
        ended = self.told[-1]
        assert isinstance(ended, JobEnded)
        assert ended.state is JobState.DONE, ended.error
        assert ended.transcript is not None
        return ended.transcript

    async def outcomes(self, job: Job) -> dict[ChunkKey, list[tuple[int, Outcome]]]:
        found: dict[ChunkKey, list[tuple[int, Outcome]]] = {}
        for attempt in await self.store.results(job.id).attempts():
            found.setdefault(attempt.chunk, []).append((attempt.lease, attempt.outcome))
        return found


@asynccontextmanager
async def bench(folder: Path, runner: Runner) -> AsyncIterator[Bench]:
    (folder / "subtitles").mkdir(parents=True)
    ears = StandingWorker("ears", worker_command(()))
    async with await Store.open(folder / "data") as store:
        made = Bench(store, Queue(store, ears, await only(runner), lambda event: made.tell(event)), folder / "subtitles")
        try:
            yield made
        finally:
            await runner.close()
            await ears.close()


@asynccontextmanager
async def admitted(_: Callable[[], None]) -> AsyncIterator[None]:
    yield


def words(transcript: Transcript) -> list[Word]:
    return [word for segment in transcript.segments for word in segment.words]


def timed(transcript: Transcript) -> list[tuple[float, float, str]]:
    return [(word.start, word.end, word.text) for word in words(transcript)]


@pytest.mark.slow
async def test_pulled_out_of_order_twice_and_late_gives_what_the_local_runner_gives(tmp_path: Path, medium: Path, tiny_en: Path) -> None:
    lost = ChunkKey(1, 0)
    pulled = PullRunner(str(tmp_path / "models"), ORDER, pullers=2, lose=lost)
    async with bench(tmp_path / "pulled", pulled) as at:
        job = await at.add(medium, tiny_en, "en")
        await at.work(job)
        transcript, outcomes = at.transcript, await at.outcomes(job)
        workers = {attempt.worker for attempt in await at.store.results(job.id).attempts()}
        results = [(span, result.index) async for span, result in at.store.results(job.id).windows()]
    (server,) = pulled.servers
    assert tuple(server.given) == ORDER
    assert workers == {"puller-1", "puller-2"}
    # What was delivered again, or late, changed nothing and was not told.
    assert len(server.repeats) > len(PLACES)
    assert not any(server.repeats)
    assert outcomes.pop(lost) == [(1, Outcome.FAILED), (2, Outcome.DONE)]
    assert all(tries == [(1, Outcome.DONE)] for tries in outcomes.values())
    done = Counter(event.chunk for event in at.told if isinstance(event, ChunkDone))
    assert done == Counter([lost, *outcomes])
    windows = Counter((event.chunk.part, event.result.index) for event in at.told if isinstance(event, WindowDone))
    assert set(windows.values()) == {1}
    assert len(windows) == len(set(results)) == len(results) >= len(PLACES) - 1
    assert {event.part.index for event in at.told if isinstance(event, PartPrepared)} == set(ORDER)
    progress = [event for event in at.told if isinstance(event, Progress)]
    assert progress[-1].done_seconds == pytest.approx(progress[-1].total_seconds, abs=0.01)

    local = LocalRunner(LocalSetup(worker_command(()), str(tmp_path / "models")), admitted)
    async with bench(tmp_path / "local", local) as other:
        await other.work(await other.add(medium, tiny_en, "en"))
        expected = other.transcript
    assert len(words(expected)) > 100
    assert timed(transcript) == timed(expected)
    # Sums of floats depend on the batch in their last digits.
    assert [word.probability for word in words(transcript)] == pytest.approx([word.probability for word in words(expected)], abs=1e-3)
    assert (transcript.language, transcript.missing, transcript.unheard) == (expected.language, (), expected.unheard)
    (ours,), (theirs,) = (sorted(one.subtitles.iterdir()) for one in (at, other))
    assert (ours.name, ours.read_bytes()) == (theirs.name, theirs.read_bytes())


async def test_a_pulled_job_is_paused_with_nothing_leased_and_goes_on_with_the_rest(tmp_path: Path, sample: Path, tiny_en: Path) -> None:
    pulled = PullRunner(str(tmp_path / "models"), (0,), pullers=1)
    async with bench(tmp_path, pulled) as at:
        job = await at.add(sample, tiny_en)
        pausing: list[asyncio.Task[None]] = []
        stop = asyncio.Event()

        def watch(event: Event) -> None:
            if isinstance(event, WindowDone) and not pausing:
                pausing.append(asyncio.ensure_future(at.store.set_wish(job.id, Wish.PAUSE)))
            if isinstance(event, StateChanged) and event.state is JobState.PAUSED:
                stop.set()

        at.on_event = watch
        await at.work(job, stop)
        await asyncio.gather(*pausing)
        tried = [outcome for tries in (await at.outcomes(job)).values() for _, outcome in tries]
        assert set(tried) <= {Outcome.DONE, Outcome.RELEASED}
        assert Outcome.DONE in tried
        await at.store.set_wish(job.id, Wish.RUN)
        at.on_event = lambda _: None
        await at.work(job)
        windows = Counter((event.chunk.part, event.result.index) for event in at.told if isinstance(event, WindowDone))
        assert set(windows.values()) == {1}
        assert len(windows) >= 2
        assert all(tries[-1] == (1, Outcome.DONE) for tries in (await at.outcomes(job)).values())
        assert "Dashwood" in "".join(word.text for word in words(at.transcript))
        assert "himself" in "".join(word.text for word in words(at.transcript))
