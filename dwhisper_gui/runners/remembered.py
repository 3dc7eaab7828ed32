"""What a job's memory has of its workflow on a server."""

import logging
from collections.abc import Mapping

import msgspec

log = logging.getLogger(__name__)

MEMORY = "conductor"
"""Under what it is remembered."""


class Remembered(msgspec.Struct, frozen=True):
    """The correlation id is there before the workflow is. `key` is the job's, wrapped with the pool's: without it nobody can open what is
    on the server."""

    server: str
    pool: str
    correlation: str
    key: str
    workflow: str | None = None

    def written(self) -> str:
        """For the job's memory."""
        return msgspec.json.encode(self).decode()


def remembered(memory: Mapping[str, str]) -> Remembered | None:
    """None: the job was never on a server."""
    try:
        return msgspec.json.decode(memory[MEMORY], type=Remembered) if MEMORY in memory else None
    except msgspec.DecodeError:
        log.warning("what is remembered of the job's workflow can't be read", exc_info=True)
        return None
