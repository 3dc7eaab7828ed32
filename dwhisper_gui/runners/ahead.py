"""Prepares the next parts while the one before them is encoded and sent, so that many workers need not wait for either."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing, suppress

from dwhisper_gui.core.errors import DWhisperError
from dwhisper_gui.runners.runner import ChunkAudio, Prepare

_Chunks = AsyncGenerator[ChunkAudio, None]
_Begun = tuple[ChunkAudio | None, _Chunks]
"""The first chunk, which takes all the preparation, and the rest."""


class Ahead:
    """Implements `Prepare` on another one. `parts` are those worth preparing before they are asked for, so many of them `side_by_side`;
    one more is held than that."""

    def __init__(self, parts: Collection[int], prepare: Prepare, side_by_side: int) -> None:
        self._parts = sorted(parts)
        self._prepare = prepare
        self._side_by_side = side_by_side
        self._asked = -1
        self._beginning: dict[int, asyncio.Task[_Begun]] = {}
        self._working: set[asyncio.Task[_Begun]] = set()

    def begin(self) -> None:
        """The first of them are prepared from now on."""
        for part in [part for part in self._parts if part > self._asked and part not in self._beginning]:
            if len(self._working) >= self._side_by_side or len(self._beginning) > self._side_by_side:
                return
            working = self._beginning[part] = asyncio.ensure_future(_begin(self._prepare(part)))
            self._working.add(working)
            working.add_done_callback(self._begun_one)

    def _begun_one(self, working: asyncio.Task[_Begun]) -> None:
        self._working.discard(working)
        if not working.cancelled():
            self.begin()

    async def __call__(self, index: int) -> _Chunks:
        """See `Prepare`."""
        self._asked = index
        first, rest = await self._begun(index)
        async with aclosing(rest):
            self.begin()
            if first is not None:
                yield first
                async for chunk in rest:
                    yield chunk

    async def _begun(self, index: int) -> _Begun:
        beginning = self._beginning.pop(index, None)
        if beginning is None:
            return await _begin(self._prepare(index))
        try:
            return await beginning
        finally:
            beginning.cancel()

    async def close(self) -> None:
        """Ends what was begun and not asked for."""
        self._parts = []
        begun, self._beginning = list(self._beginning.values()), {}
        for beginning in begun:
            beginning.cancel()
        for beginning in begun:
            with suppress(asyncio.CancelledError, DWhisperError):
                _, rest = await beginning
                await rest.aclose()


async def _begin(chunks: _Chunks) -> _Begun:
    return await anext(chunks, None), chunks
