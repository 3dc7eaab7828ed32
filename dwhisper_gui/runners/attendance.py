"""Whether there is a worker at all for what was given out, and what the user is told of it."""

import asyncio
from dataclasses import replace

from dwhisper_worker.contract import VERSION
from dwhisper_worker.tasks import GONE_SECONDS, Serving

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.workers import seen_workers
from dwhisper_gui.core.events import Note
from dwhisper_gui.runners.runner import Tell

LOOK_SECONDS = 10.0


class Attendance:
    """Of one job. That there is no worker is told once, and once that one has come."""

    def __init__(self, server: Conductor, wanted: Serving, job: str, tell: Tell) -> None:
        self._server = server
        self._wanted = wanted
        self._job = job
        self._tell = tell
        self._looked = float("-inf")
        self._sure_from = float("inf")
        """Before, those that are not there may have had no server to show themselves on: it, or this computer, was away."""
        self._told = ""

    async def look(self, *, moved: bool = False) -> None:
        """Looks, unless it has done so just now. Where the work has `moved` although the user was told that nobody is there, it looks at
        any rate: a quick worker may be done before it would look again. Raises `ServerError`."""
        now = asyncio.get_running_loop().time()
        if now - self._looked < LOOK_SECONDS and not (moved and self._told):
            return
        if now - self._looked > 2 * LOOK_SECONDS:
            self._sure_from = now + GONE_SECONDS
        self._looked = now
        workers = await seen_workers(self._server)
        wanted, pool = self._wanted, {"pool": self._wanted.pool}
        both = pool | {"engine": wanted.engine, "model": wanted.model}
        there = [one.told for one in workers if one.told is not None and one.is_there and one.told.serving.pool == wanted.pool]
        strangers = {told.host for told in there if told.contract != VERSION}
        ours = [told for told in there if told.contract == VERSION]
        locked_out = {told.host for told in ours if replace(told.serving, key=wanted.key) == wanted}
        others = {told.serving.model for told in ours}
        missed = [worker.name for worker in workers if worker.is_missed(wanted)]
        if any(worker.serves(wanted) for worker in workers):
            if self._told:
                self._tell(Note(self._job, "worker_came", pool))
            self._told = ""
        elif locked_out:
            self._say("wrong_keys", pool | {"hosts": ", ".join(sorted(locked_out))})
        elif strangers:
            self._say("other_versions", pool | {"hosts": ", ".join(sorted(strangers))})
        elif others:
            self._say("other_workers", both | {"models": ", ".join(sorted(others))})
        elif not missed:
            self._say("no_workers", both)
        elif now > self._sure_from:
            self._say("workers_lost", both | {"workers": ", ".join(sorted(missed))})

    def _say(self, code: str, fields: dict[str, str]) -> None:
        if self._told != code:
            self._told = code
            self._tell(Note(self._job, code, fields))
