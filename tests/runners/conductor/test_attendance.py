"""What the user is told of the workers that a real server has seen."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial

import pytest
from dwhisper_worker import shown
from dwhisper_worker.contract import VERSION
from dwhisper_worker.sealing import new_key
from dwhisper_worker.shown import as_shown
from dwhisper_worker.tasks import PRESENCE, Presence, serving

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.core.events import Event, Note
from dwhisper_gui.core.notes import sentence
from dwhisper_gui.core.waiting import until
from dwhisper_gui.runners import attendance
from dwhisper_gui.runners.attendance import Attendance
from tests.conductor_server import Server

KEY = new_key()


@dataclass
class Watch:
    """Of a pool that nobody else has."""

    server: Conductor
    pool: str = field(default_factory=lambda: f"pool{uuid.uuid4().hex[:8]}")
    told: list[Note] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Workers elsewhere have that folder by its name.
        self.attendance = Attendance(self.server, serving(self.pool, KEY, "faster-whisper", "/weights/tiny.en"), "k3f9x", self._tell)

    def _tell(self, event: Event) -> None:
        assert isinstance(event, Note)
        self.told.append(event)

    async def shows(self, model: str = "tiny.en", *, pool: str = "", key: bytes = KEY, contract: int = VERSION) -> str:
        """A worker shows itself; its name."""
        name = f"w{uuid.uuid4().hex[:8]}"
        tasks = serving(pool or self.pool, key, "faster-whisper", model)
        told = Presence(contract, "1", f"host of {name}", 1, tasks, "cpu", "int8", 0.0, ())
        await self.server.poll(PRESENCE, domain=name, worker=as_shown(told))
        return name

    async def look(self, *, moved: bool = False) -> list[str]:
        """The codes of what is told by it."""
        before = len(self.told)
        await self.attendance.look(moved=moved)
        return [note.code for note in self.told[before:]]


@pytest.fixture
async def watch(conductor: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watch]:
    monkeypatch.setattr(attendance, "LOOK_SECONDS", 0.0)
    async with Conductor(conductor.address) as server:
        yield Watch(server)


async def test_that_nobody_is_there_is_told_once_and_once_that_somebody_has_come(watch: Watch) -> None:
    assert [await watch.look() for _ in range(2)] == [["no_workers"], []]
    assert "tiny.en" in sentence(watch.told[0])
    assert "/weights" not in sentence(watch.told[0])
    await watch.shows()
    assert [await watch.look() for _ in range(2)] == [["worker_came"], []]


async def test_where_one_is_there_from_the_beginning_nothing_is_told(watch: Watch) -> None:
    await watch.shows()
    assert await watch.look() == []


async def test_those_with_another_model_are_named_and_others_are_none(watch: Watch) -> None:
    await watch.shows(pool="another")
    assert await watch.look() == ["no_workers"]
    await watch.shows("small")
    await watch.shows("base")
    assert await watch.look() == ["other_workers"]
    assert watch.told[-1].fields["models"] == "base, small"
    await watch.shows()
    assert await watch.look() == ["worker_came"]


async def test_those_of_another_version_are_named_as_such(watch: Watch) -> None:
    name = await watch.shows(contract=VERSION + 1)
    assert await watch.look() == ["other_versions"]
    assert watch.told[-1].fields["hosts"] == f"host of {name}"
    await watch.shows()
    assert await watch.look() == ["worker_came"]


async def test_those_with_another_key_are_told_of_until_one_with_the_right_one_comes(watch: Watch) -> None:
    names = [await watch.shows(key=new_key()) for _ in range(2)]
    await watch.shows("base")
    assert await watch.look() == ["wrong_keys"]
    assert all(f"host of {name}" in watch.told[-1].fields["hosts"] for name in names)
    await watch.shows()
    assert await watch.look() == ["worker_came"]


async def test_the_server_is_not_asked_again_and_again(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attendance, "LOOK_SECONDS", 60.0)
    assert await watch.look() == ["no_workers"]
    await watch.shows()
    assert await watch.look() == []
    assert await watch.look(moved=True) == ["worker_came"], "what moved is told of before it may be over"


async def test_those_that_vanished_are_named_once_they_had_time_to_show_themselves(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (attendance, shown):
        monkeypatch.setattr(place, "GONE_SECONDS", 0.5)
    monkeypatch.setattr(attendance, "LOOK_SECONDS", 0.2)

    async def told(code: str) -> bool:
        return code in await watch.look()

    name = await watch.shows()
    await until(partial(told, "workers_lost"), 0.05)
    assert [note.code for note in watch.told] == ["workers_lost"]
    assert watch.told[-1].fields["workers"] == name
    await until(partial(_shown_and_told, watch), 0.05)
    assert watch.told[-1].code == "worker_came"


async def _shown_and_told(watch: Watch) -> bool:
    await watch.shows()
    return bool(await watch.look())
