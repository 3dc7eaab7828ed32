"""In which order a server hands out the last chunks of a job: the longest first, so that no worker begins one when the others end.

Within a part, whose chunks share a priority, its queue goes by when they came, which is the order in which they are listed."""

from collections.abc import Mapping, Sequence

LAST_PARTS = 2


def handed_out(seconds: Mapping[str, float], part: int, parts: Sequence[int]) -> list[str]:
    """The names of a part's chunks in the order in which they are to be handed out, given how much sound is in each. Before the end of
    the job it is that of the recording, whose beginning is what one reads first."""
    if part not in sorted(parts)[1:][-LAST_PARTS:]:
        return list(seconds)
    return sorted(seconds, key=lambda name: -seconds[name])
