"""The store's file: its connection, the one thread that uses it, and what can be wrong with it.

All that reads or writes goes through `Database.read` and `Database.write`: functions of a connection, each in a transaction of its
own, run one after another on the store's thread, so that neither a slow disk nor another program's lock ever holds up the event
loop. A write is on the disk when it returns (`synchronous=FULL`).
"""

import asyncio
import contextlib
import errno
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from dwhisper_gui.core.errors import StoreFull, StoreLocked, StoreTooNew, StoreUnusable
from dwhisper_gui.folders import make_private
from dwhisper_gui.jobs import schema

T = TypeVar("T")

FILE_NAME = "jobs.sqlite3"
BUSY_SECONDS = 10.0
"""How long another program's write is waited for. One takes milliseconds."""
POLL_SECONDS = 0.2
"""How often other programs' changes are looked for."""

Version = tuple[int, int]
"""Changes when something was written: by others, and by this program to the queue."""

_DAMAGED = "it is damaged"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_ERRORS: dict[int, type[StoreUnusable]] = {
    sqlite3.SQLITE_BUSY: StoreLocked,
    sqlite3.SQLITE_LOCKED: StoreLocked,
    sqlite3.SQLITE_FULL: StoreFull,
}
_DETAILS = {
    sqlite3.SQLITE_READONLY: "it can't be written to",
    sqlite3.SQLITE_PERM: "it can't be written to",
    sqlite3.SQLITE_AUTH: "it can't be written to",
    sqlite3.SQLITE_CANTOPEN: "it can't be opened or created",
    sqlite3.SQLITE_IOERR: "its disk has errors",
    sqlite3.SQLITE_PROTOCOL: "its disk has errors",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: "it is not a database",
}


class Database:
    """One program's connection to the file `jobs.sqlite3` in a folder."""

    def __init__(self, path: Path, thread: ThreadPoolExecutor, connection: sqlite3.Connection) -> None:
        self.path = path
        self._thread = thread
        self._connection = connection
        self._queue_changes = 0

    @classmethod
    async def open(cls, folder: Path, busy_seconds: float = BUSY_SECONDS) -> Self:
        """Opens the file, created or migrated where needed. Raises `StoreUnusable` or `StoreTooNew`; both leave it as it is."""
        path = folder / FILE_NAME
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        try:
            connection = await asyncio.wrap_future(thread.submit(_connect, path, busy_seconds))
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(path, thread, connection)

    async def close(self) -> None:
        """Ends the connection, after everything asked of it before."""
        await asyncio.wrap_future(self._thread.submit(self._connection.close))
        self._thread.shutdown(wait=False)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` finds, all of it at one point in time. Raises `StoreUnusable`."""
        return await self._submit(lambda connection: _transaction(connection, "BEGIN", work))

    async def write(self, work: Callable[[sqlite3.Connection], T], *, tells: bool = False) -> T:
        """Does `work` whole, or not at all where it raises. `tells`: this program's own followers hear of it too
        (`wait_for_change`). Raises `StoreUnusable`."""

        def counted(connection: sqlite3.Connection) -> T:
            done = _transaction(connection, "BEGIN IMMEDIATE", work)
            self._queue_changes += tells
            return done

        return await self._submit(counted)

    async def wait_for_change(self, seen: Version | None = None) -> Version:
        """Returns when something was written since `seen`: anything by another program, or to the queue by this one. It may
        return for nothing that matters to the caller. Without `seen` it returns at once. It may be cancelled (`asyncio.timeout`).

            seen = None
            while True:
                seen = await database.wait_for_change(seen)
                ...  # look at the queue
        """
        while (now := (await self._submit(_data_version), self._queue_changes)) == seen:  # noqa: ASYNC110 - others set no event here
            await asyncio.sleep(POLL_SECONDS)
        return now

    async def _submit(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def on_thread() -> T:
            with _errors(self.path, self._connection):
                return work(self._connection)

        return await asyncio.wrap_future(self._thread.submit(on_thread))


def _transaction(connection: sqlite3.Connection, begin: str, work: Callable[[sqlite3.Connection], T]) -> T:
    connection.execute(begin)
    try:
        done = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        # Some errors, a full disk among them, have rolled back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return done


def _data_version(connection: sqlite3.Connection) -> int:
    (found,) = connection.execute("PRAGMA data_version").fetchone()
    return int(found)


def _connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    with _errors(path):
        make_private(path.parent)
        # Transactions are begun by hand: the module's own are not those of the statements that a step or a read is made of.
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        with _errors(path, connection):
            # At one point in time, since another program may be making the file just now.
            _transaction(connection, "BEGIN", lambda reading: _refuse_others(reading, path))
            _write_ahead(connection, time.monotonic() + busy_seconds)
            connection.execute("PRAGMA synchronous = FULL")
            # On macOS an ordinary fsync leaves the data in the disk's own cache.
            connection.execute("PRAGMA fullfsync = ON")
            schema.migrate(connection, schema.MIGRATIONS)
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_others(connection: sqlite3.Connection, path: Path) -> None:
    found = schema.version(connection)
    if schema.is_foreign(connection):
        raise StoreUnusable(path=os.fspath(path), detail="it belongs to another program")
    if found > len(schema.MIGRATIONS):
        raise StoreTooNew(path=os.fspath(path), found=found, known=len(schema.MIGRATIONS))


def _write_ahead(connection: sqlite3.Connection, deadline: float) -> None:
    """Switches the file to WAL. SQLite does not wait for a lock here as it does elsewhere, and several programs may come at once."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


@contextlib.contextmanager
def _errors(path: Path, connection: sqlite3.Connection | None = None) -> Iterator[None]:
    """Turns what a user can meet into its sentence. Anything else passes, unless the file is damaged: then anything may come of what is
    read in it, that a job is not there among it."""
    try:
        yield
    except (StoreUnusable, StoreTooNew):
        raise
    except Exception as error:
        told = _told(path, error)
        if told is None and connection is not None and not schema.is_whole(connection):
            told = StoreUnusable(path=os.fspath(path), detail=_DAMAGED)
        if told is None:
            raise
        raise told from error


def _told(path: Path, error: Exception) -> StoreUnusable | None:
    """What to tell of a file of the store, where it or its disk is to blame for an error."""
    detail = None
    if isinstance(error, sqlite3.DatabaseError):
        code = _code(error)
        if code in _ERRORS:
            return _ERRORS[code](path=os.fspath(path))
        detail = _DETAILS.get(code)
    elif isinstance(error, (msgspec.DecodeError, UnicodeDecodeError)):
        detail = _DAMAGED
    elif isinstance(error, OSError):
        return unusable(path, error)
    return None if detail is None else StoreUnusable(path=os.fspath(path), detail=detail)


def unusable(path: Path, error: OSError) -> StoreUnusable:
    """What to tell of a file of the store that the system refuses."""
    if error.errno in _NO_ROOM:
        return StoreFull(path=os.fspath(path))
    return StoreUnusable(path=os.fspath(path), detail=error.strerror or str(error))


def _code(error: sqlite3.DatabaseError) -> int:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:
        return sqlite3.SQLITE_FULL  # of the file beside it that programs share
    if code is not None:
        return code & 0xFF  # the lowest byte is the error, what is above it a finer kind
    # Python's own complaints: of those, an operational one is about text that is not UTF-8.
    return sqlite3.SQLITE_CORRUPT if isinstance(error, sqlite3.OperationalError) else sqlite3.SQLITE_ERROR
