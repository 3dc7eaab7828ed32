"""Prepares the next parts while the one before them is encoded and sent, so that many workers need not wait for either."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing

from dwhisper_gui.runners.runner import ChunkAudio, Prepare

_Chunks = AsyncGenerator[ChunkAudio, None]
_Prepared = tuple[ChunkAudio | None, _Chunks]
"""The first chunk, which takes all the preparation, and the rest."""


class Ahead:
    """Implements `Prepare` on another one. `parts` are those worth preparing before they are asked for, so many of them `side_by_side`.
    Besides those, and the part that was asked for last, one is held."""

    def __init__(self, parts: Collection[int], prepare: Prepare, side_by_side: int) -> None:
        self._parts = sorted(parts)
        self._prepare = prepare
        self._side_by_side = side_by_side
        self._asked = -1
        self._waiting: dict[int, asyncio.Task[_Prepared]] = {}
        """Those begun that were not asked for yet, prepared or not."""
        self._working: set[asyncio.Task[_Prepared]] = set()

    def begin(self) -> None:
        """Prepares what there is room for from now on."""
        for part in [part for part in self._parts if part > self._asked and part not in self._waiting]:
            if len(self._working) >= self._side_by_side or len(self._waiting) > self._side_by_side:
                return
            working = self._waiting[part] = asyncio.ensure_future(_prepared(self._prepare(part)))
            self._working.add(working)
            working.add_done_callback(self._go_on)

    def _go_on(self, working: asyncio.Task[_Prepared]) -> None:
        self._working.discard(working)
        if not working.cancelled():
            self.begin()

    async def __call__(self, index: int) -> _Chunks:
        """See `Prepare`."""
        self._asked = index
        await _end(
            [self._waiting.pop(part) for part in sorted(self._waiting) if part < index]
        )  # whoever passed over them has no use for them
        first, rest = await self._taken(index)
        async with aclosing(rest):
            self.begin()
            if first is not None:
                yield first
                async for chunk in rest:
                    yield chunk

    async def _taken(self, index: int) -> _Prepared:
        waiting = self._waiting.pop(index, None)
        if waiting is None or waiting.cancelled():
            return await _prepared(self._prepare(index))
        try:
            return await waiting
        finally:
            waiting.cancel()

    async def close(self) -> None:
        """Ends what was begun and not asked for."""
        self._parts = []
        waiting, self._waiting = list(self._waiting.values()), {}
        await _end(waiting)


async def _prepared(chunks: _Chunks) -> _Prepared:
    return await anext(chunks, None), chunks


async def _end(tasks: Collection[asyncio.Task[_Prepared]]) -> None:
    """What could not be prepared is nobody's concern: it was not asked for."""
    for task in tasks:
        task.cancel()
    for found in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(found, tuple):
            await found[1].aclose()
