"""Reading what came of a job: its parts as they were prepared, its windows' texts, what is missing, who tried."""

# ruff: noqa: S608 - statements are put together from constants of this package; values are always bound

import sqlite3
from collections.abc import AsyncIterator, Callable
from functools import partial
from itertools import groupby
from typing import TypeVar

from dwhisper_worker.contract import Segment, Span, Window, WindowResult

from dwhisper_gui.core.plan import Chunk, ChunkKey, Edge, PreparedPart
from dwhisper_gui.jobs.database import Database
from dwhisper_gui.jobs.records import (
    ATTEMPT_COLUMNS,
    SEGMENT_COLUMNS,
    Attempt,
    ChunkState,
    MissingWindow,
    attempt_from,
    segment_from,
    spans_from,
    texts_from,
)

T = TypeVar("T")

PAGE_WINDOWS = 250
"""Read at a time: about two hours of speech and a few MB, and a writer waits for no longer than that."""


class Results:
    """Of one job. Every method raises `StoreUnusable` where the file or its disk fails."""

    def __init__(self, database: Database, job_id: str) -> None:
        self._database = database
        self._job = job_id

    async def prepared_parts(self) -> dict[int, Span]:
        """The real edges of the parts that are prepared, by their index, in order."""
        parts = await self._each(
            lambda index, start, end: (int(index), Span(start, end)),
            "SELECT part_index, starts, ends FROM parts WHERE job = ? ORDER BY part_index",
        )
        return dict(parts)

    async def edges(self) -> dict[int, tuple[Edge, Edge]]:
        """The real edges of the parts that are prepared, by their index, in order, and whether each lies in speech."""
        return dict(
            await self._each(_edges, "SELECT part_index, starts, ends, end_in_speech, maybe FROM parts WHERE job = ? ORDER BY part_index")
        )

    async def settled_parts(self) -> frozenset[int]:
        """The parts of which nothing is left to do: prepared, and no chunk open. (Some may have failed.)"""
        return frozenset(
            await self._each(
                int,
                """SELECT part_index FROM parts p WHERE job = ? AND NOT EXISTS (
                    SELECT 1 FROM chunks c WHERE c.job = p.job AND c.part_index = p.part_index AND c.state = 'open')""",
            )
        )

    async def part(self, index: int) -> PreparedPart | None:
        """A part exactly as it was prepared; None where it is not yet."""
        return await self._database.read(lambda connection: _part(connection, self._job, index))

    async def chunk_states(self, part: int) -> dict[ChunkKey, ChunkState]:
        """How far each chunk of a part is, in order."""
        chunks = await self._each(
            _chunk_state,
            "SELECT part_index, chunk_index, state FROM chunks WHERE job = ? AND part_index = ? ORDER BY chunk_index",
            part,
        )
        return dict(chunks)

    async def windows_done(self, part: int) -> frozenset[int]:
        """The indexes of a part's windows that have a result."""
        return frozenset(await self._each(int, "SELECT window_index FROM results WHERE job = ? AND part_index = ?", part))

    async def windows(self) -> AsyncIterator[tuple[Span, WindowResult]]:
        """The result of each window that has one, in the order of time; a page at a time, so in little memory."""
        after = (-1, -1)
        while page := await self._database.read(partial(_page, job_id=self._job, after=after)):
            for _, span, result in page:
                yield span, result
            after = page[-1][0]

    async def sure_speech(self) -> list[Span]:
        """What surely is speech, in the order of time."""
        parts = await self._each(spans_from, "SELECT sure FROM parts WHERE job = ? ORDER BY part_index")
        return [span for spans in parts for span in spans]

    async def missing(self) -> list[MissingWindow]:
        """The windows without a result, in the order of time."""
        return await self._each(
            lambda start, end, part, chunk, state, reason: MissingWindow(
                Span(start, end), ChunkKey(part, chunk), state == ChunkState.FAILED, reason
            ),
            """SELECT w.starts, w.ends, w.part_index, w.chunk_index, c.state, c.reason
            FROM windows w
            JOIN chunks c USING (job, part_index, chunk_index)
            LEFT JOIN results r USING (job, part_index, window_index)
            WHERE w.job = ? AND r.job IS NULL
            ORDER BY w.part_index, w.window_index""",
        )

    async def attempts(self) -> list[Attempt]:
        """Every lease of every chunk, in the order they were given."""
        return await self._each(
            attempt_from,
            f"SELECT {ATTEMPT_COLUMNS} FROM attempts WHERE job = ? ORDER BY id",
        )

    async def _each(self, make: Callable[..., T], query: str, *values: int) -> list[T]:
        # Made on the store's thread as well: there a blob that does not decode is the file's fault.
        return await self._database.read(
            lambda connection: [make(*row) for row in connection.execute(query, (self._job, *values))],
        )


