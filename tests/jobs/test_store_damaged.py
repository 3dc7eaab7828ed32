"""The store's file damaged in all ways: it opens and works or says what is wrong with it, and nobody begins it anew."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dwhisper_gui.core.errors import StoreTooNew, StoreUnusable
from dwhisper_gui.core.job import JobState
from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.jobs.database import FILE_NAME
from dwhisper_gui.jobs.ownership import own
from dwhisper_gui.jobs.store import Store
from tests.jobs.makers import FIGURES, add_job, part, result

EXAMPLES = os.environ.get("DWHISPER_EXAMPLES")
"""How many to try, other ones each time; by default some, always the same."""


@dataclass(frozen=True)
class Damage:
    """Other bytes at a place, or (None) nothing from there on. Places go around."""

    at: int
    new: bytes | None

    def done_to(self, content: bytes) -> bytes:
        at = self.at % max(1, len(content))
        return content[:at] if self.new is None else content[:at] + self.new + content[at + len(self.new) :]


places = st.integers(0, 200) | st.integers(0, 1 << 20)
damages = st.builds(Damage, places, st.binary(min_size=1, max_size=8) | st.sampled_from([bytes(4096), b"\xff" * 4096]) | st.none())


async def filled(folder: Path) -> bytes:
    """A store in which there is something of everything."""
    async with await Store.open(folder) as store:
        for _ in range(2):
            job = await add_job(store)
            mine = await own(store, job.id)
            assert mine is not None
            with mine:
                await mine.journal.remember("medium", "{}")
                for index in range(2):
                    await mine.journal.part_prepared(part(index))
                    lease = await mine.journal.leased(ChunkKey(index, 0), "worker", "here")
                    for window in range(2):
                        await mine.journal.window_done(ChunkKey(index, 0), result(window))
                    await mine.journal.result(ChunkKey(index, 0), lease, FIGURES)
                await mine.journal.set_state(JobState.INCOMPLETE)
    return (folder / FILE_NAME).read_bytes()


async def use(store: Store) -> None:
    """As programs do."""
    await store.progress()
    for job in await store.jobs():
        results = store.results(job.id)
        for index in await results.prepared_parts():
            await results.part(index)
            await results.chunk_states(index)
            await results.windows_done(index)
        await results.edges()
        await results.missing()
        await results.attempts()
        await results.sure_speech()
        _ = [pair async for pair in results.windows()]
        mine = await own(store, job.id)
        assert mine is not None
        with mine:
            await mine.journal.part_prepared(part(5))
            await mine.journal.leased(ChunkKey(5, 0), "worker", "here")
            await mine.journal.window_done(ChunkKey(5, 0), result(0))
            await mine.journal.set_state(JobState.DONE)
    await add_job(store)


@pytest.mark.integration
def test_whatever_is_in_the_file_it_is_used_or_told(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        (tmp_path / "whole").mkdir()
        whole = runner.run(filled(tmp_path / "whole"))

        @settings(max_examples=int(EXAMPLES or 600), derandomize=not EXAMPLES, database=None)
        @given(st.lists(damages, min_size=1, max_size=6))
        def check(done: list[Damage]) -> None:
            content = whole
            for damage in done:
                content = damage.done_to(content)
            folder = Path(tempfile.mkdtemp(dir=tmp_path))
            (folder / FILE_NAME).write_bytes(content)
            try:
                store = runner.run(Store.open(folder))
            except (StoreUnusable, StoreTooNew):
                assert (folder / FILE_NAME).read_bytes() == content
            else:
                try:
                    with contextlib.suppress(StoreUnusable):
                        runner.run(use(store))
                finally:
                    runner.run(store.close())
            shutil.rmtree(folder)

        check()
