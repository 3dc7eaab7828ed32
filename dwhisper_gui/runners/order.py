"""In which order a server hands out the last chunks of a job: the longest first, so that no worker begins one when the others end.

Within a part, whose chunks share a priority, its queue goes by when they came, which is the order in which they are listed."""

from collections.abc import Mapping, Sequence

LAST_PARTS = 2
MOST_PRIORITY = 99
"""A server's priorities go from 0 to so many, the greatest first."""


def priorities(count: int) -> list[int]:
    """Of so many parts, in order. Earlier ones come first, but for the last, which is often short: its chunks are handed out before those
    of the part before it, so that a job ends with the shortest chunks of a whole part."""
    places = list(range(count))
    if count > LAST_PARTS:
        places[-1] = count - LAST_PARTS - 1
    return [max(0, MOST_PRIORITY - place) for place in places]


def handed_out(seconds: Mapping[str, float], part: int, parts: Sequence[int]) -> list[str]:
    """The names of a part's chunks in the order in which they are to be handed out, given how much sound is in each. Before the end of
    the job it is that of the recording, whose beginning is what one reads first."""
    if part not in sorted(parts)[1:][-LAST_PARTS:]:
        return list(seconds)
    return sorted(seconds, key=lambda name: -seconds[name])
