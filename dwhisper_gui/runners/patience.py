"""Goes on trying what a server that is away can't do, until it is back, and says so."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
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


@dataclass(eq=False, slots=True)
class _Trouble:
    """Of one call: since when, on the loop's clock, it fails."""

    away_since: float | None = None
    refused_since: float | None = None


class Patience:
    """Of one run. Several calls may wait at once, each as long as its own trouble lasts: a storage that takes nothing is no less in the way
    since the server answers other questions. The user is told once that the server is away, and once that it is back for all of them."""

    def __init__(self, job: str, tell: Tell, sign_in: SignIn = _as_before) -> None:
        self._job = job
        self._tell = tell
        self._sign_in = sign_in
        self._let_in = False
        self._troubles: set[_Trouble] = set()
        self._told = ""

    async def with_server(self, call: Callable[[], Awaitable[T]]) -> T:
        """What `call` returns, as soon as it does. Raises what trying again does not help against."""
        pause, trouble = FIRST_PAUSE_SECONDS, _Trouble()
        try:
            while True:
                began = asyncio.get_running_loop().time()
                try:
                    answer = await call()
                except (ServerRefusesCredentials, ServerWantsCredentials) as error:
                    if not self._may_mend(trouble, error):
                        raise
                    with suppress(TimeoutError):
                        async with asyncio.timeout(REFUSED_PAUSE_SECONDS):
                            await until(self._sign_in, LOOK_SECONDS)
                except ServerError as error:
                    if not error.transient:
                        raise
                    self._away(trouble, error, began)
                    # Jitter: when a server comes back, not everybody shall come at once.
                    await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
                    pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
                else:
                    self._back(trouble)
                    return answer
        finally:
            self._troubles.discard(trouble)

    def _may_mend(self, trouble: _Trouble, error: ServerError) -> bool:
        """Whether it took them before, and not too long ago: a password may be changed under a job that goes on for hours."""
        now = asyncio.get_running_loop().time()
        if not self._let_in or (trouble.refused_since is not None and now - trouble.refused_since > REFUSED_MINUTES * 60):
            return False
        if trouble.refused_since is None:
            trouble.refused_since = now
            log.warning("the server lets nobody in any more: %s", error)
        self._troubles.add(trouble)
        self._say("server_refuses", gist=error.gist(), minutes=str(REFUSED_MINUTES))
        return True

    def _away(self, trouble: _Trouble, error: ServerError, since: float) -> None:
        if trouble.away_since is None:
            trouble.away_since = since
            log.warning("the server is away: %s", error)
        self._troubles.add(trouble)
        if asyncio.get_running_loop().time() - trouble.away_since >= TELL_AFTER_SECONDS:
            self._say("server_away", gist=error.gist())

    def _say(self, code: str, **fields: str) -> None:
        if self._told != code:
            self._told = code
            self._tell(Note(self._job, code, fields))

    def _back(self, trouble: _Trouble) -> None:
        self._let_in = True
        self._troubles.discard(trouble)
        if self._told and not self._troubles:
            self._tell(Note(self._job, "server_back", {}))
            self._told = ""
