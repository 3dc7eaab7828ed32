"""Signs of life: what a server is told, and asked, about what a worker holds."""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import Executor, wait
from typing import TYPE_CHECKING

from dwhisper_worker.held import Held

if TYPE_CHECKING:
    from dwhisper_worker.server import Server

log = logging.getLogger(__name__)

_STILL_OURS_SECONDS = 2.0


class Signs:
    """Renews leases before they end, and lets go of what is no longer ours."""

    def __init__(self, server: "Server", calls: Executor) -> None:
        self._server = server
        self._calls = calls
        self._asked = time.monotonic()

    def give(self, held: Sequence[Held]) -> None:
        """Renews the leases for which it is time, and asks now and then whether those that got on are still ours. None goes without since
        the server can't do with another: only when all were tried is the first trouble raised. Raises `ServerTrouble`."""
        now = time.monotonic()
        late = [one for one in held if now - one.beaten > one.lease.response_seconds / 3]
        further: list[Held] = []
        if now - self._asked > _STILL_OURS_SECONDS:
            self._asked = now
            further = [one for one in held if one.windows_done > one.windows_told and one not in late]
        calls = [self._calls.submit(self._extend, one) for one in late] + [self._calls.submit(self._check, one) for one in further]
        wait(calls)
        for call in calls:
            call.result()

    def _extend(self, held: Held) -> None:
        if held.renew():
            self._check(held)

    def _check(self, held: Held) -> None:
        """Lets go of what is no longer ours: its job was cancelled, or others have it since the server heard nothing of us."""
        told = held.windows_done
        if not self._server.holds(held.lease, held.served.worker) and held.let_go():
            log.info("%s is no longer wanted from here", held.label)
        held.windows_told = told
