"""The queue: adding, finding, asking, moving, following."""

import asyncio
import dataclasses
import secrets
from pathlib import Path

import pytest

from dwhisper_gui.core.errors import JobAmbiguous, JobUnknown
from dwhisper_gui.core.job import Fingerprint, Job, JobState, Output, Wish
from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.jobs.ownership import own
from dwhisper_gui.jobs.store import ID_LETTERS, Place, Store
from tests.jobs.makers import FINGERPRINT, OPTIONS, OUTPUT, add_job, line, other_program, part, result


async def set_state(store: Store, job: Job, state: JobState, error: str | None = None) -> None:
    mine = await own(store, job.id)
    assert mine is not None
    with mine:
        await mine.journal.set_state(state, error)


async def test_a_job_comes_back_as_it_was_added_in_another_session(tmp_path: Path) -> None:
    async with await Store.open(tmp_path) as store:
        added = await add_job(store)
        assert (added.path, added.options, added.output, added.fingerprint) == (b"/media/talk \xff.mp4", OPTIONS, OUTPUT, FINGERPRINT)
        await set_state(store, added, JobState.FAILED, "It is gone.")
    async with await Store.open(tmp_path) as store:
        assert await store.jobs() == [dataclasses.replace(added, state=JobState.FAILED, error="It is gone.")]


async def test_ids_can_be_read_aloud_and_are_never_given_twice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = iter("aaaaaaaaaaaaaab")
    monkeypatch.setattr(secrets, "choice", lambda _: next(letters))
    assert [(await add_job(store)).id for _ in range(2)] == ["aaaaa", "aaaab"]
    assert not set(ID_LETTERS) & set("01oil")


