"""Reading what came of a job: exactly what was written, in order, a page at a time."""

import asyncio
import dataclasses
import sqlite3
import string
from pathlib import Path

from dwhisper_worker.contract import Segment, Span, Window, WindowResult, Word
from hypothesis import given, settings
from hypothesis import strategies as st

from dwhisper_gui.core.plan import Chunk, ChunkKey, Edge, PreparedPart
from dwhisper_gui.jobs.journal import StoreJournal, _add_result
from dwhisper_gui.jobs.results import PAGE_WINDOWS
from dwhisper_gui.jobs.store import Store
from tests.jobs.makers import add_job, part, result

seconds = st.floats(0, 1e6, allow_nan=False)
numbers = st.floats(allow_nan=False)
texts = st.text(st.characters(exclude_categories=["Cs"]) | st.just("\0"))
spans = st.lists(st.builds(Span, seconds, seconds), max_size=4).map(tuple)
words = st.lists(st.builds(Word, seconds, seconds, texts, numbers), max_size=5).map(tuple)
segments = st.lists(st.builds(Segment, seconds, seconds, texts, words, numbers, numbers, numbers, numbers), max_size=3).map(tuple)
flaws = st.lists(st.text(string.ascii_lowercase), max_size=3).map(tuple)


@st.composite
def prepared(draw: st.DrawFn) -> PreparedPart:
    index = draw(st.integers(0, 100))
    count = 0
    chunks = []
    for number, size in enumerate(draw(st.lists(st.integers(0, 3), max_size=4))):
        inside = [Window(i, draw(seconds), draw(seconds), draw(spans), draw(spans)) for i in range(count, count + size)]
        count += size
        chunks.append(Chunk(ChunkKey(index, number), tuple(inside)))
    span = Span(draw(seconds), draw(seconds))
    return PreparedPart(index, span, draw(st.booleans()), draw(spans), draw(spans), tuple(chunks), draw(st.binary(max_size=300)))


def test_what_is_written_comes_back_equal(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        store = runner.run(Store.open(tmp_path))

        async def there_and_back(written: PreparedPart, results: list[WindowResult]) -> None:
            job = await add_job(store)
            journal = await StoreJournal.begin(store.database, job.id)
            await journal.part_prepared(written)
            for chunk in written.chunks:
                for window in chunk.windows:
                    await journal.window_done(chunk.key, results[window.index])
            reads = store.results(job.id)
            assert await reads.part(written.index) == written
            assert await reads.prepared_parts() == {written.index: written.span}
            assert await reads.sure_speech() == list(written.sure)
            windows = [window for chunk in written.chunks for window in chunk.windows]
            assert [pair async for pair in reads.windows()] == [
                (Span(window.start, window.end), results[window.index]) for window in windows
            ]

        @settings(max_examples=40)
        @given(prepared(), st.data())
        def check(written: PreparedPart, data: st.DataObject) -> None:
            count = sum(len(chunk.windows) for chunk in written.chunks)
            results = [
                data.draw(st.builds(WindowResult, st.just(i), segments, st.integers(1, 9), st.booleans(), flaws)) for i in range(count)
            ]
            runner.run(there_and_back(written, results))

        try:
            check()
        finally:
            runner.run(store.close())


async def test_windows_come_in_the_order_of_time_whatever_order_they_came_in(store: Store) -> None:
    job = await add_job(store)
    journal = await StoreJournal.begin(store.database, job.id)
    for index in (10, 2, 9):
        await journal.part_prepared(part(index))
    for index, window in ((10, 0), (2, 3), (9, 1), (2, 0), (10, 3), (2, 1)):
        await journal.window_done(ChunkKey(index, window // 2), result(window))
    found = [(span.start, answer.index) async for span, answer in store.results(job.id).windows()]
    assert found == [(1200.0, 0), (1225.0, 1), (1275.0, 3), (5425.0, 1), (6000.0, 0), (6075.0, 3)]
    assert list(await store.results(job.id).prepared_parts()) == [2, 9, 10]
    assert [span.start for span in await store.results(job.id).sure_speech()][:2] == [1200.5, 1225.5]


async def test_edges_are_those_of_the_prepared_parts(store: Store) -> None:
    job = await add_job(store)
    journal = await StoreJournal.begin(store.database, job.id)
    for one in (dataclasses.replace(part(2), maybe=(Span(1203.0, 1210.0),)), part(1)):
        await journal.part_prepared(one)
    assert await store.results(job.id).edges() == {
        1: (Edge(600.0, in_speech=True), Edge(1200.0, in_speech=True)),
        2: (Edge(1200.0, in_speech=False), Edge(1800.0, in_speech=False)),
    }


async def test_jobs_do_not_mix(store: Store) -> None:
    one, other = await add_job(store), await add_job(store)
    for job, window in ((one, 0), (other, 1)):
        journal = await StoreJournal.begin(store.database, job.id)
        await journal.part_prepared(part(0))
        await journal.window_done(ChunkKey(0, 0), result(window))
    assert [answer.index async for _, answer in store.results(one.id).windows()] == [0]
    assert await store.results(other.id).windows_done(0) == {1}
    assert await store.results("zzzzz").part(0) is None


async def test_reading_takes_two_statements_a_page_however_many_windows(store: Store) -> None:
    job = await add_job(store)
    journal = await StoreJournal.begin(store.database, job.id)
    pages = 3
    whole = part(0, chunks=pages * PAGE_WINDOWS // 10, windows=10)
    await journal.part_prepared(whole)

    def fill(connection: sqlite3.Connection) -> None:
        for chunk in whole.chunks:
            for window in chunk.windows:
                _add_result(connection, (job.id, 0, chunk.key.index), result(window.index))

    await store.database.write(fill)
    statements: list[str] = []
    await store.database.read(lambda connection: connection.set_trace_callback(statements.append))
    found = [answer async for _, answer in store.results(job.id).windows()]
    await store.results(job.id).part(0)
    await store.jobs()
    await store.progress()
    await store.database.read(lambda connection: connection.set_trace_callback(None))
    assert found == [result(index) for index in range(pages * PAGE_WINDOWS)]
    selects = [statement for statement in statements if statement.lstrip().startswith(("SELECT", "WITH"))]
    # Two a page and one that finds no more; the part, its chunks and its windows; jobs and their memory; the progress.
    assert len(selects) == 2 * pages + 1 + 3 + 2 + 1
