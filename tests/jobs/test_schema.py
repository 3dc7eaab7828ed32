"""Layouts: a file of the first one goes through every later step, whole or not at all."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from dwhisper_gui.core.job import Job, JobState
from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.jobs import schema
from dwhisper_gui.jobs.database import FILE_NAME
from dwhisper_gui.jobs.records import Attempt, Outcome
from dwhisper_gui.jobs.store import Store
from tests.jobs.makers import FIGURES, FINGERPRINT, OPTIONS, OUTPUT, part, result

VERSION_1 = Path(__file__).with_name("version_1.sql")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of layout 1, as the first release wrote it."""
    with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.executescript(VERSION_1.read_text(encoding="utf-8"))
    return tmp_path


def version_of(folder: Path) -> int:
    with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        return schema.version(connection)


def layout_of(folder: Path) -> set[tuple[str, ...]]:
    with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        return set(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"))


async def assert_content_of_version_1(folder: Path) -> None:
    async with await Store.open(folder) as store:
        first, second = await store.jobs()
        assert first == Job(
            id="abcde",
            path=b"/media/talk \xff.mp4",
            options=OPTIONS,
            output=OUTPUT,
            fingerprint=FINGERPRINT,
            state=JobState.INCOMPLETE,
            position=1,
            created=1_700_000_000.25,
            memory={"language": "en"},
        )
        assert (second.id, second.path, second.state) == ("mnpqr", b"/media/other.mkv", JobState.QUEUED)
        reads = store.results("abcde")
        assert await reads.part(0) == part(0)
        assert [answer async for _, answer in reads.windows()] == [result(0), result(1)]
        assert [gap.reason for gap in await reads.missing()] == ["It died."] * 2
        at = 1_700_000_200.5
        assert await reads.attempts() == [
            Attempt(ChunkKey(0, 0), 1, "worker 1", "here", at, at, Outcome.DONE, None, FIGURES),
            Attempt(ChunkKey(0, 1), 1, "worker 2", "here", at, at, Outcome.FAILED, "It died.", None),
        ]


async def test_a_file_of_the_first_release_can_be_used(folder: Path, tmp_path: Path) -> None:
    await assert_content_of_version_1(folder)
    assert version_of(folder) == len(schema.MIGRATIONS)
    await (await Store.open(tmp_path / "new")).close()
    assert layout_of(folder) == layout_of(tmp_path / "new")


def rebuild_jobs(connection: sqlite3.Connection) -> None:
    """A step as later ones will be: a table that others refer to is made anew."""
    ((layout,),) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'jobs'")
    connection.execute(layout.replace("CREATE TABLE jobs", "CREATE TABLE jobs_2").replace("error TEXT", "error TEXT, tag TEXT"))
    connection.execute("INSERT INTO jobs_2 SELECT *, 'old' FROM jobs")
    connection.execute("DROP TABLE jobs")
    connection.execute("ALTER TABLE jobs_2 RENAME TO jobs")
    connection.execute("CREATE INDEX jobs_by_path ON jobs (path)")


async def test_later_steps_are_taken_once_and_keep_everything(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def counting(connection: sqlite3.Connection) -> None:
        taken.append(schema.version(connection))

    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, rebuild_jobs, counting))
    for _ in range(2):
        await assert_content_of_version_1(folder)
    assert version_of(folder) == len(schema.MIGRATIONS)
    assert taken == [len(schema.MIGRATIONS) - 1]
    async with await Store.open(folder) as store:
        assert await store.database.read(lambda connection: connection.execute("SELECT tag FROM jobs").fetchall()) == [("old",)] * 2


def break_off(connection: sqlite3.Connection) -> None:
    rebuild_jobs(connection)
    raise RuntimeError("broken off")


def leave_orphans(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM jobs")


@pytest.mark.parametrize("step", [break_off, leave_orphans])
async def test_a_step_that_fails_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch, step: schema.Step) -> None:
    await (await Store.open(folder)).close()  # through the steps that there are
    before = layout_of(folder)
    with monkeypatch.context() as later:
        later.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, step))
        with pytest.raises((RuntimeError, sqlite3.IntegrityError)):
            await Store.open(folder)
    assert layout_of(folder) == before
    await assert_content_of_version_1(folder)
