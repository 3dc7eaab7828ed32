"""How many workers there are, and how quick."""

from dataclasses import replace

from dwhisper_worker.tasks import Serving

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.core.plan import Fleet
from dwhisper_gui.runners.muster import Muster, of_speeds
from tests.little_server import Answer, Asked, little_server

TINY = Serving("pool", "mark", "faster-whisper", "tiny.en")


def test_a_worker_that_has_done_nothing_yet_counts_and_says_nothing_of_speed() -> None:
    assert of_speeds([0.0, 30.0, 50.0]) == Fleet(3, 40.0)


def test_without_any_worker_there_is_one_to_come() -> None:
    assert of_speeds([]) == Fleet(1, 0.0)


def test_a_slow_worker_among_quick_ones_keeps_chunks_small() -> None:
    assert of_speeds([2.0, 450.0, 450.0]) == Fleet(3, 8.0)


async def test_a_server_that_is_away_is_not_asked_for_each_part() -> None:
    asked: list[str] = []

    def away(request: Asked) -> Answer:
        asked.append(request.path)
        return Answer(503)

    with little_server(away) as url:
        async with Conductor(ServerAddress(url)) as server:
            muster = Muster(server)
            for _ in range(3):
                assert await muster.fleet(TINY) == Fleet()
            assert len(asked) == 1
            await muster.fleet(replace(TINY, model="base"))
            assert len(asked) == 2, "of others nothing was seen before"
