"""The journal on the store: what a runner writes down, and that only the owner does."""

import dataclasses
import math
import sqlite3

import pytest

from dwhisper_gui.core.errors import OwnershipLost
from dwhisper_gui.core.job import JobState, Wish
from dwhisper_gui.core.journal import REVISION, Journal
from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.jobs.journal import StoreJournal
from dwhisper_gui.jobs.records import ChunkState, Outcome
from dwhisper_gui.jobs.results import Results
from dwhisper_gui.jobs.store import Store
from tests.jobs.makers import FIGURES, add_job, part, result

KEY = ChunkKey(0, 0)


@pytest.fixture
async def job(store: Store) -> str:
    return (await add_job(store)).id


@pytest.fixture
async def journal(store: Store, job: str) -> StoreJournal:
    return await StoreJournal.begin(store.database, job)


@pytest.fixture
def results(store: Store, job: str) -> Results:
    return store.results(job)


async def test_a_part_is_written_once_and_a_second_time_changes_nothing(journal: StoreJournal, results: Results) -> None:
    as_port: Journal = journal
    await as_port.part_prepared(part(0))
    await as_port.part_prepared(dataclasses.replace(part(0, chunks=3), end_in_speech=True))
    assert await results.part(0) == part(0)


async def test_a_part_that_can_not_be_written_leaves_nothing(store: Store, journal: StoreJournal, results: Results) -> None:
    broken = part(0)
    twice = dataclasses.replace(broken, chunks=(broken.chunks[0], dataclasses.replace(broken.chunks[0], key=ChunkKey(0, 1))))
    with pytest.raises(sqlite3.IntegrityError):
        await journal.part_prepared(twice)
    assert await results.prepared_parts() == {}
    assert (await store.progress()) == {}


async def test_a_window_is_known_once(journal: StoreJournal, results: Results) -> None:
    await journal.part_prepared(part(0))
    assert await journal.window_done(KEY, result(1))
    assert not await journal.window_done(KEY, result(1, words=4))
    assert [found async for _, found in results.windows()] == [result(1)]
    assert await results.windows_done(0) == {1}


async def test_a_window_of_another_chunk_is_refused(journal: StoreJournal, results: Results) -> None:
    await journal.part_prepared(part(0))
    for chunk, window in ((KEY, 2), (KEY, 99), (ChunkKey(3, 0), 0)):
        with pytest.raises(ValueError, match="is not in chunk"):
            await journal.window_done(chunk, result(window))
    assert await results.windows_done(0) == set()


async def test_a_chunk_is_done_once_and_only_with_all_its_windows(journal: StoreJournal, results: Results) -> None:
    await journal.part_prepared(part(0))
    lease = await journal.leased(KEY, "worker 1", "here")
    await journal.window_done(KEY, result(0))
    with pytest.raises(ValueError, match="lacks a window's result"):
        await journal.result(KEY, lease, FIGURES)
    assert (await results.chunk_states(0))[KEY] is ChunkState.OPEN
    await journal.window_done(KEY, result(1))
    assert await journal.result(KEY, lease, FIGURES)
    assert not await journal.result(KEY, lease, dataclasses.replace(FIGURES, windows=9))
    assert await results.chunk_states(0) == {KEY: ChunkState.DONE, ChunkKey(0, 1): ChunkState.OPEN}
    (attempt,) = await results.attempts()
    assert (attempt.chunk, attempt.lease, attempt.worker, attempt.host) == (KEY, 1, "worker 1", "here")
    assert (attempt.outcome, attempt.reason, attempt.figures) == (Outcome.DONE, None, FIGURES)
    assert attempt.ended is not None
    assert attempt.ended >= attempt.leased


async def test_only_failures_count_as_tries(journal: StoreJournal, results: Results) -> None:
    await journal.part_prepared(part(0))
    assert await journal.leased(KEY, "a", "h") == 1
    await journal.failed(KEY, 1, "It died.", final=False)
    assert await journal.leased(KEY, "b", "h") == 2
    await journal.released(KEY, 2, "paused")
    assert await journal.leased(KEY, "c", "h") == 2
    assert await journal.leased(KEY, "backup", "h") == 3, "two leases of one chunk at once are told apart"
    assert await journal.leased(ChunkKey(0, 1), "d", "h") == 1
    found = [(attempt.worker, attempt.outcome, attempt.reason) for attempt in await results.attempts()]
    assert found[:3] == [("a", Outcome.FAILED, "It died."), ("b", Outcome.RELEASED, "paused"), ("c", Outcome.LEASED, None)]
    assert (await results.chunk_states(0))[KEY] is ChunkState.OPEN


