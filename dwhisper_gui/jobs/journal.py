"""The journal of a job (`core.journal.Journal`), kept in the store.

Only the job's owner has one. Each write carries the epoch in which the job was taken and fails with `OwnershipLost` where it is no
longer the current one, in the same transaction: a program that was given up for dead changes nothing when it wakes.
"""

# ruff: noqa: S608 - statements are put together from constants of this package; values are always bound

import sqlite3
import time
from collections.abc import Callable
from typing import Self, TypeVar

from dwhisper_worker.contract import Figures, WindowResult

from dwhisper_gui.core.errors import JobUnknown, OwnershipLost
from dwhisper_gui.core.job import JobState
from dwhisper_gui.core.journal import REVISION
from dwhisper_gui.core.plan import ChunkKey, PreparedPart
from dwhisper_gui.jobs.database import Database
from dwhisper_gui.jobs.leftovers import keep
from dwhisper_gui.jobs.records import SEGMENT_COLUMNS, Outcome, encode, segment_to, spans_to

T = TypeVar("T")

_ChunkRow = tuple[str, int, int]
_CHUNK = "job = ? AND part_index = ? AND chunk_index = ?"
_HAS_UNDONE = """EXISTS (
    SELECT 1 FROM windows w LEFT JOIN results r USING (job, part_index, window_index)
    WHERE w.job = chunks.job AND w.part_index = chunks.part_index AND w.chunk_index = chunks.chunk_index AND r.job IS NULL)"""


