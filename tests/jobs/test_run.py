"""Parts of one job that are prepared side by side."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dwhisper_gui.core.events import PartPrepared, Progress
from dwhisper_gui.core.job import JobState
from dwhisper_gui.core.journal import Journal
from dwhisper_gui.core.plan import Edge
from dwhisper_gui.jobs import run
from dwhisper_gui.runners.runner import Prepare, Task, Tell
from tests.commands.conftest import repeated
from tests.jobs.bench import QuickRunner, quick_bench

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def longer(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two parts of speech."""
    return repeated(sample, 6, tmp_path_factory.mktemp("media") / "talk.mp4")


@dataclass
class Impatient(QuickRunner):
    """Gives up the first part while the edge between it and the next is sought for both; then asks for it again."""

    sought: asyncio.Event = field(default_factory=asyncio.Event)
    found: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, task: Task, prepare: Prepare, journal: Journal, stop: asyncio.Event, tell: Tell) -> None:
        given_up, other = (asyncio.ensure_future(anext(prepare(part))) for part in task.parts)
        await self.sought.wait()
        given_up.cancel()
        await asyncio.wait({given_up})
        self.found.set()
        assert (await other).chunk.key.part == task.parts[1]
        await super().run(task, prepare, journal, stop, tell)


async def test_a_part_that_is_given_up_takes_no_edge_from_its_neighbour_nor_from_itself(
    tmp_path: Path, longer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = Impatient()

    async def find_edge(*_: object) -> Edge:
        runner.sought.set()
        await runner.found.wait()
        return Edge(60.0, in_speech=False)

    monkeypatch.setattr(run, "find_edge", find_edge)
    async with quick_bench(tmp_path, longer, runner) as at, asyncio.timeout(60):
        await at.work(await at.add())
        assert at.ended[-1].state is JobState.DONE


@dataclass
class Eager(QuickRunner):
    """Has all parts prepared before any of their chunks is done."""

    async def run(self, task: Task, prepare: Prepare, journal: Journal, stop: asyncio.Event, tell: Tell) -> None:
        chunks: Mapping[int, list[object]] = {part: [audio async for audio in prepare(part)] for part in task.parts}
        assert all(chunks.values())
        await super().run(task, prepare, journal, stop, tell)


async def test_what_is_silent_counts_once_its_part_is_under_way(tmp_path: Path, longer: Path) -> None:
    async with quick_bench(tmp_path, longer, Eager()) as at:
        await at.work(await at.add())
        prepared = max(place for place, event in enumerate(at.told) if isinstance(event, PartPrepared))
        before = [event.done_seconds for event in at.told[: prepared + 2] if isinstance(event, Progress)]
        after = [event.done_seconds for event in at.told if isinstance(event, Progress)]
        assert set(before) == {0.0}
        assert after == sorted(after)
        assert after[-1] == pytest.approx(at.told[-1].transcript.duration, abs=0.01)  # type: ignore[attr-defined] - it is a JobEnded
