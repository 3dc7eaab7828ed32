"""Workers show themselves on the server, and see each other there."""

import os
from collections.abc import Iterable
from importlib import metadata
from typing import TYPE_CHECKING

from dwhisper_worker.contract import VERSION
from dwhisper_worker.held import Served
from dwhisper_worker.tasks import Presence

if TYPE_CHECKING:
    from dwhisper_worker.server import Seen

_MOST_HOLDS = 24
"""All that is shown travels in an address, which servers let be 8 KB long."""


def presence(served: Served, holds: Iterable[str], *, ended: bool = False) -> Presence:
    """What a worker shows of itself."""
    return Presence(
        contract=VERSION,
        version=metadata.version("dwhisper-worker"),
        host=served.host,
        pid=os.getpid(),
        serving=served.serving,
        device=served.transcriber.loaded.device,
        compute_type=served.transcriber.loaded.compute_type,
        speed=round(served.pace.speed, 2),
        holds=tuple(sorted(holds)[:_MOST_HOLDS]),
        ended=ended,
    )


def sharing(served: Served, seen: "Iterable[Seen]") -> int:
    """How many workers, this one among them, take the same tasks."""
    here = [one.told for one in seen if one.told is not None and one.is_there]
    return sum(told.contract == VERSION and told.serving == served.serving for told in here)
