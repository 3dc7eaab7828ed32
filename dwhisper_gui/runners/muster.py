"""How many workers serve a pool, and how quick they are: what the size of chunks follows from."""

import asyncio
import logging
import time
from collections.abc import Sequence
from pathlib import PurePath
from statistics import median

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.workers import seen_workers
from dwhisper_gui.core.plan import Fleet
from dwhisper_gui.core.server_errors import ServerError
from dwhisper_gui.runners.runner import EngineSetup

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
"""Workers show themselves every ten."""
AWAY_SECONDS = 30.0
"""A server that is away is asked less often: each part would wait until its connection has timed out."""
MOST_TIMES_SLOWEST = 4
"""Any worker may be given any chunk: with some that are far slower than others, chunks are not made for the quick ones alone."""


class Muster:
    """Of one pool. What was seen a moment ago, or last before the server was away, is good enough."""

    def __init__(self, server: Conductor, pool: str) -> None:
        self._server = server
        self._pool = pool
        self._seen = Fleet()
        self._of: EngineSetup | None = None
        self._good_until = 0.0
        self._looking = asyncio.Lock()

    async def fleet(self, setup: EngineSetup) -> Fleet:
        """The workers that take a job's chunks. A worker that has done nothing yet is taken for as quick as the others."""
        async with self._looking:
            return await self._fleet(setup)

    async def _fleet(self, setup: EngineSetup) -> Fleet:
        if setup == self._of and time.monotonic() < self._good_until:
            return self._seen
        if setup != self._of:
            self._of, self._seen = setup, Fleet()
        wait = LOOK_SECONDS
        try:
            workers = await seen_workers(self._server)
        except ServerError:
            log.warning("how many workers there are could not be seen", exc_info=True)
            wait = AWAY_SECONDS
        else:
            model = PurePath(setup.model).name
            self._seen = of_speeds([one.told.speed for one in workers if one.told and one.serves(self._pool, setup.engine, model)])
        self._good_until = time.monotonic() + wait
        return self._seen


def of_speeds(speeds: Sequence[float]) -> Fleet:
    """The fleet of workers that are so quick, 0 where that is not known."""
    known = sorted(speed for speed in speeds if speed > 0)
    speed = min(median(known), MOST_TIMES_SLOWEST * known[0]) if known else 0.0
    return Fleet(max(1, len(speeds)), speed)
