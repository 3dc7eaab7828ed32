"""The tables of the store, and how a file of an older layout becomes one of this.

`PRAGMA user_version` counts the steps of `MIGRATIONS` that a file has been through. A step that has been released is never
changed; a new layout is a new step.

Of the machine's text a segment is a row, so that it can be searched, and pointed at by a later layer of edits (its key is final);
its words are one msgpack blob in that row. They are only ever read with their segment, and a word is found by its place in it:
a row for each of the 100,000 words of ten hours would cost a key of four columns each and answer no question more.
Triggers keep what the machine said as it was said.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Sequence

Step = Callable[[sqlite3.Connection], None]

APPLICATION_ID = 0x44576873
"""Says that a file is ours ("DWhs"), in its header."""

_TABLES = (
    """CREATE TABLE jobs (
        id TEXT NOT NULL PRIMARY KEY,
        path BLOB NOT NULL,
        options TEXT NOT NULL,
        output TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        wish TEXT NOT NULL CHECK (wish IN ('run', 'pause', 'cancel')),
        state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'done', 'incomplete', 'failed', 'cancelled')),
        position INTEGER NOT NULL,
        created REAL NOT NULL,
        epoch INTEGER NOT NULL DEFAULT 0,
        error TEXT
    )""",
    "CREATE INDEX jobs_by_path ON jobs (path)",
    """CREATE TABLE memory (
        job TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (job, key)
    ) WITHOUT ROWID""",
    # The peaks come last: a row is read from its front, and they are much the longest.
    """CREATE TABLE parts (
        job TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
        part_index INTEGER NOT NULL,
        starts REAL NOT NULL,
        ends REAL NOT NULL,
        end_in_speech INTEGER NOT NULL,
        maybe BLOB NOT NULL,
        sure BLOB NOT NULL,
        peaks BLOB NOT NULL,
        PRIMARY KEY (job, part_index)
    )""",
    """CREATE TABLE chunks (
        job TEXT NOT NULL,
        part_index INTEGER NOT NULL,
        chunk_index INTEGER NOT NULL,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'failed')),
        reason TEXT,
        PRIMARY KEY (job, part_index, chunk_index),
        FOREIGN KEY (job, part_index) REFERENCES parts ON DELETE CASCADE
    ) WITHOUT ROWID""",
    """CREATE TABLE windows (
        job TEXT NOT NULL,
        part_index INTEGER NOT NULL,
        window_index INTEGER NOT NULL,
        chunk_index INTEGER NOT NULL,
        starts REAL NOT NULL,
        ends REAL NOT NULL,
        maybe BLOB NOT NULL,
        sure BLOB NOT NULL,
        PRIMARY KEY (job, part_index, window_index),
        FOREIGN KEY (job, part_index, chunk_index) REFERENCES chunks ON DELETE CASCADE
    ) WITHOUT ROWID""",
    """CREATE TABLE results (
        job TEXT NOT NULL,
        part_index INTEGER NOT NULL,
        window_index INTEGER NOT NULL,
        decodings INTEGER NOT NULL,
        sampled INTEGER NOT NULL,
        flaws BLOB NOT NULL,
        PRIMARY KEY (job, part_index, window_index),
        FOREIGN KEY (job, part_index, window_index) REFERENCES windows ON DELETE CASCADE
    ) WITHOUT ROWID""",
    # The figures are NULL where the engine gave no number (NaN), which SQLite has no other way to keep.
    """CREATE TABLE segments (
        id INTEGER PRIMARY KEY,
        job TEXT NOT NULL,
        part_index INTEGER NOT NULL,
        window_index INTEGER NOT NULL,
        segment_index INTEGER NOT NULL,
        starts REAL NOT NULL,
        ends REAL NOT NULL,
        text TEXT NOT NULL,
        mean_log_probability REAL,
        no_speech_probability REAL,
        compression_ratio REAL,
        temperature REAL,
        words BLOB NOT NULL,
        UNIQUE (job, part_index, window_index, segment_index),
        FOREIGN KEY (job, part_index, window_index) REFERENCES results ON DELETE CASCADE
    )""",
    """CREATE TABLE attempts (
        id INTEGER PRIMARY KEY,
        job TEXT NOT NULL,
        part_index INTEGER NOT NULL,
        chunk_index INTEGER NOT NULL,
        lease INTEGER NOT NULL,
        worker TEXT NOT NULL,
        host TEXT NOT NULL,
        leased REAL NOT NULL,
        ended REAL,
        outcome TEXT NOT NULL DEFAULT 'leased' CHECK (outcome IN ('leased', 'done', 'released', 'failed', 'lost')),
        reason TEXT,
        figures BLOB,
        counted INTEGER NOT NULL DEFAULT 1,
        FOREIGN KEY (job, part_index, chunk_index) REFERENCES chunks ON DELETE CASCADE
    )""",
    "CREATE INDEX attempts_by_chunk ON attempts (job, part_index, chunk_index)",
    """CREATE TRIGGER results_are_final BEFORE UPDATE ON results
        BEGIN SELECT RAISE(ABORT, 'the machine''s text is never changed'); END""",
    """CREATE TRIGGER segments_are_final BEFORE UPDATE ON segments
        BEGIN SELECT RAISE(ABORT, 'the machine''s text is never changed'); END""",
)


def _first(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    for statement in _TABLES:
        connection.execute(statement)


def _leftovers(connection: sqlite3.Connection) -> None:
    # What is to be deleted on servers of jobs that are no more, so it refers to none of them.
    connection.execute("CREATE TABLE leftovers (memory TEXT NOT NULL PRIMARY KEY, job TEXT NOT NULL, name TEXT NOT NULL)")


MIGRATIONS: tuple[Step, ...] = (_first, _leftovers)


def version(connection: sqlite3.Connection) -> int:
    """How many steps the file has been through; 0 is an empty one."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    return int(found)


def is_foreign(connection: sqlite3.Connection) -> bool:
    """The file is a database, but another program's."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(application != APPLICATION_ID and objects)


def is_whole(connection: sqlite3.Connection) -> bool:
    """Whether the file is what its version says it is, to the last page. Reads all of it."""
    try:
        sound = connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
            migrate(new, MIGRATIONS[: version(connection)])
            return sound and not connection.execute("PRAGMA foreign_key_check").fetchone() and _layout(connection) == _layout(new)
    except (sqlite3.DatabaseError, UnicodeDecodeError):  # what SQLite says of damaged text may be damaged itself
        return False


def _layout(connection: sqlite3.Connection) -> set[tuple[str, ...]]:
    return set(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"))


def migrate(connection: sqlite3.Connection, steps: Sequence[Step]) -> None:
    """Takes the file through the steps it lacks, each in a transaction of its own. Other programs may be doing the same.

    Foreign keys are off meanwhile, else a step that rebuilds a table would delete what refers to it; they are checked instead
    (https://www.sqlite.org/lang_altertable.html)."""
    connection.execute("PRAGMA foreign_keys = OFF")
    while version(connection) < len(steps):
        connection.execute("BEGIN IMMEDIATE")
        try:
            at = version(connection)
            if at < len(steps):
                steps[at](connection)
                if connection.execute("PRAGMA foreign_key_check").fetchone():
                    raise sqlite3.IntegrityError(f"step {at + 1} leaves rows that refer to nothing")
                connection.execute(f"PRAGMA user_version = {at + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    connection.execute("PRAGMA foreign_keys = ON")
