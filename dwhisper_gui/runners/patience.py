"""Goes on trying what a server that is away can't do, until it is back, and says so."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dwhisper_gui.core.events import Note
from dwhisper_gui.core.server_errors import ServerError
from dwhisper_gui.runners.runner import Tell

log = logging.getLogger(__name__)
T = TypeVar("T")

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
TELL_AFTER_SECONDS = 5.0
"""A server that is away for less is not worth a word."""


class Patience:
    """Of one run. Several tasks may wait at once; the user is told once that the server is away, and once that it is back."""

    def __init__(self, job: str, tell: Tell) -> None:
        self._job = job
        self._tell = tell
        self._away_since: float | None = None
        self._told = False

    async def with_server(self, call: Callable[[], Awaitable[T]]) -> T:
        """What `call` returns, as soon as it does. Raises what trying again does not help against."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                answer = await call()
            except ServerError as error:
                if not error.transient:
                    raise
                self._away(error)
            else:
                self._back()
                return answer
            # Jitter: when a server comes back, not everybody shall come at once.
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _away(self, error: ServerError) -> None:
        now = asyncio.get_running_loop().time()
        if self._away_since is None:
            self._away_since = now
            log.warning("the server is away: %s", error)
        if not self._told and now - self._away_since >= TELL_AFTER_SECONDS:
            self._told = True
            self._tell(Note(self._job, "server_away", {"gist": error.gist()}))

    def _back(self) -> None:
        if self._told:
            self._tell(Note(self._job, "server_back", {}))
        self._away_since, self._told = None, False
