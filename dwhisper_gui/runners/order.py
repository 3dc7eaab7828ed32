"""In which order a server hands out the last chunks of a job: the longest first, so that no worker begins one when the others end.

Each part has a priority of its own; within a part the server's queue goes by when chunks came, which is the order in which they are
listed."""

from collections.abc import Mapping, Sequence

LAST_PARTS = 2
SHORT_SHARE = 0.5
MOST_PRIORITY = 99
"""A server's priorities go from 0 to so many, the greatest first."""


def priorities(seconds: Sequence[float]) -> list[int]:
    """Of parts that are so long, in order. Earlier ones come first; but a last one that is short comes before the one that precedes it, so
    that a job ends with the shortest chunks of a whole part."""
    places = list(range(len(seconds)))
    if len(seconds) > LAST_PARTS and seconds[-1] < SHORT_SHARE * seconds[-2]:
        places[-2:] = reversed(places[-2:])
    # Where there are more parts than priorities, those before the last ones share the least that is left: they come as they were begun.
    return [max(MOST_PRIORITY - place, min(LAST_PARTS, len(places) - 1 - place)) for place in places]


def handed_out(seconds: Mapping[str, float], part: int, parts: Sequence[int]) -> list[str]:
    """The names of a part's chunks in the order in which they are to be handed out, given how much sound is in each. Before the end of
    the job it is that of the recording, whose beginning is what one reads first."""
    if part not in sorted(parts)[1:][-LAST_PARTS:]:
        return list(seconds)
    return sorted(seconds, key=lambda name: -seconds[name])
