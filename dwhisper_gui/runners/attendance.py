"""Whether there is a worker at all for what was given out, and what the user is told of it."""

import asyncio
from pathlib import PurePath

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.workers import seen_workers
from dwhisper_gui.core.events import Note
from dwhisper_gui.runners.runner import EngineSetup, Tell

LOOK_SECONDS = 10.0


class Attendance:
    """Of one job. That there is no worker is told once, and once that one has come."""

    def __init__(self, server: Conductor, pool: str, setup: EngineSetup, job: str, tell: Tell) -> None:
        self._server = server
        self._pool = pool
        self._engine = setup.engine
        self._model = PurePath(setup.model).name
        self._job = job
        self._tell = tell
        self._looked = float("-inf")
        self._told = False

    async def look(self) -> None:
        """Looks, unless it has done so just now. Raises `ServerError`."""
        now = asyncio.get_running_loop().time()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        workers = await seen_workers(self._server)
        there = any(worker.serves(self._pool, self._engine, self._model) for worker in workers)
        if there and self._told:
            self._tell(Note(self._job, "worker_came", {"pool": self._pool}))
        elif not there and not self._told:
            wanted = {"pool": self._pool, "engine": self._engine, "model": self._model}
            others = {one.told.model for one in workers if one.told is not None and one.is_there and one.told.pool == self._pool}
            if others:
                self._tell(Note(self._job, "other_workers", wanted | {"models": ", ".join(sorted(others))}))
            else:
                self._tell(Note(self._job, "no_workers", wanted))
        self._told = not there
