"""Which chunk goes to whom."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from dwhisper_worker.contract import Window, WindowAudio

from dwhisper_gui.core.plan import Chunk, ChunkKey
from dwhisper_gui.runners.board import Board
from dwhisper_gui.runners.runner import ChunkAudio


def chunk(index: int, windows: int = 4) -> ChunkAudio:
    found = tuple(Window(place, 30.0 * place, 30.0 * place + 20.0, (), ()) for place in range(windows))
    return ChunkAudio(Chunk(ChunkKey(0, index), found), tuple(WindowAudio(window, b"") for window in found))


async def settle() -> None:
    """Lets every task run until it waits for something."""
    for _ in range(20):
        await asyncio.sleep(0)


class Source:
    """Yields chunks and counts how many were asked for."""

    def __init__(self, count: int, windows: int = 4) -> None:
        self.count = count
        self.windows = windows
        self.given = 0

    async def chunks(self) -> AsyncGenerator[ChunkAudio, None]:
        for index in range(self.count):
            self.given += 1
            yield chunk(index, self.windows)


async def test_chunks_come_in_order_and_then_the_end() -> None:
    board = Board(12)
    feeding = asyncio.ensure_future(board.feed(Source(3).chunks()))
    for index in range(3):
        assert await board.take("a") == chunk(index)
        await board.done("a", chunk(index))
    assert await board.take("a") is None
    await feeding


async def test_nothing_is_prepared_further_ahead_than_it_is_taken() -> None:
    board, source = Board(12), Source(10)
    feeding = asyncio.ensure_future(board.feed(source.chunks()))
    await settle()
    assert source.given == 2  # one laid out, one in the feeder's hand
    await board.take("a")
    await settle()
    assert source.given == 3
    feeding.cancel()


@pytest.mark.parametrize(("windows", "chunks"), [(4, 3), (5, 2), (1, 12), (13, 1)])
async def test_a_worker_has_so_many_windows_in_hand_or_one_chunk(windows: int, chunks: int) -> None:
    board = Board(12)
    feeding = asyncio.ensure_future(board.feed(Source(20, windows).chunks()))
    for index in range(chunks):
        assert await board.take("a") == chunk(index, windows)
    waiting = asyncio.ensure_future(board.take("a"))
    await settle()
    assert not waiting.done()
    await board.done("a", chunk(0, windows))
    assert await waiting == chunk(chunks, windows)
    feeding.cancel()


async def test_the_end_is_not_told_while_a_chunk_in_hand_may_come_back() -> None:
    board = Board(12)
    await board.feed(Source(1).chunks())
    taken = await board.take("a")
    assert taken is not None
    waiting = asyncio.ensure_future(board.take("b"))
    await settle()
    assert not waiting.done()
    await board.give_back("a", taken)
    assert await waiting == taken


async def test_a_suspect_is_tried_alone() -> None:
    board = Board(12)
    feeding = asyncio.ensure_future(board.feed(Source(4).chunks()))
    first, second = await board.take("a"), await board.take("a")
    assert first is not None
    assert second is not None
    await board.give_back("a", first)
    await board.give_back("a", second)
    assert await board.take("a") == first
    # While it is in hand, the same worker gets neither the other suspect nor a fresh chunk; another worker gets the other suspect.
    waiting = asyncio.ensure_future(board.take("a"))
    assert await board.take("b") == second
    await settle()
    assert not waiting.done()
    await board.done("a", first)
    assert await waiting == chunk(2)
    feeding.cancel()


async def test_a_suspect_waits_until_its_worker_has_nothing_else() -> None:
    board = Board(12)
    feeding = asyncio.ensure_future(board.feed(Source(3).chunks()))
    first, second = await board.take("a"), await board.take("a")
    assert first is not None
    assert second is not None
    await board.give_back("a", first)
    waiting = asyncio.ensure_future(board.take("a"))
    await settle()
    assert not waiting.done()
    await board.done("a", second)
    assert await waiting == first
    feeding.cancel()


@pytest.mark.parametrize("in_hand", [0, 1])
async def test_a_closed_board_gives_out_nothing(in_hand: int) -> None:
    board = Board(12)
    feeding = asyncio.ensure_future(board.feed(Source(5).chunks()))
    for _ in range(in_hand):
        await board.take("a")
    await board.close()
    assert await board.take("a") is None
    feeding.cancel()


async def test_a_source_that_fails_is_not_swallowed() -> None:
    async def failing() -> AsyncGenerator[ChunkAudio, None]:
        yield chunk(0)
        raise OSError("the disk is gone")

    board = Board(12)
    feeding = asyncio.ensure_future(board.feed(failing()))
    await board.take("a")
    with pytest.raises(OSError, match="the disk is gone"):
        await feeding