def _chunk_state(part: int, index: int, state: str) -> tuple[ChunkKey, ChunkState]:
    return ChunkKey(part, index), ChunkState(state)


def _edges(index: int, start: float, end: float, end_in_speech: int, maybe: bytes) -> tuple[int, tuple[Edge, Edge]]:
    speech = spans_from(maybe)
    return index, (Edge(start, in_speech=bool(speech) and speech[0].start <= start), Edge(end, bool(end_in_speech)))


def _part(connection: sqlite3.Connection, job_id: str, index: int) -> PreparedPart | None:
    which = (job_id, index)
    row = connection.execute(
        "SELECT starts, ends, end_in_speech, maybe, sure, peaks FROM parts WHERE job = ? AND part_index = ?", which
    ).fetchone()
    if row is None:
        return None
    start, end, end_in_speech, maybe, sure, peaks = row
    windows: dict[int, list[Window]] = {
        chunk: []
        for (chunk,) in connection.execute("SELECT chunk_index FROM chunks WHERE job = ? AND part_index = ? ORDER BY chunk_index", which)
    }
    for chunk, *columns in connection.execute(
        """SELECT chunk_index, window_index, starts, ends, maybe, sure FROM windows
        WHERE job = ? AND part_index = ? ORDER BY window_index""",
        which,
    ):
        number, starts, ends, maybe_inside, sure_inside = columns
        windows[chunk].append(Window(number, starts, ends, spans_from(maybe_inside), spans_from(sure_inside)))
    return PreparedPart(
        index=index,
        span=Span(start, end),
        end_in_speech=bool(end_in_speech),
        maybe=spans_from(maybe),
        sure=spans_from(sure),
        chunks=tuple(Chunk(ChunkKey(index, chunk), tuple(inside)) for chunk, inside in windows.items()),
        peaks=peaks,
    )


_Key = tuple[int, int]


def _page(connection: sqlite3.Connection, job_id: str, after: _Key) -> list[tuple[_Key, Span, WindowResult]]:
    rows = connection.execute(
        """SELECT part_index, window_index, w.starts, w.ends, r.decodings, r.sampled, r.flaws
        FROM results r JOIN windows w USING (job, part_index, window_index)
        WHERE r.job = ? AND (r.part_index, r.window_index) > (?, ?)
        ORDER BY r.part_index, r.window_index LIMIT ?""",
        (job_id, *after, PAGE_WINDOWS),
    ).fetchall()
    if not rows:
        return []
    segments: dict[_Key, tuple[Segment, ...]] = {
        key: tuple(segment_from(row[2:]) for row in found)
        for key, found in groupby(
            connection.execute(
                f"""SELECT part_index, window_index, {SEGMENT_COLUMNS} FROM segments
                WHERE job = ? AND (part_index, window_index) > (?, ?) AND (part_index, window_index) <= (?, ?)
                ORDER BY part_index, window_index, segment_index""",
                (job_id, *after, *rows[-1][:2]),
            ),
            key=lambda row: (row[0], row[1]),
        )
    }
    return [
        (
            (part, window),
            Span(start, end),
            WindowResult(window, segments.get((part, window), ()), decodings, bool(sampled), texts_from(flaws)),
        )
        for part, window, start, end, decodings, sampled, flaws in rows
    ]
