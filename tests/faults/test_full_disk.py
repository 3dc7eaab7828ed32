"""The server's disk is full for a while."""

import asyncio

import pytest

from dwhisper_gui.core.events import ChunkDone, Note
from dwhisper_gui.core.notes import sentence
from tests.conductor_server import serving
from tests.disks import fill, small_disk
from tests.faults.conftest import define_quick
from tests.faults.trial import Trial, noted, told


@pytest.mark.faults
async def test_a_server_without_room_is_waited_for_until_there_is_some(trial: Trial) -> None:
    with small_disk(trial.folder / "disk", "64m") as disk, serving(disk) as server:
        await define_quick(server)
        trial.server = server
        async with trial.desk() as at:
            job = await at.add()
            working = asyncio.ensure_future(at.work(job))
            with trial.worker() as one:
                await told(at, ChunkDone)
                ballast = fill(disk)
                await noted(at, "server_away")
                (note,) = [event for event in at.told if isinstance(event, Note) and event.code == "server_away"]
                assert "no room left on its disk" in sentence(note)
                await asyncio.to_thread(one.says, "does not answer")
                ballast.unlink()
                await working
            await trial.agree(at, job)
