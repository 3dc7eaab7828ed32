"""The next parts are prepared while the one before them is sent."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from dwhisper_worker.contract import Window, WindowAudio

from dwhisper_gui.core.errors import SoundEmpty
from dwhisper_gui.core.plan import Chunk, ChunkKey
from dwhisper_gui.runners.ahead import Ahead
from dwhisper_gui.runners.runner import ChunkAudio


class Parts:
    """Each has two chunks, but for those that are empty or can't be read."""

    def __init__(self, *, empty: int = -1, broken: int = -1, endless: bool = False) -> None:
        self.begun: list[int] = []
        self.ended: list[int] = []
        self._empty = empty
        self._broken = broken
        self._endless = endless

    async def prepare(self, part: int) -> AsyncGenerator[ChunkAudio, None]:
        self.begun.append(part)
        await asyncio.sleep(600.0 if self._endless else 0.0)
        if part == self._broken:
            raise SoundEmpty(path="x")
        try:
            for index in range(0 if part == self._empty else 2):
                window = Window(index, 0.0, 1.0, (), ())
                yield ChunkAudio(Chunk(ChunkKey(part, index), (window,)), (WindowAudio(window, b""),))
        finally:
            self.ended.append(part)


async def at_rest() -> None:
    """Lets all happen that waits for nothing else: preparing here takes some turns of the loop, and no time."""
    for _ in range(100):
        await asyncio.sleep(0)


async def keys(ahead: Ahead, part: int) -> list[str]:
    return [str(audio.chunk.key) async for audio in ahead(part)]


async def test_while_a_part_is_sent_the_next_are_prepared_and_no_further_one() -> None:
    parts = Parts()
    ahead = Ahead({0, 1, 2, 3}, parts.prepare, 1)
    sending = ahead(0)
    assert str((await anext(sending)).chunk.key) == "0.0"
    await at_rest()
    assert parts.begun == [0, 1, 2]
    assert [str(audio.chunk.key) async for audio in sending] == ["0.1"]
    assert [await keys(ahead, part) for part in (1, 2, 3)] == [["1.0", "1.1"], ["2.0", "2.1"], ["3.0", "3.1"]]
    assert parts.begun == [0, 1, 2, 3]


@pytest.mark.parametrize("side_by_side", [1, 3])
async def test_so_many_are_prepared_side_by_side(side_by_side: int) -> None:
    parts = Parts(endless=True)
    ahead = Ahead(range(9), parts.prepare, side_by_side)
    ahead.begin()
    await at_rest()
    assert parts.begun == list(range(side_by_side)), "none of them is prepared yet"
    await ahead.close()


async def test_the_first_part_may_be_begun_before_it_is_asked_for() -> None:
    parts = Parts()
    ahead = Ahead({2, 1, 3}, parts.prepare, 1)
    ahead.begin()
    await at_rest()
    assert parts.begun == [1, 2]
    assert [await keys(ahead, part) for part in (1, 2, 3)] == [["1.0", "1.1"], ["2.0", "2.1"], ["3.0", "3.1"]]
    assert parts.begun == [1, 2, 3]


async def test_an_empty_part_gives_nothing_and_one_asked_for_again_is_prepared_again() -> None:
    parts = Parts(empty=1)
    ahead = Ahead({0, 1}, parts.prepare, 1)
    assert [await keys(ahead, part) for part in (0, 1, 0)] == [["0.0", "0.1"], [], ["0.0", "0.1"]]
    await ahead.close()


async def test_what_a_part_can_not_be_prepared_for_is_raised_when_it_is_asked_for() -> None:
    ahead = Ahead({0, 1}, Parts(broken=1).prepare, 1)
    assert await keys(ahead, 0)
    with pytest.raises(SoundEmpty):
        await keys(ahead, 1)


async def test_what_was_begun_in_vain_is_ended() -> None:
    parts = Parts(broken=1)
    ahead = Ahead({0, 1}, parts.prepare, 1)
    await keys(ahead, 0)
    await ahead.close()


async def test_whoever_gave_up_a_part_may_ask_for_it_again() -> None:
    parts = Parts(endless=True)
    ahead = Ahead({0, 1}, parts.prepare, 2)
    ahead.begin()
    for _ in range(2):
        asking = asyncio.ensure_future(anext(ahead(0)))
        await at_rest()
        asking.cancel()
        await asyncio.wait({asking})
    assert parts.begun == [0, 1, 0]
    await ahead.close()


async def test_what_was_passed_over_is_ended_and_makes_room() -> None:
    parts = Parts()
    ahead = Ahead(range(6), parts.prepare, 1)
    ahead.begin()
    await at_rest()
    assert parts.begun == [0, 1]
    assert await keys(ahead, 3) == ["3.0", "3.1"]
    await at_rest()
    assert parts.begun == [0, 1, 3, 4, 5]
    assert parts.ended == [0, 1, 3]
    await ahead.close()
    assert sorted(parts.ended) == [0, 1, 3, 4, 5]


async def test_no_part_is_left_open() -> None:
    parts = Parts()
    ahead = Ahead({0, 1, 2, 3}, parts.prepare, 1)
    sending = ahead(0)
    await anext(sending)
    await at_rest()
    assert (parts.begun, parts.ended) == ([0, 1, 2], [])
    await sending.aclose()  # whoever was sending it gave up
    assert parts.ended == [0]
    await ahead.close()
    assert parts.ended == [0, 1, 2]
    await at_rest()
    assert parts.begun == [0, 1, 2], "nothing is begun after the end"
