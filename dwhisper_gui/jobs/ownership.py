"""Who works on what: a job has one owner, and the user one local engine.

Both are locks (`locks.py`). They say who may begin. That nobody goes on who should not, the epoch sees to (`journal.py`).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import BaseFileLock

from dwhisper_gui.core.errors import JobBusy, JobUnknown
from dwhisper_gui.core.job import Job, JobState
from dwhisper_gui.jobs.journal import StoreJournal
from dwhisper_gui.jobs.locks import LOCKS, forget, is_taken, taken
from dwhisper_gui.jobs.records import name_of
from dwhisper_gui.jobs.store import Store

POLL_SECONDS = 0.2
GRACE_SECONDS = 0.02
"""A lock may be held for an instant by somebody who only looks whether it is."""


class Ownership:
    """Of one job, until `release` or the end of the program."""

    def __init__(self, job_id: str, journal: StoreJournal, lock: BaseFileLock) -> None:
        self.job_id = job_id
        self.journal = journal
        self._lock = lock

    def release(self) -> None:
        """Lets others have the job."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()


async def own(store: Store, job_id: str) -> Ownership | None:
    """Takes a job, without waiting; None where another program (or this one) has it. Raises `JobUnknown`, `StoreUnusable`."""
    path = _job_lock(store, job_id)
    lock = taken(path)
    if lock is None:
        await asyncio.sleep(GRACE_SECONDS)
        lock = taken(path)
    if lock is None:
        return None
    try:
        journal = await StoreJournal.begin(store.database, job_id)
    except BaseException:
        lock.release()
        raise
    return Ownership(job_id, journal, lock)


def is_owned(store: Store, job_id: str) -> bool:
    """Whether a living program works on a job right now; a job that is “running” and not owned was interrupted."""
    return is_taken(_job_lock(store, job_id))


async def retry(store: Store, job_id: str) -> None:
    """Opens a job's failed chunks again and queues it: at the end, if it had ended. Raises `JobBusy` where somebody works on it,
    `JobUnknown`."""
    with await _own_or_refuse(store, job_id) as mine:
        had_ended = (await store.find_job(mine.job_id)).state.ended
        await mine.journal.retry()
        if had_ended:
            # Its old place was before jobs that wait by now.
            await store.move(mine.job_id, "bottom")


async def remove(store: Store, job_id: str) -> None:
    """Removes a job with all that came of it. Raises `JobBusy` where somebody works on it, `JobUnknown`."""
    with await _own_or_refuse(store, job_id) as mine:
        await mine.journal.delete()
    forget(_job_lock(store, mine.job_id))  # whoever takes the lock of a job that is no more finds that out


async def clear(store: Store, states: Collection[JobState]) -> list[Job]:
    """Removes all jobs in these states with all that came of them, save those that somebody works on; returns what they were."""
    removed = []
    for job in [job for job in await store.jobs() if job.state in states]:
        # Another program may have removed it, or have begun with it again, since they were listed.
        try:
            mine = await own(store, job.id)
            if mine is None:
                continue
            with mine:
                now = await store.find_job(job.id)
                if now.state not in states:
                    continue
                await mine.journal.delete()
        except JobUnknown:
            pass
        else:
            removed.append(now)
        forget(_job_lock(store, job.id))
    return removed


async def _own_or_refuse(store: Store, job_id: str) -> Ownership:
    job = await store.find_job(job_id)
    mine = await own(store, job.id)
    if mine is None:
        raise JobBusy(name=name_of(job.path))
    return mine


@contextlib.asynccontextmanager
async def engine_lock(folder: Path, waiting: Callable[[], None]) -> AsyncIterator[None]:
    """Holds the one local engine that a user has. Where another program has it, calls `waiting` once and waits for its turn.

    `folder` is the store's. Raises `StoreUnusable`."""
    path = folder / LOCKS / "engine.lock"
    lock = taken(path)
    if lock is None:
        waiting()
    while lock is None:
        await asyncio.sleep(POLL_SECONDS)
        lock = taken(path)
    try:
        yield
    finally:
        lock.release()


def _job_lock(store: Store, job_id: str) -> Path:
    return store.folder / LOCKS / f"{job_id}.lock"
