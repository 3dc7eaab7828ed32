"""Waiting for something, but not for longer than it is wanted."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What `work` returns; None where `stop` was set before it was done: then it is cancelled, and has ended when this returns."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


async def until(ask: Callable[[], Awaitable[T]], seconds: float) -> T:
    """What `ask` returns as soon as that is true, asked so often: for what happens elsewhere and tells nobody."""
    while not (found := await ask()):  # noqa: ASYNC110 - what happens elsewhere sets no event here
        await asyncio.sleep(seconds)
    return found
