"""How many clips at once there is memory for. On a GPU others take and free it as they like."""

WAIT_SECONDS = 1.0
MOST_SECONDS = 30.0
"""So long a single clip is tried again and again: what another program takes for a moment costs no text."""


class Room:
    """Half as much after memory ran out, one more after each batch that fitted."""

    def __init__(self, most: int) -> None:
        self.clips = most
        self._most = most
        self._short_since: float | None = None

    def fitted(self) -> None:
        """A batch was decoded."""
        self.clips = min(self._most, self.clips + 1)
        self._short_since = None

    def ran_out(self, clips: int, now: float) -> float | None:
        """Memory ran out over a batch of so many. In how many seconds to try again; None: it has been so for too long, even for one."""
        self.clips = max(1, clips // 2)
        if clips > 1:
            return 0.0
        self._short_since = now if self._short_since is None else self._short_since
        return WAIT_SECONDS if now - self._short_since < MOST_SECONDS else None
