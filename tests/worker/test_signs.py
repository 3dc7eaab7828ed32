"""What a server hears of what is held, over HTTP."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from types import SimpleNamespace
from typing import cast

import pytest
from dwhisper_worker.answers import Answers
from dwhisper_worker.contract import LoadRequest
from dwhisper_worker.held import Held, Served
from dwhisper_worker.models import Weights
from dwhisper_worker.pace import Pace
from dwhisper_worker.patience import Line
from dwhisper_worker.server import Lease, Server
from dwhisper_worker.signs import Signs
from dwhisper_worker.tasks import TRANSCRIBE_CHUNK, Invitation, serving
from dwhisper_worker.transcribe import Transcriber
from dwhisper_worker.trouble import Stumbled

from tests.little_server import Answer, Asked, little_server

pytestmark = pytest.mark.integration
AT_ONCE = 8


class Tasks:
    """A server that has no good answer about some tasks, and does what it is told with the others."""

    def __init__(self, *broken: str) -> None:
        self.broken = set(broken)
        self.renewed: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> Answer:
        if asked.method == "GET":
            name = asked.path.rsplit("/", 1)[-1]
            return Answer(200, json.dumps({"taskId": name, "status": "IN_PROGRESS", "workerId": "me"}).encode())
        name = json.loads(asked.body)["taskId"]
        if name in self.broken:
            return Answer(500, b'{"message": "boom"}')
        with self._lock:
            self.renewed.add(name)
        return Answer(200, name.encode(), {"Content-Type": "text/plain"})


@pytest.fixture
def calls() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(AT_ONCE) as calls:
        yield calls


def held(server: Server, names: list[str]) -> list[Held]:
    """Leases that have to be renewed at once. Their engine and weights are not asked here."""
    request = LoadRequest("none", "none", "", "cpu", "int8", 1)
    nothing = cast(Weights, None), cast(Transcriber, SimpleNamespace(loaded=SimpleNamespace(model="none")))
    served = Served("me", "here", serving("pool", bytes(32), "none", "none"), bytes(32), request, *nothing, Pace(1))
    leases = [Lease(name, "w", TRANSCRIBE_CHUNK, {}, 0.0) for name in names]
    return [Held(one, 0.0, served, server, Line(server.url), Answers(), lambda: None) for one in leases]


def test_one_that_always_fails_costs_no_other_its_lease(calls: ThreadPoolExecutor) -> None:
    names = [f"task-{i}" for i in range(3 * AT_ONCE)]
    tasks = Tasks(names[0])
    with little_server(tasks) as url:
        server = Server(Invitation(url, "pool", bytes(32)))
        given = held(server, names)
        before = given[0].beaten
        with pytest.raises(Stumbled, match="boom"):
            Signs(server, calls).give(given)
        server.close()
    assert tasks.renewed == set(names[1:])
    assert given[0].beaten == before, "it is late still"
    assert all(one.beaten > before for one in given[1:])


class Slow(Tasks):
    """Takes its time over one kind of what it is told, and notes it all."""

    def __init__(self, slow: str) -> None:
        super().__init__()
        self._slow = slow
        self.told: list[str] = []
        self.hears = threading.Event()
        self.answers = threading.Event()

    def __call__(self, asked: Asked) -> Answer:
        if asked.method == "POST":
            what = "renewed" if json.loads(asked.body).get("extendLease") else "given back"
            self.told.append(what)
            if what == self._slow:
                self.hears.set()
                assert self.answers.wait(10)
                self.told.append("answered")
        return super().__call__(asked)


@pytest.mark.parametrize("tell", [Held.give_back, Held.work], ids=["given back", "refused by itself, since it knows no such contract"])
def test_the_server_hears_of_an_outcome_after_a_sign_of_life_and_of_no_other_then(
    calls: ThreadPoolExecutor, tell: Callable[[Held], None]
) -> None:
    tasks = Slow("renewed")
    with little_server(tasks) as url:
        server = Server(Invitation(url, "pool", bytes(32)))
        (one,) = held(server, ["x"])
        sign = calls.submit(Signs(server, calls).give, [one])
        assert tasks.hears.wait(10)
        outcome = calls.submit(tell, one)
        assert not wait([outcome], 0.3).done
        tasks.answers.set()
        sign.result(10)
        outcome.result(10)
        one.beaten -= 60.0
        Signs(server, calls).give([one])
        server.close()
    assert tasks.told == ["renewed", "answered", "given back"]


def test_an_outcome_that_the_server_is_slow_to_take_costs_no_other_its_lease(calls: ThreadPoolExecutor) -> None:
    tasks = Slow("given back")
    with little_server(tasks) as url:
        server = Server(Invitation(url, "pool", bytes(32)))
        first, second = held(server, ["x", "y"])
        outcome = calls.submit(first.give_back)
        assert tasks.hears.wait(10)
        Signs(server, calls).give([first, second])
        assert tasks.renewed == {"y"}
        tasks.answers.set()
        outcome.result(10)
        server.close()


def test_what_serves_a_pool_does_not_show_its_key() -> None:
    with little_server(Tasks()) as url:
        server = Server(Invitation(url, "pool", bytes(32)))
        (one,) = held(server, ["x"])
        server.close()
    assert repr(bytes(32)) not in repr(one.served)
