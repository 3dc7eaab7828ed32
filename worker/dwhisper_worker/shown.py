"""How a worker shows itself on a server: it asks for tasks that never come, in a domain of its own and under a name that tells all of this.

Both sides use this page, so it needs nothing heavy.
"""

import msgspec

from dwhisper_worker.tasks import GONE_SECONDS, Presence


def is_there(seconds_ago: float, told: Presence | None) -> bool:
    """Whether a worker that showed itself so long ago, by the server's clock, has done so lately enough and has not ended since."""
    return seconds_ago < GONE_SECONDS and (told is None or not told.ended)


def as_shown(presence: Presence) -> str:
    """The name to ask under."""
    return msgspec.json.encode(presence).decode()


def from_shown(name: str) -> Presence | None:
    """What was shown; None where it can't be understood, as of a worker that is much newer or older."""
    try:
        return msgspec.json.decode(name, type=Presence)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
