"""A queue on a store of its own with a medium to be worked on, and a runner that needs no model."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

from dwhisper_worker.contract import Segment, Window, WindowResult, Word

from dwhisper_gui.core.errors import DWhisperError
from dwhisper_gui.core.events import Event, JobEnded, Note, PartPrepared
from dwhisper_gui.core.job import Job, JobState, Options, Output
from dwhisper_gui.core.journal import Journal
from dwhisper_gui.jobs.service import Queue
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.runners.chosen import Runners
from dwhisper_gui.runners.runner import ChunkAudio, CutClips, EngineSetup, Prepare, Runner, Task, Tell
from dwhisper_gui.workers.child import worker_command
from dwhisper_gui.workers.standing import StandingWorker
from tests.jobs.makers import FIGURES


@dataclass
class Bench:
    """A queue, what it tells, and a medium of its own to be worked on."""

    store: Store
    queue: Queue
    medium: Path
    options: Options
    told: list[Event] = field(default_factory=list)
    on_event: Callable[[Event], None] = lambda _: None

    def tell(self, event: Event) -> None:
        self.told.append(event)
        self.on_event(event)

    async def add(self, output: Output = Output(("srt", "json")), *, fresh: bool = False, **changes: object) -> Job:  # noqa: B008 - it is frozen
        options = Options(**{**{name: getattr(self.options, name) for name in ("model", "language")}, **changes})  # type: ignore[arg-type]
        return await self.queue.add(os.fsencode(self.medium), options, output, fresh=fresh)

    async def work(self, *jobs: Job, stop: asyncio.Event | None = None) -> None:
        await self.queue.work([job.id for job in jobs], stop or asyncio.Event())

    @property
    def ended(self) -> list[JobEnded]:
        return [event for event in self.told if isinstance(event, JobEnded)]

    async def is_paused(self, job: Job) -> bool:
        return (await self.store.find_job(job.id)).state is JobState.PAUSED

    def notes(self) -> set[str]:
        return {event.code for event in self.told if isinstance(event, Note)}


@asynccontextmanager
async def bench(folder: Path, recording: Path, model: str, runner: Callable[[Store], Runner | Runners]) -> AsyncIterator[Bench]:
    """With a copy of the recording; the store is in the same folder."""
    medium = folder / f"talk{recording.suffix}"
    if not medium.exists():
        shutil.copy(recording, medium)
    ears = StandingWorker("ears", worker_command(()))
    async with await Store.open(folder / "data") as store:
        works = runner(store)
        runners = works if isinstance(works, Runners) else await only(works)
        made = Bench(store, Queue(store, ears, runners, lambda event: made.tell(event)), medium, Options(model, language="en"))
        try:
            yield made
        finally:
            await works.close()
            await ears.close()


async def only(runner: Runner) -> Runners:
    """The runner that every job gets."""

    async def make() -> Runner:
        return runner

    runners = Runners({"only": make}, "only")
    await runners.ready()
    return runners


@dataclass
class QuickRunner:
    """Implements `Runner`: a word a second is said in every window. Jobs in `held` are leased a chunk and no more until they are to
    stop, those in `deaf` not even then. `after` is called after each chunk. It begins with the part `first`. With `outlives` jobs go on
    without the program; `trouble` is why nothing can be withdrawn."""

    shares: tuple[dict[str, float], ...] = ({"en": 1.0},)
    held: set[str] = field(default_factory=set)
    deaf: set[str] = field(default_factory=set)
    after: Callable[[ChunkAudio], object] = lambda _: None
    first: int = 0
    votes: list[int] = field(default_factory=list)
    """Of how many clips each."""
    expected: list[EngineSetup] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    outlives: bool = False
    trouble: DWhisperError | None = None

    def expect(self, setup: EngineSetup) -> None:
        self.expected.append(setup)

    async def fleet(self, setup: EngineSetup) -> None:
        """See `Runner`."""

    async def detect_language(
        self, job: str, setup: EngineSetup, cut: CutClips, journal: Journal, memory: Mapping[str, str], tell: Tell
    ) -> tuple[dict[str, float], ...]:
        self.votes.append(len(await cut()))
        return tuple(islice(cycle(self.shares), self.votes[-1]))

    async def run(self, task: Task, prepare: Prepare, journal: Journal, stop: asyncio.Event, tell: Tell) -> None:
        for part in sorted(task.parts, key=lambda index: (index != self.first, index)):
            if stop.is_set():
                return
            await self._part(task.job, [audio async for audio in prepare(part)], journal, stop)

    def goes_on(self, memory: Mapping[str, str]) -> bool:
        return self.outlives

    async def withdraw(self, job: str, memory: Mapping[str, str]) -> None:
        self.withdrawn.append(job)
        if self.trouble is not None:
            raise self.trouble

    async def finish(self, job: str, memory: Mapping[str, str]) -> None:
        pass

    async def close(self) -> None:
        pass

    async def _part(self, job: str, chunks: Sequence[ChunkAudio], journal: Journal, stop: asyncio.Event) -> None:
        for audio in chunks:
            if stop.is_set():
                return
            key = audio.chunk.key
            lease = await journal.leased(key, "quick", "here")
            if job in self.deaf:
                await asyncio.Event().wait()
            if job in self.held:
                await stop.wait()
                await journal.released(key, lease, "stopped")
                return
            for one in audio.windows:
                await journal.window_done(key, _said(one.window))
            await journal.result(key, lease, FIGURES)
            self.after(audio)


def _said(window: Window) -> WindowResult:
    words = tuple(Word(float(at), at + 0.9, " word", 0.9) for at in range(int(window.start) + 1, int(window.end)))
    text = " word" * len(words)
    segments = (Segment(words[0].start, words[-1].end, text, words, -0.2, 0.01, 1.2, 0.0),) if words else ()
    return WindowResult(window.index, segments, 1, False, ())


def quick_bench(folder: Path, recording: Path, runner: QuickRunner) -> AbstractAsyncContextManager[Bench]:
    """Without a model."""
    return bench(folder, recording, "tiny", lambda _: runner)


async def begun(at: Bench, runner: QuickRunner) -> Job:
    """A job that was stopped once a part was prepared, before anything of it was done."""
    job, stop = await at.add(), asyncio.Event()
    runner.held.add(job.id)
    at.on_event = lambda event: stop.set() if isinstance(event, PartPrepared) else None
    await at.work(job, stop=stop)
    at.on_event = lambda _: None
    runner.held.clear()
    return job
