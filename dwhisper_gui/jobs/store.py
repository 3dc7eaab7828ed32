"""The store: all jobs, in a file that any number of programs use at once.

Any program may ask something of a job here: add it, wish it paused, move it. What happens to its chunks only its owner writes
(`ownership.py`, `journal.py`); what came of them `Results` reads.
"""

# ruff: noqa: S608 - statements are put together from constants of this package; values are always bound

import logging
import secrets
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import msgspec

from dwhisper_gui.core.errors import JobAmbiguous, JobUnknown
from dwhisper_gui.core.job import Fingerprint, Job, JobState, Options, Output, Wish
from dwhisper_gui.jobs.database import BUSY_SECONDS, Database, Version
from dwhisper_gui.jobs.records import JOB_COLUMNS, JobProgress, job_from, job_to, name_of, to_json
from dwhisper_gui.jobs.results import Results

log = logging.getLogger(__name__)

ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that are mistaken for another when read aloud or copied."""
ID_LENGTH = 5

Place = Literal["up", "down", "top", "bottom"]

_ENDED = tuple(state.value for state in JobState if state.ended)


class Store:
    """The jobs of one user. Every method raises `StoreUnusable` where the file or its disk fails."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    async def open(cls, folder: Path, *, busy_seconds: float = BUSY_SECONDS) -> Self:
        """The store in a folder, both made where they are not there yet. Raises `StoreUnusable` or `StoreTooNew`."""
        return cls(await Database.open(folder, busy_seconds))

    async def close(self) -> None:
        """Ends the connection, after everything asked of it before."""
        await self.database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    @property
    def folder(self) -> Path:
        """Where the file is, and the locks beside it."""
        return self.database.path.parent

    async def wait_for_change(self, seen: Version | None = None) -> Version:
        """See `Database.wait_for_change`."""
        return await self.database.wait_for_change(seen)

    def results(self, job_id: str) -> Results:
        """What came of a job's chunks."""
        return Results(self.database, job_id)

    # --- finding -----------------------------------------------------------------------------------------------

    async def jobs(self) -> list[Job]:
        """All jobs, in the order of the queue."""
        return await self.database.read(lambda connection: _jobs(connection, "1"))

    async def find_job(self, name: str) -> Job:
        """The job whose id begins so. Raises `JobUnknown`, `JobAmbiguous`."""
        wanted = name.strip().lower()
        found = await self.database.read(lambda connection: _jobs(connection, "substr(id, 1, length(?1)) = ?1", wanted))
        if not found or not wanted:
            raise JobUnknown(job=name)
        if len(found) > 1:
            raise JobAmbiguous(job=name, candidates=", ".join(f"{job.id} ({name_of(job.path)})" for job in found))
        return found[0]

    async def find_jobs(self, names: Iterable[str]) -> list[Job]:
        """The jobs whose ids begin so, each once, in this order. Raises `JobUnknown`, `JobAmbiguous` where one is not to be found."""
        found = [await self.find_job(name) for name in names]
        return list({job.id: job for job in found}.values())

    async def find_unfinished(self, path: bytes, options: Options, fingerprint: Fingerprint | None = None) -> Job | None:
        """The job of this file with these options to go on with: of those begun with the file as it is now (`fingerprint`), else of
        all, the latest that has not ended, else the latest that ended in another way than done (`Job.state` says which). Whether the
        file is still the same is for the caller to compare."""
        jobs = [job for job in await self._with_options(path, options) if job.state is not JobState.DONE]
        return max(jobs, key=lambda job: (job.fingerprint == fingerprint, not job.state.ended, job.created), default=None)

    async def find_finished(self, path: bytes, options: Options, fingerprint: Fingerprint) -> Job | None:
        """The latest job of exactly this file with these options that is done."""
        jobs = [job for job in await self._with_options(path, options) if job.state is JobState.DONE and job.fingerprint == fingerprint]
        return max(jobs, key=lambda job: job.created, default=None)

    async def _with_options(self, path: bytes, options: Options) -> list[Job]:
        # Compared as objects: the text of an older row lacks the fields that were added since.
        jobs = await self.database.read(lambda connection: _jobs(connection, "path = ?", path))
        return [job for job in jobs if job.options == options]

    async def progress(self) -> dict[str, JobProgress]:
        """How far each job is, by its id; jobs of which nothing is prepared yet are not among them."""
        return await self.database.read(lambda connection: _progress(connection, "1"))

    async def progress_of(self, job_id: str) -> JobProgress:
        """How far one job is."""
        found = await self.database.read(lambda connection: _progress(connection, "job = ?", job_id))
        return found.get(job_id, JobProgress())

    # --- asking ------------------------------------------------------------------------------------------------

    async def add_job(self, path: bytes, options: Options, output: Output, fingerprint: Fingerprint) -> Job:
        """A new job at the end of the queue."""

        def add(connection: sqlite3.Connection) -> Job:
            job_id = _new_id(connection)
            (last,) = connection.execute("SELECT coalesce(max(position), 0) FROM jobs").fetchone()
            job = Job(job_id, path, options, output, fingerprint, position=last + 1, created=time.time())
            connection.execute(
                f"INSERT INTO jobs ({JOB_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                job_to(job),
            )
            return job

        return await self.database.write(add, tells=True)

    async def set_wish(self, job_id: str, wish: Wish) -> None:
        """What is wanted of a job from now on; its owner, if any, follows. Raises `JobUnknown`."""
        await self._set(job_id, "UPDATE jobs SET wish = ?1 WHERE id = ?2", wish.value)

    async def set_output(self, job_id: str, output: Output) -> None:
        """Where the subtitles go from now on. Raises `JobUnknown`."""
        await self._set(job_id, "UPDATE jobs SET output = ?1 WHERE id = ?2", to_json(output))

    async def remember(self, job_id: str, key: str, value: str) -> None:
        """Keeps what is not for the owner alone to decide; of a job that is gone, nothing."""
        statement = "INSERT OR REPLACE INTO memory (job, key, value) SELECT id, ?2, ?3 FROM jobs WHERE id = ?1"
        await self.database.write(lambda connection: connection.execute(statement, (job_id, key, value)))

    async def _set(self, job_id: str, statement: str, value: str) -> None:
        def change(connection: sqlite3.Connection) -> None:
            if not connection.execute(statement, (value, job_id)).rowcount:
                raise JobUnknown(job=job_id)

        await self.database.write(change, tells=True)

    async def move(self, job_id: str, to: Place | int) -> None:
        """Gives a job another place among those that have not ended: a step, an end, or its number, from 1. Raises `JobUnknown`."""

        def change(connection: sqlite3.Connection) -> None:
            rows = connection.execute("SELECT id, position, state FROM jobs ORDER BY position, created").fetchall()
            waiting = [(row_id, position) for row_id, position, state in rows if row_id == job_id or state not in _ENDED]
            order = [row_id for row_id, _ in waiting]
            if job_id not in order:
                raise JobUnknown(job=job_id)
            at = order.index(job_id)
            order.insert(_index(to, at, len(order)), order.pop(at))
            places = [position for _, position in waiting]
            connection.executemany("UPDATE jobs SET position = ? WHERE id = ?", zip(places, order, strict=True))

        await self.database.write(change, tells=True)


