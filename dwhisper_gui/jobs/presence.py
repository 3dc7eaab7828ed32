"""Whether somebody will come to a job that waits: a program says which jobs it has before it, and that holds as long as it lives."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import BaseFileLock

from dwhisper_gui.core.job import Job
from dwhisper_gui.jobs.locks import LOCKS, forget, is_taken, taken
from dwhisper_gui.jobs.store import Store

PROGRAM = "program"
"""What a job remembers the program under that had it before it last."""


class Presence:
    """Of one program, while it works on jobs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._name = secrets.token_hex(8)
        self._lock: BaseFileLock | None = None

    def __enter__(self) -> Self:
        self._lock = taken(_lock_of(self._store, self._name))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._lock is not None:
            self._lock.release()
        forget(_lock_of(self._store, self._name))

    async def has(self, job_id: str) -> None:
        """It has this job before it."""
        await self._store.remember(job_id, PROGRAM, self._name)

    async def having(self, jobs: AsyncIterator[str]) -> AsyncIterator[str]:
        """The same jobs, each once it is said that it has it."""
        async for job_id in jobs:
            await self.has(job_id)
            yield job_id


def is_awaited(store: Store, job: Job) -> bool:
    """Whether a living program will come to this job, unless another is quicker."""
    name = job.memory.get(PROGRAM)
    if name is None or not _lock_of(store, name).exists():
        return False
    if is_taken(_lock_of(store, name)):
        return True
    forget(_lock_of(store, name))  # that program died
    return False


def _lock_of(store: Store, name: str) -> Path:
    return store.folder / LOCKS / f"program-{name}.lock"
