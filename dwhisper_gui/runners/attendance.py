"""Whether there is a worker at all for what was given out, and what the user is told of it."""

import asyncio
from collections.abc import Collection
from pathlib import PurePath

from dwhisper_worker.contract import VERSION
from dwhisper_worker.tasks import GONE_SECONDS

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
        self._sure_from = float("inf")
        """Before, those that are not there may have had no server to show themselves on: it, or this computer, was away."""
        self._told = ""

    async def look(self, wrong_key: Collection[str] = (), *, moved: bool = False) -> None:
        """Looks, unless it has done so just now; `wrong_key` are the workers that are of no use. Where the work has `moved` although the
        user was told that nobody is there, it looks at any rate: a quick worker may be done before it would look again. Raises
        `ServerError`."""
        now = asyncio.get_running_loop().time()
        if now - self._looked < LOOK_SECONDS and not (moved and self._told):
            return
        if now - self._looked > 2 * LOOK_SECONDS:
            self._sure_from = now + GONE_SECONDS
        self._looked = now
        workers = await seen_workers(self._server)
        serving = [worker for worker in workers if worker.serves(self._pool, self._engine, self._model)]
        missed = [worker for worker in workers if worker.is_missed(self._pool, self._engine, self._model)]
        wanted = {"pool": self._pool, "engine": self._engine, "model": self._model}
        there = [one.told for one in workers if one.told is not None and one.is_there and one.told.pool == self._pool]
        strangers = {told.host for told in there if told.contract != VERSION}
        others = {told.model for told in there if told.contract == VERSION}
        if any(worker.name not in wrong_key for worker in serving):
            if self._told:
                self._tell(Note(self._job, "worker_came", {"pool": self._pool}))
            self._told = ""
        elif serving:
            self._say("wrong_keys", {"pool": self._pool, "hosts": ", ".join(sorted({one.told.host for one in serving if one.told}))})
        elif strangers:
            self._say("other_versions", {"pool": self._pool, "hosts": ", ".join(sorted(strangers))})
        elif others:
            self._say("other_workers", wanted | {"models": ", ".join(sorted(others))})
        elif not missed:
            self._say("no_workers", wanted)
        elif now > self._sure_from:
            self._say("workers_lost", wanted | {"workers": ", ".join(sorted(worker.name for worker in missed))})

    def _say(self, code: str, fields: dict[str, str]) -> None:
        if self._told != code:
            self._told = code
            self._tell(Note(self._job, code, fields))
