"""Patience with a server: each call has its own, and the user is told once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from dwhisper_gui.core.events import Event, Note
from dwhisper_gui.core.server_errors import ServerError, ServerRefuses, ServerRefusesCredentials, ServerUnreachable
from dwhisper_gui.core.waiting import until
from dwhisper_gui.runners import patience
from dwhisper_gui.runners.patience import Patience

AWAY = ServerUnreachable(server="http://there", detail="nobody answers")
REFUSED = ServerRefusesCredentials(server="http://there", detail="401")


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_PAUSE_SECONDS", "LONGEST_PAUSE_SECONDS", "LOOK_SECONDS", "REFUSED_PAUSE_SECONDS"):
        monkeypatch.setattr(patience, name, 0.001)
    monkeypatch.setattr(patience, "TELL_AFTER_SECONDS", 0.01)


def answers(*given: ServerError | str) -> Callable[[], Awaitable[str]]:
    """One after the other, the last for ever."""
    left: Iterator[ServerError | str] = iter(given)
    last = given[-1]

    async def call() -> str:
        found = next(left, last)
        if isinstance(found, ServerError):
            raise found
        return found

    return call


def until_set(event: asyncio.Event) -> Callable[[], Awaitable[str]]:
    """Away until then."""

    async def call() -> str:
        if not event.is_set():
            raise AWAY
        return "put"

    return call


async def has_told(told: list[Event]) -> bool:
    return bool(told)


def codes(told: list[Event]) -> list[str]:
    return [event.code for event in told if isinstance(event, Note)]


async def test_what_is_away_for_a_moment_is_not_worth_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "TELL_AFTER_SECONDS", 60.0)
    told: list[Event] = []
    assert await Patience("job", told.append).with_server(answers(AWAY, AWAY, "found")) == "found"
    assert not told


async def test_what_trying_again_does_not_help_against_is_raised() -> None:
    with pytest.raises(ServerRefuses):
        await Patience("job", lambda _: None).with_server(answers(ServerRefuses(server="http://there", status=400, detail="no")))
    with pytest.raises(ServerRefusesCredentials):
        await Patience("job", lambda _: None).with_server(answers(REFUSED))


async def test_one_call_that_goes_well_does_not_hide_that_another_fails() -> None:
    told: list[Event] = []
    tried, back = Patience("job", told.append), asyncio.Event()
    putting = asyncio.ensure_future(tried.with_server(until_set(back)))
    while "server_away" not in codes(told):
        assert await tried.with_server(answers("status")) == "status"
        await asyncio.sleep(0)
    assert codes(told) == ["server_away"]
    back.set()
    assert await putting == "put"
    assert codes(told) == ["server_away", "server_back"]


async def test_that_it_is_back_is_told_once_for_all_and_not_of_what_was_given_up() -> None:
    told: list[Event] = []
    tried, back = Patience("job", told.append), asyncio.Event()
    calls = [asyncio.ensure_future(tried.with_server(until_set(back))) for _ in range(3)]
    given_up = asyncio.ensure_future(tried.with_server(until_set(asyncio.Event())))
    await until(lambda: has_told(told), 0)
    given_up.cancel()
    await asyncio.wait({given_up})
    assert codes(told) == ["server_away"]
    back.set()
    await asyncio.gather(*calls)
    assert codes(told) == ["server_away", "server_back"]


async def test_credentials_that_were_taken_before_may_be_mended_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Event] = []
    tried = Patience("job", told.append)
    await tried.with_server(answers("let in"))
    assert await tried.with_server(answers(REFUSED, REFUSED, "let in again")) == "let in again"
    assert codes(told) == ["server_refuses", "server_back"]
    monkeypatch.setattr(patience, "REFUSED_MINUTES", 0.0001)
    refused = asyncio.ensure_future(tried.with_server(answers(REFUSED)))
    while not refused.done():  # meanwhile other questions are answered
        await tried.with_server(answers("status"))
        await asyncio.sleep(0)
    with pytest.raises(ServerRefusesCredentials):
        await refused
