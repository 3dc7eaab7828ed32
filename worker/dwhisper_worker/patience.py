"""Trying again: how long to wait, and saying once that the server is away rather than at each try."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from dwhisper_worker.trouble import Away, Refused, ServerTrouble, Stumbled

log = logging.getLogger(__name__)
T = TypeVar("T")

FIRST_SECONDS = 0.5
MOST_SECONDS = 30.0
REFUSED_SECONDS = 60.0
"""Credentials do not mend by themselves, and some servers lock out who tries too often."""
SAY_SECONDS = 60.0
"""What comes and goes is said so often at most."""
MOST_STUMBLES = 7
"""Tries, over half a minute or more, after which what breaks in the server is taken for broken."""


class LetGo(Exception):
    """What was being done is no longer wanted."""


def delays(refused: Callable[[], bool] = lambda: False) -> Iterator[float]:
    """Seconds to wait before each next try: longer each time, and never the same in two workers, which would come back together."""
    delay = FIRST_SECONDS
    while True:
        yield (REFUSED_SECONDS if refused() else delay) * random.uniform(0.5, 1.0)  # noqa: S311 - nobody gains by guessing it
        delay = min(MOST_SECONDS, 2 * delay)


class Line:
    """What is known of the way to the server. Says when that changes."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._trouble: type[ServerTrouble] | None = None
        self._told = False
        self._said: type[ServerTrouble] | None = None
        self._said_at = float("-inf")
        self._lock = threading.Lock()

    @property
    def refused(self) -> bool:
        """Whether the credentials were not taken the last time."""
        return self._trouble is Refused

    def broken(self, error: ServerTrouble) -> None:
        """A question was not answered."""
        kind = Refused if isinstance(error, Refused) else Away
        with self._lock:
            before, self._trouble = self._trouble, kind
            now = time.monotonic()
            # A server whose disk is full, say, answers what it need not write down.
            if before is kind or (self._said is kind and now - self._said_at < SAY_SECONDS):
                return
            self._said, self._said_at, self._told = kind, now, True
        if kind is Refused:
            log.error("%s refuses these credentials (%s). Trying again now and then.", self._url, error)
        else:
            log.warning("%s does not answer (%s). Trying again; what is done is kept.", self._url, error)

    def fine(self) -> None:
        """A question was answered."""
        with self._lock:
            self._trouble = None
            told, self._told = self._told, False
        if told:
            log.info("%s answers again", self._url)


def patiently(ask: Callable[[], T], line: Line, given_up: threading.Event) -> T:
    """What `ask` returns, however often it has to be asked. Raises `LetGo` once `given_up`, and what won't mend by waiting."""
    stumbles = 0
    for delay in delays(lambda: line.refused):
        if given_up.is_set():
            raise LetGo
        try:
            answer = ask()
        except (Away, Refused) as error:
            stumbles += isinstance(error, Stumbled)
            if stumbles == MOST_STUMBLES:
                raise
            line.broken(error)
        else:
            line.fine()
            return answer
        given_up.wait(delay)
    raise AssertionError  # delays have no end
