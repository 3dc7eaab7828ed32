"""How many workers serve a pool, and how quick they are: what the size of chunks follows from."""

import asyncio
import logging
import time
from collections.abc import Sequence
from statistics import median

from dwhisper_worker.tasks import Serving

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.workers import seen_workers
from dwhisper_gui.core.plan import Fleet
from dwhisper_gui.core.server_errors import ServerError

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
"""Workers show themselves every ten."""
AWAY_SECONDS = 30.0
"""A server that is away is asked less often: each part would wait until its connection has timed out."""
MOST_TIMES_SLOWEST = 4
"""Any worker may be given any chunk: with some that are far slower than others, chunks are not made for the quick ones alone."""


class Muster:
    """What was seen a moment ago, or last before the server was away, is good enough."""

    def __init__(self, server: Conductor) -> None:
        self._server = server
        self._seen = Fleet()
        self._of: Serving | None = None
        self._good_until = 0.0
        self._looking = asyncio.Lock()

    async def fleet(self, wanted: Serving) -> Fleet:
        """The workers that take a job's chunks. A worker that has done nothing yet is taken for as quick as the others."""
        async with self._looking:
            return await self._fleet(wanted)

    async def _fleet(self, wanted: Serving) -> Fleet:
        if wanted == self._of and time.monotonic() < self._good_until:
            return self._seen
        if wanted != self._of:
            self._of, self._seen = wanted, Fleet()
        wait = LOOK_SECONDS
        try:
            workers = await seen_workers(self._server)
        except ServerError:
            log.warning("how many workers there are could not be seen", exc_info=True)
            wait = AWAY_SECONDS
        else:
            self._seen = of_speeds([one.told.speed for one in workers if one.told and one.serves(wanted)])
        self._good_until = time.monotonic() + wait
        return self._seen


def of_speeds(speeds: Sequence[float]) -> Fleet:
    """The fleet of workers that are so quick, 0 where that is not known."""
    known = sorted(speed for speed in speeds if speed > 0)
    speed = min(median(known), MOST_TIMES_SLOWEST * known[0]) if known else 0.0
    return Fleet(max(1, len(speeds)), speed)
