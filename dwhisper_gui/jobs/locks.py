"""Locks on files beside the store, which the kernel frees when their holder ends in whatever way; there is no stale one."""

import contextlib
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from dwhisper_gui.folders import make_private
from dwhisper_gui.jobs.database import unusable

LOCKS = "locks"
"""The folder they are in."""


def taken(path: Path) -> BaseFileLock | None:
    """The lock, taken; None where somebody has it. Takes microseconds and does not wait, so it needs no thread, in which a
    cancelled task would leave it behind. Raises `StoreUnusable`."""
    lock: BaseFileLock = FileLock(path, thread_local=False, fallback_to_soft=False)
    try:
        make_private(path.parent)
        lock.acquire(blocking=False)
    except Timeout:
        return None
    except OSError as error:
        raise unusable(path, error) from error
    return lock


def is_taken(path: Path) -> bool:
    """Whether somebody living has it. Raises `StoreUnusable`."""
    lock = taken(path)
    if lock is None:
        return True
    lock.release()
    return False


def forget(path: Path) -> None:
    """Removes the file of a lock that nobody will want any more; it may stay where it can't go."""
    with contextlib.suppress(OSError):
        path.unlink()
