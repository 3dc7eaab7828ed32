"""How many clips at once there is memory for. On a GPU others take and free it as they like."""

from collections.abc import Sequence

from dwhisper_worker.pieces import Piece

WAIT_SECONDS = 1.0
MOST_SECONDS = 30.0
"""So long a piece is tried again and again alone: what another program takes for a moment costs no text."""


class Room:
    """Half as much after memory ran out, one more after each batch that fitted."""

    def __init__(self, most: int) -> None:
        self.clips = most
        self._most = most

    def fitted(self) -> None:
        """A batch was decoded."""
        self.clips = min(self._most, self.clips + 1)

    def ran_out(self, batch: Sequence[Piece], now: float) -> float | None:
        """Memory ran out over a batch. In how many seconds to try its pieces again; None: for one alone it has been so too long."""
        self.clips = max(1, len(batch) // 2)
        if len(batch) > 1:
            return 0.0
        alone = batch[0]
        alone.short_since = now if alone.short_since is None else alone.short_since
        return WAIT_SECONDS if now - alone.short_since < MOST_SECONDS else None
