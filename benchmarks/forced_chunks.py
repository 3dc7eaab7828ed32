"""The program, but that chunks hold as many windows as `WINDOWS_IN_CHUNK` says: run like `dwhisper`."""

import os
from collections.abc import Sequence

from dwhisper_worker.contract import Window

from dwhisper_gui.__main__ import main
from dwhisper_gui.core import plan

VARIABLE = "WINDOWS_IN_CHUNK"


def chunks(
    part: plan.Part, found: Sequence[Window], fleet: plan.Fleet | None = None, before: float = 0.0, after: float = 0.0
) -> list[plan.Chunk]:
    """Implements `plan.chunks`: all alike, also in the first part and toward the end."""
    size = int(os.environ[VARIABLE])
    groups = [tuple(found[at : at + size]) for at in range(0, len(found), size)]
    return [plan.Chunk(plan.ChunkKey(part.index, index), group) for index, group in enumerate(groups)]


if __name__ == "__main__":
    plan.chunks = chunks
    main()