async def test_a_job_is_found_by_the_beginning_of_its_id(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = iter("abcdeabxyzmnpqr")
    monkeypatch.setattr(secrets, "choice", lambda _: next(letters))
    for _ in range(3):
        await add_job(store)
    assert (await store.find_job("M")).id == "mnpqr"
    assert (await store.find_job(" abx ")).id == "abxyz"
    with pytest.raises(JobAmbiguous, match=r"“ab” could be several jobs: abcde \(talk �.mp4\), abxyz"):
        await store.find_job("ab")
    for unknown in ("b", "abcdef", "%", "a_", "*", ""):
        with pytest.raises(JobUnknown):
            await store.find_job(unknown)


async def test_several_jobs_are_found_each_once_or_none_at_all(store: Store) -> None:
    first, second = await add_job(store), await add_job(store)
    assert await store.find_jobs([second.id, first.id, second.id.upper()]) == [second, first]
    assert await store.find_jobs([]) == []
    with pytest.raises(JobUnknown, match="nope"):
        await store.find_jobs([first.id, "nope"])


async def test_the_unfinished_job_of_the_same_path_and_options_is_found(store: Store) -> None:
    path = b"/media/talk.mp4"
    assert await store.find_unfinished(path, OPTIONS) is None
    cancelled = await add_job(store, path)
    await add_job(store, path, dataclasses.replace(OPTIONS, translate=True))
    await add_job(store, b"/media/other.mp4")
    await set_state(store, cancelled, JobState.CANCELLED)
    found = await store.find_unfinished(path, OPTIONS)
    assert found is not None
    assert (found.id, found.state) == (cancelled.id, JobState.CANCELLED)
    queued = await add_job(store, path)
    failed = await add_job(store, path)
    await set_state(store, failed, JobState.FAILED)
    found = await store.find_unfinished(path, OPTIONS)
    assert found is not None
    assert found.id == queued.id, "one that has not ended comes before a later one that has"
    for job in (cancelled, queued, failed):
        await set_state(store, job, JobState.DONE)
    assert await store.find_unfinished(path, OPTIONS) is None


async def test_of_unfinished_jobs_the_one_of_the_file_as_it_is_now_comes_first(store: Store) -> None:
    older = await add_job(store)
    other = await store.add_job(older.path, OPTIONS, OUTPUT, Fingerprint(1, 2, "x"))
    found = await store.find_unfinished(older.path, OPTIONS, FINGERPRINT)
    assert found is not None
    assert found.id == older.id
    found = await store.find_unfinished(older.path, OPTIONS, Fingerprint(3, 4, "y"))
    assert found is not None
    assert found.id == other.id, "so that the caller can tell that the file has changed"


async def test_one_job_that_cannot_be_read_leaves_the_others(store: Store) -> None:
    broken, whole = await add_job(store), await add_job(store)
    await store.database.write(
        lambda connection: connection.execute("UPDATE jobs SET options = json_set(options, '$.start', NULL) WHERE id = ?", (broken.id,))
    )
    assert [job.id for job in await store.jobs()] == [whole.id]
    assert await store.find_unfinished(whole.path, OPTIONS) == whole
    with pytest.raises(JobUnknown):
        await store.find_job(broken.id)


async def test_a_finished_job_counts_for_the_same_file_only(store: Store) -> None:
    first, second = await add_job(store), await add_job(store)
    assert await store.find_finished(first.path, OPTIONS, FINGERPRINT) is None
    await set_state(store, first, JobState.DONE)
    await set_state(store, second, JobState.DONE)
    found = await store.find_finished(first.path, OPTIONS, FINGERPRINT)
    assert found is not None
    assert found.id == second.id
    assert await store.find_finished(first.path, OPTIONS, Fingerprint(1, 2, "x")) is None
    assert await store.find_finished(first.path, dataclasses.replace(OPTIONS, end=9.0), FINGERPRINT) is None


async def test_options_written_before_a_field_existed_still_match(store: Store) -> None:
    job = await add_job(store)
    await store.database.write(lambda connection: connection.execute("UPDATE jobs SET options = json_remove(options, '$.device')"))
    found = await store.find_unfinished(job.path, OPTIONS)
    assert found == job


async def test_wish_and_output_can_be_changed_by_anybody(store: Store) -> None:
    job = await add_job(store)
    other = Output(("txt",), None, overwrite=True)
    mine = await own(store, job.id)
    assert mine is not None
    with mine:
        await store.set_wish(job.id, Wish.PAUSE)
        await store.set_output(job.id, other)
        await mine.journal.remember("language", "en")
    assert await store.find_job(job.id) == dataclasses.replace(job, wish=Wish.PAUSE, output=other, memory={"language": "en"})
    with pytest.raises(JobUnknown):
        await store.set_wish("zzzzz", Wish.RUN)
    with pytest.raises(JobUnknown):
        await store.set_output("zzzzz", other)


@pytest.mark.parametrize(
    ("moved", "to", "expected"),
    [
        ("C", "up", "AXCBD"),
        ("B", "up", "BXACD"),
        ("A", "up", "AXBCD"),
        ("A", "down", "BXACD"),
        ("D", "down", "AXBCD"),
        ("D", "top", "DXABC"),
        ("A", "bottom", "BXCDA"),
        ("D", 2, "AXDBC"),
        ("A", 99, "BXCDA"),
        ("C", -5, "CXABD"),
        ("X", "down", "AXBCD"),
    ],
)
async def test_moving_goes_by_the_jobs_that_have_not_ended(store: Store, moved: str, to: Place | int, expected: str) -> None:
    names = {}
    for name in "AXBCD":
        names[name] = await add_job(store, name.encode())
    await set_state(store, names["X"], JobState.DONE)
    if moved == "X":  # one that has ended moves among those and itself
        expected = "ABXCD"
    await store.move(names[moved].id, to)
    assert b"".join(job.path for job in await store.jobs()).decode() == expected


async def test_moving_an_unknown_job_is_refused(store: Store) -> None:
    await add_job(store)
    with pytest.raises(JobUnknown):
        await store.move("zzzzz", "top")


async def test_progress_counts_windows_and_seconds(store: Store) -> None:
    job, other, silent = await add_job(store), await add_job(store), await add_job(store)
    mine = await own(store, job.id)
    assert mine is not None
    with mine:
        await mine.journal.part_prepared(part(0))
        await mine.journal.part_prepared(part(1, chunks=0))
        await mine.journal.window_done(ChunkKey(0, 0), result(0))
        await mine.journal.window_done(ChunkKey(0, 1), result(2))
        lease = await mine.journal.leased(ChunkKey(0, 1), "w", "h")
        await mine.journal.failed(ChunkKey(0, 1), lease, "Broken.", final=True)
    quiet = await own(store, silent.id)
    assert quiet is not None
    with quiet:
        await quiet.journal.part_prepared(part(0, chunks=0))
    found = await store.progress_of(job.id)
    assert (found.parts, found.windows, found.windows_done, found.windows_failed) == (2, 4, 2, 1)
    assert (found.window_seconds, found.window_seconds_done) == (80.0, 40.0)
    assert (found.medium_seconds, found.medium_seconds_settled) == (1200.0, 1180.0)
    every = await store.progress()
    assert every[job.id] == found
    assert other.id not in every
    assert (await store.progress_of(other.id)).parts == 0
    assert (every[silent.id].medium_seconds_settled, every[silent.id].windows) == (600.0, 0)


async def test_a_follower_hears_of_the_queue_of_its_own_program(store: Store) -> None:
    job = await add_job(store)
    seen = await store.wait_for_change()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(store.wait_for_change(seen), 0.5)
    waiting = asyncio.create_task(store.wait_for_change(seen))
    await store.set_wish(job.id, Wish.PAUSE)
    assert await asyncio.wait_for(waiting, 5) != seen


@pytest.mark.integration
async def test_programs_follow_each_other(store: Store) -> None:
    seen = await store.wait_for_change()
    with other_program("add", store.folder, "1") as other:
        assert await asyncio.wait_for(store.wait_for_change(seen), 20) != seen
        assert [job.id for job in await store.jobs()] == [await asyncio.to_thread(line, other.stdout)]


@pytest.mark.integration
async def test_programs_write_at_once_and_nothing_is_lost(store: Store) -> None:
    with other_program("add", store.folder, "60") as one, other_program("add", store.folder, "60") as two:
        ids = {(await add_job(store)).id for _ in range(60)}
        for other in (one, two):
            while job := await asyncio.to_thread(line, other.stdout):
                ids.add(job)
    jobs = await store.jobs()
    assert len(ids) == 180
    assert {job.id for job in jobs} == ids
    assert [job.position for job in jobs] == list(range(1, 181))
