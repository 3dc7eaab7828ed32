"""Prepares the next parts while the one before them is encoded and sent, so that many workers need not wait for either."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing, suppress

from dwhisper_gui.core.errors import DWhisperError
from dwhisper_gui.runners.runner import ChunkAudio, Prepare

MOST_AHEAD = 8
"""Each holds the sound of up to ten minutes, 20 MB."""

_Chunks = AsyncGenerator[ChunkAudio, None]
_Begun = tuple[ChunkAudio | None, _Chunks]
"""The first chunk, which takes all the preparation, and the rest."""


class Ahead:
    """Implements `Prepare` on another one. `parts` are those worth preparing before they are asked for, at most so many of them side by
    side as there are `cores`."""

    def __init__(self, parts: Collection[int], prepare: Prepare, cores: int) -> None:
        self._parts = sorted(parts)
        self._prepare = prepare
        self._most = max(1, min(cores, MOST_AHEAD))
        self._beginning: dict[int, asyncio.Task[_Begun]] = {}

    def begin(self) -> None:
        """The first of them are prepared from now on."""
        self._begin_after(-1)

    async def __call__(self, index: int) -> _Chunks:
        """See `Prepare`."""
        first, rest = await self._begun(index)
        async with aclosing(rest):
            self._begin_after(index)
            if first is not None:
                yield first
                async for chunk in rest:
                    yield chunk

    def _begin_after(self, index: int) -> None:
        for part in [part for part in self._parts if part > index][: self._most]:
            if part not in self._beginning and len(self._beginning) < self._most:
                self._beginning[part] = asyncio.ensure_future(_begin(self._prepare(part)))

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
        begun, self._beginning = list(self._beginning.values()), {}
        for beginning in begun:
            beginning.cancel()
        for beginning in begun:
            with suppress(asyncio.CancelledError, DWhisperError):
                _, rest = await beginning
                await rest.aclose()


async def _begin(chunks: _Chunks) -> _Begun:
    return await anext(chunks, None), chunks