async def test_a_failed_chunk_is_named_with_what_it_lacks(journal: StoreJournal, results: Results) -> None:
    await journal.part_prepared(part(0))
    lease = await journal.leased(KEY, "a", "h")
    await journal.window_done(KEY, result(0))
    await journal.failed(KEY, lease, "Third time.", final=True)
    missing = await results.missing()
    first, second = part(0).chunks
    assert [(gap.span.start, gap.chunk, gap.failed, gap.reason) for gap in missing] == [
        (first.windows[1].start, KEY, True, "Third time."),
        (second.windows[0].start, second.key, False, None),
        (second.windows[1].start, second.key, False, None),
    ]
    assert await results.settled_parts() == set()
    await journal.failed(second.key, await journal.leased(second.key, "a", "h"), "No.", final=True)
    assert await results.settled_parts() == {0}


async def test_a_late_result_mends_a_failed_chunk_and_a_late_failure_spoils_no_done_one(journal: StoreJournal, results: Results) -> None:
    await journal.part_prepared(part(0))
    first, second = await journal.leased(KEY, "slow", "h"), await journal.leased(KEY, "broken", "h")
    await journal.failed(KEY, second, "Gave up.", final=True)
    for window in (0, 1):
        await journal.window_done(KEY, result(window))
    assert await journal.result(KEY, first, FIGURES)
    third = await journal.leased(KEY, "later", "h")
    await journal.failed(KEY, third, "Too late.", final=True)
    assert (await results.chunk_states(0))[KEY] is ChunkState.DONE


async def test_retry_opens_failed_chunks_with_all_their_tries(store: Store, journal: StoreJournal, results: Results, job: str) -> None:
    await journal.part_prepared(part(0))
    for number in (1, 2, 3):
        assert await journal.leased(KEY, "a", "h") == number
        await journal.failed(KEY, number, "No.", final=number == 3)
    await journal.set_state(JobState.INCOMPLETE, "Some is missing.")
    await store.set_wish(job, Wish.PAUSE)
    await journal.retry()
    found = await store.find_job(job)
    assert (found.state, found.wish, found.error) == (JobState.QUEUED, Wish.RUN, None)
    assert (await results.chunk_states(0))[KEY] is ChunkState.OPEN
    assert [gap.reason for gap in await results.missing()] == [None] * 4
    assert len(await results.attempts()) == 3
    assert await journal.leased(KEY, "a", "h") == 1


async def test_what_was_given_out_is_of_no_use_once_failed_chunks_are_open_again(store: Store, journal: StoreJournal, job: str) -> None:
    await journal.part_prepared(part(0))
    await journal.retry()
    assert REVISION not in (await store.find_job(job)).memory, "nothing had failed"
    for revision in ("1", "2"):
        await journal.failed(KEY, await journal.leased(KEY, "a", "h"), "No.", final=True)
        await journal.retry()
        assert (await store.find_job(job)).memory[REVISION] == revision


async def test_a_part_that_is_forgotten_leaves_the_others_and_what_is_remembered(
    store: Store, journal: StoreJournal, results: Results, job: str
) -> None:
    for index in (0, 1):
        await journal.part_prepared(part(index))
        await journal.leased(ChunkKey(index, 0), "a", "h")
        await journal.window_done(ChunkKey(index, 0), result(0))
    await journal.remember("unreadable", "[1, 2]")
    await journal.forget_part(0, "unreadable", "[2]")
    assert await results.part(0) is None
    assert [attempt.chunk.part for attempt in await results.attempts()] == [1]
    assert len([answer async for _, answer in results.windows()]) == 1
    assert (await store.find_job(job)).memory == {"unreadable": "[2]", REVISION: "1"}
    await journal.part_prepared(part(0))
    assert await results.windows_done(0) == set()


