"""kill -9 in the middle of writing: every acknowledged write is there, and nothing is half there."""

import asyncio
import random
from pathlib import Path

import pytest

from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.jobs.ownership import own
from dwhisper_gui.jobs.store import Store
from tests.jobs.makers import add_job, line, other_program, part, result

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("seed", range(4))
async def test_what_was_acknowledged_survives_the_writers_death(tmp_path: Path, seed: int) -> None:
    async with await Store.open(tmp_path) as store:
        job = await add_job(store)
        with other_program("write", tmp_path, job.id) as other:
            said = [await asyncio.to_thread(line, other.stdout) for _ in range(random.Random(seed).randint(20, 200))]
            other.kill()
            while more := await asyncio.to_thread(line, other.stdout):
                said.append(more)
        acknowledged = {(int(index), int(window)) for index, window in map(str.split, said)}
        reads = store.results(job.id)
        mine = await own(store, job.id)
        assert mine is not None
        with mine:
            done = {(index, window) for index in await reads.prepared_parts() for window in await reads.windows_done(index)}
            assert acknowledged <= done
            assert len(done - acknowledged) <= 1, "the one it had no time to speak of"
            for index in await reads.prepared_parts():
                assert await reads.part(index) == part(index, 4, 5)
            assert [answer async for _, answer in reads.windows()] == [result(window, 40) for _, window in sorted(done)]
            last = max(done)
            assert not await mine.journal.window_done(ChunkKey(last[0], last[1] // 5), result(last[1]))
        check = await store.database.read(lambda connection: connection.execute("PRAGMA integrity_check").fetchall())
        assert check == [("ok",)]
