"""What a job's memory has of its workflows on servers."""

import logging
from collections.abc import Mapping

import msgspec

log = logging.getLogger(__name__)

MEMORY = "conductor"
"""Under what it is remembered."""


class Begun(msgspec.Struct, frozen=True):
    """A workflow, by its server's address. The correlation id is there before the workflow is, whose own id may never have come."""

    server: str
    correlation: str
    workflow: str | None


class Remembered(msgspec.Struct, frozen=True):
    """`key` is the job's, wrapped with the pool's: without it nobody can open what is on the server. `revision` is the job's
    (`core.journal.REVISION`). `former` are those of runs with another server, pool, key or revision that may be there yet."""

    server: str
    pool: str
    correlation: str
    key: str
    workflow: str | None = None
    former: tuple[Begun, ...] = ()
    revision: int = 0

    @property
    def begun(self) -> tuple[Begun, ...]:
        """All that may be there of the job, the one to go on with first."""
        return Begun(self.server, self.correlation, self.workflow), *self.former

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
