"""Trying again."""

import logging
import threading
from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from dwhisper_worker import patience
from dwhisper_worker.patience import FIRST_SECONDS, MOST_SECONDS, MOST_STUMBLES, LetGo, Line, delays, patiently
from dwhisper_worker.trouble import Away, Gone, Refused, ServerTrouble, Stumbled


class Impatient(threading.Event):
    """Waits for nothing, and notes how long it would have."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0.0)
        return self.is_set()


def answers(*outcomes: object) -> Callable[[], object]:
    left: Iterator[object] = iter(outcomes)

    def ask() -> object:
        outcome = next(left)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return ask


def test_delays_grow_to_half_a_minute_and_are_no_two_alike() -> None:
    several = [list(islice(delays(), 10)) for _ in range(2)]
    assert several[0] != several[1]
    for found in several:
        assert all(min(FIRST_SECONDS * 2**i, MOST_SECONDS) / 2 <= delay <= MOST_SECONDS for i, delay in enumerate(found))
        assert found[0] <= FIRST_SECONDS
        assert found[-1] >= MOST_SECONDS / 2


def test_a_server_that_is_away_is_asked_again_and_it_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    event = Impatient()
    with caplog.at_level(logging.INFO):
        assert patiently(answers(Away("x"), Stumbled("y"), Away("z"), 7), Line("http://s"), event) == 7
    assert len(event.waited) == 3
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "http://s answers again" in caplog.text


def test_credentials_that_are_refused_are_tried_slowly() -> None:
    event = Impatient()
    assert patiently(answers(Refused("x"), Refused("x"), 7), Line("http://s"), event) == 7
    assert all(seconds >= patience.REFUSED_SECONDS / 2 for seconds in event.waited[1:])


@pytest.mark.parametrize(("outcomes", "tries"), [([Gone("x")], 1), ([Stumbled("x")] * MOST_STUMBLES, MOST_STUMBLES)])
def test_what_waiting_does_not_mend_is_raised(outcomes: list[ServerTrouble], tries: int) -> None:
    event = Impatient()
    with pytest.raises(type(outcomes[0])):
        patiently(answers(*outcomes, 7), Line("http://s"), event)
    assert len(event.waited) == tries - 1


def test_what_is_no_longer_wanted_is_not_asked() -> None:
    event = Impatient()
    event.set()
    with pytest.raises(LetGo):
        patiently(answers(7), Line("http://s"), event)


def test_a_server_that_can_do_one_thing_and_not_another_is_not_told_of_each_time(caplog: pytest.LogCaptureFixture) -> None:
    line = Line("http://s")
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            line.broken(Stumbled("its disk is full"))
            line.fine()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
