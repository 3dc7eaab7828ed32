"""In which order a server hands out the last chunks of a job: the longest first, so that no worker begins one when the others end.

A server's queue is in order of priority, which all chunks of a part share, then of the time from which a task may be given out; so
shorter ones may be given out a little later. Where they have to wait for others anyway, that changes nothing but their order."""

from collections.abc import Sequence

STEPS = 4
"""Times are whole seconds there: the longest quarter at once, the next a second later, and so on."""
LAST_PARTS = 2


def start_delays(seconds: Sequence[float]) -> list[int]:
    """For chunks with so much sound, how many seconds later each may be given out."""
    longest_first = sorted(range(len(seconds)), key=lambda i: -seconds[i])
    delays = [0] * len(seconds)
    for place, i in enumerate(longest_first):
        delays[i] = place * STEPS // len(seconds)
    return delays


def is_near_end(part: int, parts: Sequence[int], before: int, chunks: int) -> bool:
    """Whether order matters for a part, and costs nothing: `before` chunks of earlier parts are not done yet, at least as many as its own
    `chunks`."""
    return part in sorted(parts)[-LAST_PARTS:] and before >= chunks
