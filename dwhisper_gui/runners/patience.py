"""Goes on trying what a server that is away can't do, until it is back, and says so."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from dwhisper_gui.core.events import Note
from dwhisper_gui.core.server_errors import ServerError, ServerRefusesCredentials, ServerWantsCredentials
from dwhisper_gui.core.waiting import until
from dwhisper_gui.runners.runner import Tell

log = logging.getLogger(__name__)
T = TypeVar("T")

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
TELL_AFTER_SECONDS = 5.0
"""A server that is away for less is not worth a word."""
REFUSED_MINUTES = 10
"""So long a server may refuse credentials that it took before: time to log in anew, and no longer than whoever waits should be left in
the dark."""
REFUSED_PAUSE_SECONDS = 30.0
"""Some servers lock out who tries too often."""
LOOK_SECONDS = 2.0
"""So often other credentials are looked for meanwhile."""

SignIn = Callable[[], Awaitable[bool]]
"""Takes the credentials that are known now; True where they are others than before."""


async def _as_before() -> bool:
    return False


class Patience:
    """Of one run. Several tasks may wait at once; the user is told once that the server is away, and once that it is back."""

    def __init__(self, job: str, tell: Tell, sign_in: SignIn = _as_before) -> None:
        self._job = job
        self._tell = tell
        self._sign_in = sign_in
        self._let_in = False
        self._refused_since: float | None = None
        self._away_since: float | None = None
        self._told = ""

    async def with_server(self, call: Callable[[], Awaitable[T]]) -> T:
        """What `call` returns, as soon as it does. Raises what trying again does not help against."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            began = asyncio.get_running_loop().time()
            try:
                answer = await call()
            except (ServerRefusesCredentials, ServerWantsCredentials) as error:
                if not self._may_mend(error):
                    raise
                with suppress(TimeoutError):
                    async with asyncio.timeout(REFUSED_PAUSE_SECONDS):
                        await until(self._sign_in, LOOK_SECONDS)
            except ServerError as error:
                if not error.transient:
                    raise
                self._away(error, began)
                # Jitter: when a server comes back, not everybody shall come at once.
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                self._back()
                return answer

    def _may_mend(self, error: ServerError) -> bool:
        """Whether it took them before, and not too long ago: a password may be changed under a job that goes on for hours."""
        now = asyncio.get_running_loop().time()
        if not self._let_in or (self._refused_since is not None and now - self._refused_since > REFUSED_MINUTES * 60):
            return False
        if self._refused_since is None:
            self._refused_since = now
            log.warning("the server lets nobody in any more: %s", error)
        self._say("server_refuses", gist=error.gist(), minutes=str(REFUSED_MINUTES))
        return True

    def _away(self, error: ServerError, since: float) -> None:
        if self._away_since is None:
            self._away_since = since
            log.warning("the server is away: %s", error)
        if asyncio.get_running_loop().time() - self._away_since >= TELL_AFTER_SECONDS:
            self._say("server_away", gist=error.gist())

    def _say(self, code: str, **fields: str) -> None:
        if self._told != code:
            self._told = code
            self._tell(Note(self._job, code, fields))

    def _back(self) -> None:
        if self._told:
            self._tell(Note(self._job, "server_back", {}))
        self._let_in = True
        self._away_since = self._refused_since = None
        self._told = ""
