"""Whom work that needs a worker is given: one worker, or something that replaces it when it dies."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from dwhisper_worker.contract import Call

Q = TypeVar("Q")
R = TypeVar("R")
E = TypeVar("E")


class Asks(Protocol):
    """What `Worker` and `StandingWorker` have in common."""

    async def ask(self, call: Call[Q, R, E], request: Q, on_event: Callable[[E], None] | None = None) -> R:
        """See `Worker.ask`."""
