"""The store's file: what can be wrong with it is told, and it is never made worse."""

import asyncio
import contextlib
import os
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dwhisper_gui.core.errors import StoreFull, StoreLocked, StoreTooNew, StoreUnusable
from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.jobs.database import FILE_NAME
from dwhisper_gui.jobs.journal import StoreJournal
from dwhisper_gui.jobs.store import Store
from tests.disks import fill as fill_disk
from tests.disks import small_disk
from tests.jobs.makers import add_job, line, other_program, part, result

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


async def fill(folder: Path) -> None:
    async with await Store.open(folder) as store:
        job = await add_job(store)
        journal = await StoreJournal.begin(store.database, job.id)
        for index in range(3):
            await journal.part_prepared(part(index, 20, 5))
            for window in range(100):
                await journal.window_done(ChunkKey(index, window // 5), result(window, 40))


@contextlib.contextmanager
def elsewhere(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection that is not the store's."""
    with contextlib.closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as connection:
        yield connection


async def test_the_file_is_kept_so_that_a_write_is_on_the_disk_when_it_returns(store: Store) -> None:
    def pragmas(connection: sqlite3.Connection) -> dict[str, object]:
        names = "journal_mode synchronous foreign_keys busy_timeout fullfsync".split()
        return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    assert await store.database.read(pragmas) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
        "fullfsync": 1,
    }


async def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"These are my notes. " * 100)
    with pytest.raises(StoreUnusable, match=r"jobs\.sqlite3.*not a database"):
        await Store.open(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == b"These are my notes. " * 100


async def test_another_programs_database_is_left_as_it_is(tmp_path: Path) -> None:
    with elsewhere(tmp_path) as connection:
        connection.execute("CREATE TABLE recipes (name)")
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(StoreUnusable, match="another program"):
        await Store.open(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == before


async def test_a_newer_layout_is_left_as_it_is(tmp_path: Path) -> None:
    await fill(tmp_path)
    with elsewhere(tmp_path) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(StoreTooNew, match="layout 99, this one knows"):
        await Store.open(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == before


async def test_damage_inside_is_told_when_it_is_met(tmp_path: Path) -> None:
    await fill(tmp_path)
    content = (tmp_path / FILE_NAME).read_bytes()
    (tmp_path / FILE_NAME).write_bytes(content[: 5 * 4096] + random.Random(1).randbytes(len(content) - 5 * 4096))
    with pytest.raises(StoreUnusable, match="damaged"):  # noqa: PT012 - which of them meets it depends on where the damage is
        async with await Store.open(tmp_path) as store:
            for job in await store.jobs():
                _ = [pair async for pair in store.results(job.id).windows()]
                await store.results(job.id).part(0)
            await store.progress()


@pytest.mark.parametrize("damage", ["words = x'ff'", "words = x'93'", "text = cast(x'ff41' AS TEXT)"])
async def test_a_value_that_can_not_be_read_is_told(store: Store, damage: str) -> None:
    job = await add_job(store)
    journal = await StoreJournal.begin(store.database, job.id)
    await journal.part_prepared(part())
    await journal.window_done(ChunkKey(0, 0), result(0))
    with elsewhere(store.folder) as connection:
        connection.execute("DROP TRIGGER segments_are_final")
        connection.execute(f"UPDATE segments SET {damage}")  # noqa: S608
    with pytest.raises(StoreUnusable, match="damaged"):
        _ = [pair async for pair in store.results(job.id).windows()]
    assert await store.jobs() == [job], "the rest can still be used"


async def test_a_lock_that_is_held_for_long_is_told_and_a_short_one_waited_for(tmp_path: Path) -> None:
    async with await Store.open(tmp_path, busy_seconds=0.3) as impatient, await Store.open(tmp_path) as patient:
        with elsewhere(tmp_path) as connection:
            connection.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreLocked):
                await add_job(impatient)
            assert await impatient.jobs() == [], "reading goes on"
            waiting = asyncio.create_task(add_job(patient))
            await asyncio.wait({waiting}, timeout=0.3)
            assert not waiting.done()
            connection.execute("COMMIT")
            added = await asyncio.wait_for(waiting, 10)
        assert await impatient.jobs() == [added]


async def test_a_new_file_that_another_program_is_just_making_is_waited_for(tmp_path: Path) -> None:
    with elsewhere(tmp_path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        opening = asyncio.create_task(Store.open(tmp_path))
        await asyncio.wait({opening}, timeout=0.3)
        assert not opening.done()
        connection.execute("ROLLBACK")
        await (await asyncio.wait_for(opening, 10)).close()


async def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnusable, match=r"jobs\.sqlite3"):
        await Store.open(tmp_path / "file" / "data")


async def test_an_error_of_ours_is_no_error_of_the_file(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await store.database.read(lambda connection: connection.execute("SELECT * FROM recipes"))
    await add_job(store)


@pytest.mark.integration
async def test_programs_that_open_a_new_store_at_once_all_have_it(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        others = [stack.enter_context(other_program("add", tmp_path, "1")) for _ in range(4)]
        ids = [await asyncio.to_thread(line, other.stdout) for other in others]
    async with await Store.open(tmp_path) as store:
        assert {job.id for job in await store.jobs()} == set(ids)


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that, unlike `tmp_path`, others than its owner may enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        Path(name).chmod(0o755)


def forbid_writing(folder: Path) -> None:
    folder.chmod(0o555)


@pytest.mark.integration
@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="mode bits are POSIX's")
@pytest.mark.parametrize("filled", [False, True])
async def test_a_folder_that_can_not_be_written_to_is_told(filled: bool, open_to_all: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if filled:
        await fill(open_to_all)
    forbid_writing(open_to_all)
    if AS_ROOT:
        monkeypatch.setenv("TEST_AS_NOBODY", "1")
    with other_program("add", open_to_all, "1") as other:
        answer = await asyncio.to_thread(line, other.stdout)
    assert answer.startswith("StoreUnusable")
    assert "can't be" in answer


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "2m") as mounted:
        yield mounted


@pytest.mark.integration
async def test_a_full_disk_is_told_and_loses_nothing_that_was_written(disk: Path) -> None:
    ballast = fill_disk(disk, leave=1_000_000)
    async with await Store.open(disk) as store:
        job = await add_job(store)
        journal = await StoreJournal.begin(store.database, job.id)
        written = []
        with pytest.raises(StoreFull):  # noqa: PT012 - where it is full is not known before
            for index in range(1000):
                await journal.part_prepared(part(index))
                await journal.window_done(ChunkKey(index, 0), result(0, 200))
                written.append(index)
        found = [span.start async for span, _ in store.results(job.id).windows()]
        assert len(written) > 5
        assert found == [index * 600.0 for index in written]
        ballast.unlink()
        await journal.part_prepared(part(len(written)))
        assert await journal.window_done(ChunkKey(len(written), 0), result(0, 200)), "it goes on when there is room again"
    async with await Store.open(disk) as store:
        assert len([pair async for pair in store.results(job.id).windows()]) == len(written) + 1


@pytest.mark.integration
@pytest.mark.parametrize("free", [0, 4096, 20_000, 60_000])
async def test_a_disk_too_full_for_a_new_store_is_told_and_has_one_when_there_is_room(free: int, disk: Path) -> None:
    ballast = fill_disk(disk, leave=free)
    with pytest.raises(StoreFull):
        await Store.open(disk)
    ballast.unlink()
    async with await Store.open(disk) as store:
        await add_job(store)