async def test_leases_that_are_let_go_do_not_count(journal: StoreJournal, results: Results) -> None:
    await journal.part_prepared(part(0))
    await journal.failed(KEY, await journal.leased(KEY, "a", "h"), "It died.", final=False)
    assert await journal.leased(KEY, "b", "h") == 2
    await journal.let_go()
    first, second = await results.attempts()
    assert (first.outcome, first.reason) == (Outcome.FAILED, "It died.")
    assert (second.outcome, second.reason) == (Outcome.RELEASED, "stopped")
    assert second.ended is not None
    assert await journal.leased(KEY, "c", "h") == 2


async def test_memory_keeps_the_latest(store: Store, journal: StoreJournal, job: str) -> None:
    await journal.remember("language", "auto")
    await journal.remember("language", "de")
    await journal.remember("duration", "12.5")
    assert (await store.find_job(job)).memory == {"language": "de", "duration": "12.5"}


async def test_an_earlier_owner_writes_nothing_any_more(store: Store, journal: StoreJournal, results: Results, job: str) -> None:
    await journal.part_prepared(part(0))
    lease = await journal.leased(KEY, "a", "h")
    later = await StoreJournal.begin(store.database, job)
    writes = [
        journal.part_prepared(part(1)),
        journal.leased(KEY, "a", "h"),
        journal.window_done(KEY, result(0)),
        journal.result(KEY, lease, FIGURES),
        journal.released(KEY, lease, "paused"),
        journal.failed(KEY, lease, "No.", final=True),
        journal.remember("language", "en"),
        journal.set_state(JobState.DONE),
        journal.retry(),
        journal.let_go(),
        journal.forget_part(0, "unreadable", "[]"),
        journal.revise(),
        journal.delete(),
    ]
    before = await store.jobs(), await store.progress(), await results.attempts()
    for write in writes:
        with pytest.raises(OwnershipLost, match=job):
            await write
    assert (await store.jobs(), await store.progress(), await results.attempts()) == before
    assert await later.window_done(KEY, result(0))


async def test_a_new_owner_puts_in_order_what_a_dead_one_left(store: Store, journal: StoreJournal, results: Results, job: str) -> None:
    await journal.part_prepared(part(0))
    await journal.leased(KEY, "a", "h")
    for window in (0, 1):
        await journal.window_done(KEY, result(window))
    await journal.leased(ChunkKey(0, 1), "b", "h")
    journal = await StoreJournal.begin(store.database, job)
    assert await results.chunk_states(0) == {KEY: ChunkState.DONE, ChunkKey(0, 1): ChunkState.OPEN}
    assert [(attempt.outcome, attempt.ended) for attempt in await results.attempts()] == [(Outcome.LOST, None)] * 2
    assert await journal.leased(ChunkKey(0, 1), "c", "h") == 1, "a crash of the program is not the chunk's fault"


async def test_a_deleted_job_leaves_nothing(store: Store, journal: StoreJournal) -> None:
    await journal.part_prepared(part(0))
    await journal.leased(KEY, "a", "h")
    await journal.window_done(KEY, result(0))
    await journal.remember("language", "en")
    await journal.delete()

    def rows(connection: sqlite3.Connection) -> int:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert len(tables) >= 8
        return sum(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)  # noqa: S608

    assert await store.database.read(rows) == 0


@pytest.mark.parametrize("statement", ["UPDATE segments SET text = 'x'", "UPDATE results SET flaws = x'90'"])
async def test_the_machines_text_is_never_changed(store: Store, journal: StoreJournal, statement: str) -> None:
    await journal.part_prepared(part(0))
    await journal.window_done(KEY, result(0))
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        await store.database.write(lambda connection: connection.execute(statement))


async def test_a_figure_that_is_no_number_is_kept(journal: StoreJournal, results: Results) -> None:
    await journal.part_prepared(part(0))
    odd = result(0)
    await journal.window_done(
        KEY, dataclasses.replace(odd, segments=(dataclasses.replace(odd.segments[0], mean_log_probability=math.nan, temperature=math.inf),))
    )
    ((_, found),) = [pair async for pair in results.windows()]
    assert math.isnan(found.segments[0].mean_log_probability)
    assert found.segments[0].temperature == math.inf
