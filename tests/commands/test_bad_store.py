"""A file with all jobs that can't be used: told with what to do, left as it is, and never begun anew without a word."""

import contextlib
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commands.program import run, spoken, started

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.usefixtures("tiny_en")]

TINY = ("--model", "tiny.en", "--json")
PAGE_BYTES = 4096


@pytest.fixture
def store(talk: Path, home: Path) -> Path:
    """With one job, which is done."""
    assert run("transcribe", talk, *TINY).status == 0
    return home / "data" / "jobs.sqlite3"


@contextlib.contextmanager
def locked(store: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("UPDATE jobs SET error = error")
        yield
        connection.execute("ROLLBACK")


def test_one_that_another_program_keeps_locked_is_told_and_then_used(store: Path, talk: Path) -> None:
    with locked(store), started("transcribe", talk, *TINY) as transcribing:
        listing = run("jobs", "list", "--json")
        assert (transcribing.end(), listing.status) == (1, 1)
        for refused in (*transcribing.events("refused"), *listing.named("refused")):
            assert refused["error"] == "StoreLocked"
            assert f"“{store}”, can't be used, since another program keeps it locked" in refused["sentence"]
            assert "Wait for that program or end it" in refused["sentence"]
    again = run("transcribe", talk, *TINY)
    assert again.status == 0
    assert again.named("job_added")[0]["finished_before"]


def no_database(content: bytearray) -> None:
    content[:100] = random.Random(1).randbytes(100)


def no_layout(content: bytearray) -> None:
    content[100:PAGE_BYTES] = random.Random(1).randbytes(PAGE_BYTES - 100)


def damaged_inside(content: bytearray) -> None:
    content[PAGE_BYTES:] = random.Random(1).randbytes(len(content) - PAGE_BYTES)


def cut(content: bytearray) -> None:
    del content[len(content) // 2 + 100 :]


@pytest.mark.parametrize("damage", [no_database, no_layout, damaged_inside, cut], ids=lambda damage: damage.__name__)
def test_one_that_is_damaged_is_told_and_left_as_it_is(damage: Callable[[bytearray], None], store: Path, talk: Path) -> None:
    content = bytearray(store.read_bytes())
    damage(content)
    store.write_bytes(content)
    for words in (("transcribe", talk, *TINY), ("jobs", "list", "--json")):
        ended = run(*words)
        assert ended.status == 1
        (refused,) = ended.named("refused")
        assert refused["error"] == "StoreUnusable"
        assert str(store) in refused["sentence"]
        assert "(it is not a database)" in refused["sentence"] or "(it is damaged)" in refused["sentence"]
        assert "move the file away to begin without jobs" in refused["sentence"]
    assert store.read_bytes() == content
    store.rename(store.with_suffix(".old"))
    assert run("transcribe", talk, *TINY).status == 0
    assert "leisure to consider" in spoken(talk.with_name("talk.en.srt"))


def test_one_of_a_newer_version_is_left_as_it_is(store: Path, talk: Path) -> None:
    with contextlib.closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = store.read_bytes()
    for words in (("transcribe", talk, *TINY), ("jobs", "list", "--json")):
        ended = run(*words)
        assert ended.status == 1
        (refused,) = ended.named("refused")
        assert refused["error"] == "StoreTooNew"
        assert "was written by a newer DWhisper (layout 99, this one knows" in refused["sentence"]
        assert "Install the newer version" in refused["sentence"]
    assert store.read_bytes() == before


def test_one_job_in_it_that_is_damaged_leaves_the_others_alone(store: Path, talk: Path) -> None:
    with contextlib.closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE memory SET value = substr(value, 9) WHERE key = 'medium'")
    other = Path(shutil.copy(talk, talk.with_name("other.mp4")))
    ended = run("transcribe", talk, other, *TINY)
    assert ended.status == 1
    damaged, good = ended.named("job_ended")
    assert (damaged["state"], good["state"]) == ("failed", "done")
    assert "What the file with all jobs has of “talk.mp4” is damaged" in damaged["error"]
    assert f"“dwhisper jobs remove {damaged['job']}”" in damaged["error"]
    assert run("jobs", "remove", damaged["job"]).status == 0
    assert run("transcribe", talk, *TINY).status == 0
