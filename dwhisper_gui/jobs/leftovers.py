"""What is still to be deleted on servers of jobs that are no more: written down as a job is removed, and kept until it is done."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.core.errors import DWhisperError
from dwhisper_gui.core.server_errors import ServerUnreachable
from dwhisper_gui.jobs.records import name_of
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.runners.leftovers import Reach, forget
from dwhisper_gui.runners.remembered import MEMORY, Begun, remembered

log = logging.getLogger(__name__)

AGAIN_SECONDS = 30.0
MOST_AGAIN_SECONDS = 3600.0
"""A server that is away may be back in a minute, or have gone for good."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """Of a job that was removed: its id, the name of its medium, and what its memory had of servers (`runners.remembered`), which has
    identifiers of its own and is never another job's."""

    job: str
    name: str
    memory: str

    @property
    def begun(self) -> tuple[Begun, ...]:
        """What may be there of it, with the addresses of the servers."""
        known = remembered({MEMORY: self.memory})
        return known.begun if known is not None else ()


def keep(connection: sqlite3.Connection, job_id: str) -> None:
    """Writes down what a job may have on servers, if it was ever on one: in the transaction that removes it, before that."""
    found = connection.execute(
        "SELECT path, value FROM jobs JOIN memory ON memory.job = jobs.id WHERE id = ? AND key = ?", (job_id, MEMORY)
    ).fetchone()
    if found is None:
        return
    path, memory = found
    if remembered({MEMORY: memory}) is not None:  # what can't be read leads nowhere
        connection.execute("INSERT OR IGNORE INTO leftovers (memory, job, name) VALUES (?, ?, ?)", (memory, job_id, name_of(path)))


async def leftovers(store: Store) -> list[Leftover]:
    """All that is outstanding, the oldest first. Raises `StoreUnusable`."""
    statement = "SELECT job, name, memory FROM leftovers ORDER BY rowid"
    return await store.database.read(lambda connection: [Leftover(*row) for row in connection.execute(statement)])


async def delete_leftovers(
    store: Store, reach: Reach, forget_files: Callable[[str], None], wanted: Callable[[Leftover], bool] = lambda _: True
) -> list[tuple[Leftover, DWhisperError | None]]:
    """Deletes on servers what is outstanding, of that what is `wanted`, and takes out what the servers have confirmed; `forget_files` is
    called with the id of each workflow. Returns what was tried, with why it could not all be done. Several programs may do it at once.
    Raises `StoreUnusable`."""
    tried: list[tuple[Leftover, DWhisperError | None]] = []
    away: dict[str, ServerUnreachable] = {}

    async def reached(url: str) -> ServerAddress:
        if url in away:  # each of many jobs would wait for the same connection
            raise away[url]
        return await reach(url)

    for left in filter(wanted, await leftovers(store)):
        try:
            await forget(reached, {MEMORY: left.memory}, forget_files)
        except DWhisperError as error:
            log.warning("what is left of the removed job %s on servers could not all be deleted: %s", left.job, error)
            if isinstance(error, ServerUnreachable):
                away[str(error.fields["server"])] = error
            tried.append((left, error))
        else:
            await _take_out(store, left)
            tried.append((left, None))
    return tried


async def delete_until_none(store: Store, reach: Reach, forget_files: Callable[[str], None]) -> None:
    """Deletes what is outstanding, again and again until all of it is: for the background of a program that works with a server, in whose
    way it never is. Raises nothing."""
    pause = AGAIN_SECONDS
    try:
        while any(error for _, error in await delete_leftovers(store, reach, forget_files)):
            await asyncio.sleep(pause)
            pause = min(2 * pause, MOST_AGAIN_SECONDS)
    except Exception:  # whatever it is, it must not cost the job that the program is there for
        log.exception("what is left of removed jobs on servers could not be deleted")


async def _take_out(store: Store, left: Leftover) -> None:
    await store.database.write(lambda connection: connection.execute("DELETE FROM leftovers WHERE memory = ?", (left.memory,)))