class StoreJournal:
    """All that the owner of a job writes. Every method returns once the fact is on the disk, and raises `StoreUnusable` or
    `OwnershipLost`, with nothing changed."""

    def __init__(self, database: Database, job_id: str, epoch: int) -> None:
        self._database = database
        self._job = job_id
        self._epoch = epoch

    @classmethod
    async def begin(cls, database: Database, job_id: str) -> Self:
        """Begins an epoch; for the holder of the job's lock. Puts in order what an owner that died has left: its leases are lost,
        and chunks whose windows are all done are done. Raises `JobUnknown`."""
        return cls(database, job_id, await database.write(lambda connection: _begin(connection, job_id)))

    # --- core.journal.Journal ----------------------------------------------------------------------------------

    async def part_prepared(self, part: PreparedPart) -> None:
        """Edges, windows and chunks of a part, all or nothing; a part that is known already stays as it is."""
        await self._write(lambda connection: _add_part(connection, self._job, part))

    async def leased(self, chunk: ChunkKey, worker: str, host: str) -> int:
        """Returns the number of the try, from 1. Leases that were given back, lost or forgotten by a retry do not count."""

        def add(connection: sqlite3.Connection) -> int:
            key = self._key(chunk)
            (last,) = connection.execute(f"SELECT coalesce(max(lease), 0) FROM attempts WHERE {_CHUNK} AND counted", key).fetchone()
            connection.execute(
                "INSERT INTO attempts (job, part_index, chunk_index, lease, worker, host, leased) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*key, last + 1, worker, host, time.time()),
            )
            return int(last) + 1

        return await self._write(add)

    async def window_done(self, chunk: ChunkKey, result: WindowResult) -> bool:
        """One window's text. False, and nothing is changed, where it was known already. Raises `ValueError` for a window that is not
        the chunk's."""
        return await self._write(lambda connection: _add_result(connection, self._key(chunk), result))

    async def result(self, chunk: ChunkKey, lease: int, figures: Figures) -> bool:
        """The chunk is done. False where it was done already. Raises `ValueError` where a window of it has no result: nothing may
        count as done whose text is not here."""

        def finish(connection: sqlite3.Connection) -> bool:
            key = self._key(chunk)
            if connection.execute(f"SELECT {_HAS_UNDONE} FROM chunks WHERE {_CHUNK}", key).fetchone() != (0,):
                raise ValueError(f"chunk {chunk} of job {self._job} is not there or lacks a window's result")
            changed = connection.execute(f"UPDATE chunks SET state = 'done', reason = NULL WHERE {_CHUNK} AND state != 'done'", key)
            self._end(connection, chunk, lease, Outcome.DONE, figures=figures)
            return bool(changed.rowcount)

        return await self._write(finish)

    async def released(self, chunk: ChunkKey, lease: int, reason: str) -> None:
        """The worker gave the chunk back through no fault of its own; the lease does not count as a try."""
        await self._write(lambda connection: self._end(connection, chunk, lease, Outcome.RELEASED, reason))

    async def failed(self, chunk: ChunkKey, lease: int, reason: str, *, final: bool) -> None:
        """A try failed; with `final` the chunk too, unless it is done by now."""

        def fail(connection: sqlite3.Connection) -> None:
            self._end(connection, chunk, lease, Outcome.FAILED, reason)
            if final:
                connection.execute(
                    f"UPDATE chunks SET state = 'failed', reason = ? WHERE {_CHUNK} AND state = 'open'", (reason, *self._key(chunk))
                )

        await self._write(fail)

    async def remember(self, key: str, value: str) -> None:
        """A decision that holds for the whole job from now on; it replaces an earlier one of the same key."""
        await self._write(lambda connection: _remember(connection, self._job, key, value))

    async def forget_part(self, part: int, key: str, value: str) -> None:
        """Removes a part with all that came of it, so that it is prepared anew, and remembers what that changes."""

        def forget(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM parts WHERE job = ? AND part_index = ?", (self._job, part))
            _remember(connection, self._job, key, value)
            _revise(connection, self._job)

        await self._write(forget)

    # --- the job itself ----------------------------------------------------------------------------------------

    async def set_state(self, state: JobState, error: str | None = None) -> None:
        """How far the job is; with the sentence of the error that ended it."""
        await self._write(
            lambda connection: connection.execute("UPDATE jobs SET state = ?, error = ? WHERE id = ?", (state.value, error, self._job)),
            tells=True,
        )

    async def retry(self) -> None:
        """Opens the failed chunks again, with all their tries before them (the history of attempts stays), and queues the job."""

        def reopen(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE attempts SET counted = 0 WHERE job = ?", (self._job,))
            opened = "UPDATE chunks SET state = 'open', reason = NULL WHERE job = ? AND state = 'failed'"
            if connection.execute(opened, (self._job,)).rowcount:
                _revise(connection, self._job)
            connection.execute("UPDATE jobs SET state = 'queued', wish = 'run', error = NULL WHERE id = ?", (self._job,))

        await self._write(reopen, tells=True)

    async def revise(self) -> None:
        """What was given out of the job is of no use from now on (`core.journal.REVISION`)."""
        await self._write(lambda connection: _revise(connection, self._job))

    async def let_go(self) -> None:
        """Ends the leases that nobody ended, as `released` does: whoever stops at once, or fails, has no time to."""
        await self._write(
            lambda connection: connection.execute(
                "UPDATE attempts SET outcome = 'released', ended = ?, reason = 'stopped', counted = 0 WHERE job = ? AND outcome = 'leased'",
                (time.time(), self._job),
            )
        )

    async def delete(self) -> None:
        """Removes the job and all that came of it; what it may have on servers is written down (`leftovers.py`)."""

        def delete(connection: sqlite3.Connection) -> None:
            keep(connection, self._job)
            connection.execute("DELETE FROM jobs WHERE id = ?", (self._job,))

        await self._write(delete, tells=True)

    # -----------------------------------------------------------------------------------------------------------

    async def _write(self, work: Callable[[sqlite3.Connection], T], *, tells: bool = False) -> T:
        def as_owner(connection: sqlite3.Connection) -> T:
            if connection.execute("SELECT epoch FROM jobs WHERE id = ?", (self._job,)).fetchone() != (self._epoch,):
                raise OwnershipLost(job=self._job)
            return work(connection)

        return await self._database.write(as_owner, tells=tells)

    def _key(self, chunk: ChunkKey) -> _ChunkRow:
        return self._job, chunk.part, chunk.index

    def _end(
        self,
        connection: sqlite3.Connection,
        chunk: ChunkKey,
        lease: int,
        outcome: Outcome,
        reason: str | None = None,
        figures: Figures | None = None,
    ) -> None:
        """Ends the lease, unless it has ended already."""
        cost = None if figures is None else encode(figures)
        connection.execute(
            f"""UPDATE attempts SET outcome = ?, ended = ?, reason = ?, figures = ?, counted = counted AND ?
            WHERE {_CHUNK} AND lease = ? AND outcome = 'leased'""",
            (outcome.value, time.time(), reason, cost, outcome is not Outcome.RELEASED, *self._key(chunk), lease),
        )


def _begin(connection: sqlite3.Connection, job_id: str) -> int:
    if not connection.execute("UPDATE jobs SET epoch = epoch + 1 WHERE id = ?", (job_id,)).rowcount:
        raise JobUnknown(job=job_id)
    connection.execute("UPDATE attempts SET outcome = 'lost', counted = 0 WHERE job = ? AND outcome = 'leased'", (job_id,))
    connection.execute(f"UPDATE chunks SET state = 'done' WHERE job = ? AND state = 'open' AND NOT {_HAS_UNDONE}", (job_id,))
    (epoch,) = connection.execute("SELECT epoch FROM jobs WHERE id = ?", (job_id,)).fetchone()
    return int(epoch)


def _add_part(connection: sqlite3.Connection, job_id: str, part: PreparedPart) -> None:
    added = connection.execute(
        "INSERT OR IGNORE INTO parts (job, part_index, starts, ends, end_in_speech, maybe, sure, peaks) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (job_id, part.index, part.span.start, part.span.end, part.end_in_speech, spans_to(part.maybe), spans_to(part.sure), part.peaks),
    )
    if not added.rowcount:
        return
    connection.executemany(
        "INSERT INTO chunks (job, part_index, chunk_index) VALUES (?, ?, ?)",
        [(job_id, part.index, chunk.key.index) for chunk in part.chunks],
    )
    connection.executemany(
        """INSERT INTO windows (job, part_index, chunk_index, window_index, starts, ends, maybe, sure)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (job_id, part.index, chunk.key.index, window.index, window.start, window.end, spans_to(window.maybe), spans_to(window.sure))
            for chunk in part.chunks
            for window in chunk.windows
        ],
    )


def _remember(connection: sqlite3.Connection, job_id: str, key: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO memory (job, key, value) VALUES (?, ?, ?)", (job_id, key, value))


def _revise(connection: sqlite3.Connection, job_id: str) -> None:
    connection.execute(
        "INSERT INTO memory (job, key, value) VALUES (?, ?, '1') ON CONFLICT (job, key) DO UPDATE SET value = value + 1", (job_id, REVISION)
    )


def _add_result(connection: sqlite3.Connection, chunk: _ChunkRow, result: WindowResult) -> bool:
    job_id, part, chunk_index = chunk
    key = (job_id, part, result.index)
    found = connection.execute("SELECT chunk_index FROM windows WHERE job = ? AND part_index = ? AND window_index = ?", key).fetchone()
    if found != (chunk_index,):
        raise ValueError(f"window {result.index} is not in chunk {part}.{chunk_index} of job {job_id}")
    added = connection.execute(
        """INSERT INTO results (job, part_index, window_index, decodings, sampled, flaws) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING""",
        (*key, result.decodings, result.sampled, encode(result.flaws)),
    )
    if not added.rowcount:
        return False
    connection.executemany(
        f"""INSERT INTO segments (job, part_index, window_index, segment_index, {SEGMENT_COLUMNS})
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [(*key, index, *segment_to(segment)) for index, segment in enumerate(result.segments)],
    )
    return True