def _index(to: Place | int, at: int, count: int) -> int:
    match to:
        case "up":
            wanted = at - 1
        case "down":
            wanted = at + 1
        case "top":
            wanted = 0
        case "bottom":
            wanted = count - 1
        case _:
            wanted = to - 1
    return max(0, min(wanted, count - 1))


def _new_id(connection: sqlite3.Connection) -> str:
    while True:
        made = "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))
        if connection.execute("SELECT 1 FROM jobs WHERE id = ?", (made,)).fetchone() is None:
            return made


def _jobs(connection: sqlite3.Connection, which: str, *values: Any) -> list[Job]:
    rows = connection.execute(
        f"SELECT {JOB_COLUMNS} FROM jobs WHERE {which} ORDER BY position, created",
        values,
    ).fetchall()
    memories: dict[str, dict[str, str]] = {row[0]: {} for row in rows}
    for job_id, key, value in connection.execute(
        f"SELECT job, key, value FROM memory WHERE job IN (SELECT id FROM jobs WHERE {which})",
        values,
    ):
        memories[job_id][key] = value
    jobs = []
    for row in rows:
        try:
            jobs.append(job_from(row, memories[row[0]]))
        except (msgspec.DecodeError, ValueError):
            # One that can't be read, whoever wrote it so, must not take the others with it.
            log.warning("job %s can't be read and is left out", row[0], exc_info=True)
    return jobs


def _progress(connection: sqlite3.Connection, which: str, *values: str) -> dict[str, JobProgress]:
    rows = connection.execute(
        f"""WITH windows_of AS (
            SELECT w.job, w.part_index, w.ends - w.starts AS seconds, r.job IS NOT NULL AS done,
                r.job IS NULL AND c.state = 'failed' AS failed
            FROM windows w
            JOIN chunks c USING (job, part_index, chunk_index)
            LEFT JOIN results r USING (job, part_index, window_index)
            WHERE {which}
        ), parts_of AS (
            SELECT p.ends - p.starts AS medium, p.job, count(seconds) AS windows, total(done) AS done, total(failed) AS failed,
                total(seconds) AS seconds, total(seconds * done) AS seconds_done, total(seconds * (done OR failed)) AS seconds_settled
            FROM parts p LEFT JOIN windows_of USING (job, part_index)
            WHERE {which}
            GROUP BY p.job, p.part_index
        )
        SELECT job, count(*), sum(windows), sum(done), sum(failed), sum(seconds), sum(seconds_done), sum(medium),
            sum(medium - seconds + seconds_settled)
        FROM parts_of GROUP BY job""",
        values * 2,
    )
    return {
        job_id: JobProgress(parts, windows, int(done), int(failed), seconds, seconds_done, medium, settled)
        for job_id, parts, windows, done, failed, seconds, seconds_done, medium, settled in rows
    }
