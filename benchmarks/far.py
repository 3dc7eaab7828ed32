"""A server as from far away: a proxy on the loopback through which whatever is said arrives half a round trip later."""

import asyncio
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

HERE = "127.0.0.1"
BLOCK = 1 << 18


class Far:
    """Started with the block, ended with it. `url` is the server's, seen through it."""

    def __init__(self, url: str, trip: float) -> None:
        """`trip`: seconds there and back."""
        parts = urlsplit(url)
        self._to = (parts.hostname or "", parts.port or 80)
        self._trip = trip
        self._loop = asyncio.new_event_loop()
        self._listening = self._loop.run_until_complete(asyncio.start_server(self._passed, HERE, 0))
        self.url = f"http://{HERE}:{self._listening.sockets[0].getsockname()[1]}{parts.path}"
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._listening.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _passed(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.sleep(self._trip)  # to open a connection takes one, too
            far, there = await asyncio.open_connection(*self._to)
            await asyncio.gather(self._pass(near, there), self._pass(far, back))

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def arrive() -> None:
            while True:
                due, some = await under_way.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not some:
                    return
                target.write(some)
                await target.drain()

        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(arrive())
                while some := await source.read(BLOCK):
                    under_way.put_nowait((loop.time() + self._trip / 2, some))
                under_way.put_nowait((loop.time() + self._trip / 2, b""))
        except ExceptionGroup:
            pass  # one of the ends has gone
        finally:
            target.close()
