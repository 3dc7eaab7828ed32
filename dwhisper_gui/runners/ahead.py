"""Prepares the next part while the one before it is encoded and sent, so that many workers need not wait for either."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing, suppress

from dwhisper_gui.core.errors import DWhisperError
from dwhisper_gui.runners.runner import ChunkAudio, Prepare

_Chunks = AsyncGenerator[ChunkAudio, None]
_Begun = tuple[ChunkAudio | None, _Chunks]
"""The first chunk, which takes all the preparation, and the rest."""


class Ahead:
    """Implements `Prepare` on another one. `parts` are those worth preparing before they are asked for; sound of one is held at most."""

    def __init__(self, parts: Collection[int], prepare: Prepare) -> None:
        self._parts = sorted(parts)
        self._prepare = prepare
        self._part: int | None = None
        self._beginning: asyncio.Task[_Begun] | None = None

    def begin(self) -> None:
        """The first of them is prepared from now on."""
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
        following = next((part for part in self._parts if part > index), None)
        if following is not None and self._beginning is None:
            self._part, self._beginning = following, asyncio.ensure_future(_begin(self._prepare(following)))

    async def _begun(self, index: int) -> _Begun:
        beginning = self._beginning
        if beginning is None or self._part != index:
            return await _begin(self._prepare(index))
        self._part = self._beginning = None
        try:
            return await beginning
        finally:
            beginning.cancel()

    async def close(self) -> None:
        """Ends what was begun and not asked for."""
        beginning, self._part, self._beginning = self._beginning, None, None
        if beginning is not None:
            beginning.cancel()
            with suppress(asyncio.CancelledError, DWhisperError):
                _, rest = await beginning
                await rest.aclose()


async def _begin(chunks: _Chunks) -> _Begun:
    return await anext(chunks, None), chunks
