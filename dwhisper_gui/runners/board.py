"""Which chunk goes to whom: a small board between what is prepared and those who transcribe it.

A chunk that was in hand when its worker died is *suspect*: it may be what killed it. Suspects are given out first and alone, so that the
next death names the culprit and no innocent chunk is charged twice."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator
from contextlib import aclosing

from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.runners.runner import ChunkAudio


class Board:
    """Of one run. `take`, then `done` or `give_back`. A worker has at most so many windows in hand, or one chunk: chunks differ in size,
    and a worker should neither wait for the next one nor hold much sound."""

    def __init__(self, most_windows: int) -> None:
        self._most_windows = most_windows
        self._ready: deque[ChunkAudio] = deque()
        self._suspects: deque[ChunkAudio] = deque()
        self._in_hand: defaultdict[str, dict[ChunkKey, int]] = defaultdict(dict)
        """How many windows of which chunks each worker has."""
        self._alone: set[str] = set()
        self._fed = False
        self._closed = False
        self._changed = asyncio.Condition()

    async def feed(self, source: AsyncGenerator[ChunkAudio, None]) -> None:
        """Lays out the chunks of a source, one ahead of those who take them: sound is kept for no more than that."""
        async with aclosing(source) as chunks:
            async for chunk in chunks:
                async with self._changed:
                    await self._changed.wait_for(lambda: not self._ready)
                    self._ready.append(chunk)
                    self._changed.notify_all()
        async with self._changed:
            self._fed = True
            self._changed.notify_all()

    async def take(self, worker: str) -> ChunkAudio | None:
        """The next chunk for a worker; None when there will be none any more."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._over() or self._can_take(worker))
            if self._over():
                return None
            suspect = bool(self._suspects)
            chunk = self._suspects.popleft() if suspect else self._ready.popleft()
            self._in_hand[worker][chunk.chunk.key] = len(chunk.windows)
            if suspect:
                self._alone.add(worker)
            self._changed.notify_all()
            return chunk

    def _can_take(self, worker: str) -> bool:
        if worker in self._alone:
            return False
        hand = self._in_hand[worker]
        if self._suspects or not self._ready:
            return bool(self._suspects) and not hand
        return not hand or sum(hand.values()) + len(self._ready[0].windows) <= self._most_windows

    def _over(self) -> bool:
        return self._closed or (self._fed and not self._ready and not self._suspects and not any(self._in_hand.values()))

    async def done(self, worker: str, chunk: ChunkAudio) -> None:
        """The worker has dealt with a chunk, for better or worse."""
        async with self._changed:
            self._let_go(worker, chunk)

    async def give_back(self, worker: str, chunk: ChunkAudio) -> None:
        """The worker died or failed with it; someone else is to try."""
        async with self._changed:
            self._suspects.append(chunk)
            self._let_go(worker, chunk)

    def _let_go(self, worker: str, chunk: ChunkAudio) -> None:
        del self._in_hand[worker][chunk.chunk.key]
        self._alone.discard(worker)
        self._changed.notify_all()

    async def close(self) -> None:
        """Gives out nothing more."""
        async with self._changed:
            self._closed = True
            self._changed.notify_all()
