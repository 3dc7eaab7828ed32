"""Which workers there are: each shows itself on the server now and then (`dwhisper_worker.shown`)."""

from dataclasses import dataclass

from dwhisper_worker.contract import VERSION
from dwhisper_worker.shown import from_shown, is_there
from dwhisper_worker.tasks import NOW, PRESENCE, Presence, Serving

from dwhisper_gui.conductor.api import Conductor

MISSED_SECONDS = 3600.0
"""A worker that vanished longer ago may never come again."""


@dataclass(frozen=True, slots=True)
class SeenWorker:
    """`told` is what it says of itself; None where that can't be understood."""

    name: str
    seconds_ago: float
    """When it last showed itself, by the server's clock."""
    told: Presence | None

    @property
    def is_there(self) -> bool:
        """See `shown.is_there`."""
        return is_there(self.seconds_ago, self.told)

    def serves(self, wanted: Serving) -> bool:
        """Whether it is there and takes those tasks of a program of this version."""
        return self.is_there and self._is_for(wanted)

    def is_missed(self, wanted: Serving) -> bool:
        """Whether it did so lately, and is not there any more though it never said that it ends."""
        lately = self.seconds_ago < MISSED_SECONDS and not self.is_there
        return lately and self.told is not None and not self.told.ended and self._is_for(wanted)

    def _is_for(self, wanted: Serving) -> bool:
        return self.told is not None and self.told.contract == VERSION and self.told.serving == wanted


async def seen_workers(server: Conductor) -> tuple[SeenWorker, ...]:
    """All that ever showed themselves, those seen last first: the server forgets none. Raises `ServerError`."""
    await server.poll(PRESENCE, domain=NOW, worker=NOW)
    polls = await server.last_polls(PRESENCE)
    now = max((poll.at for poll in polls), default=0.0)
    seen = [SeenWorker(poll.domain, now - poll.at, from_shown(poll.worker)) for poll in polls if poll.domain not in ("", NOW)]
    return tuple(sorted(seen, key=lambda worker: (worker.seconds_ago, worker.name)))
