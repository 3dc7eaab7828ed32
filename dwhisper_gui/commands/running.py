"""Runs a command's coroutine so that Ctrl+C always ends it: once, gently and within 3 s; twice, at once."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any, TypeVar

from dwhisper_gui.commands.streams import INTERRUPTED

T = TypeVar("T")

PATIENCE_SECONDS = 2.3
"""So long after the first signal the work is cancelled: it had 2 s for the windows under way."""
LAST_SECONDS = 2.8
"""So long after it the program ends, whatever still holds it up. Workers end when their standard input does."""

ONE_SIGNAL_SECONDS = 0.3
"""What comes so soon after the first is the same once more: `timeout` signals a program, and then the group that it is in."""


class Interrupted(Exception):
    """The user wants no more of this. Raised by `Stop.unless`."""


class Stop:
    """What a running command knows of signals: `event` is set by the first one, or by whoever else wants the work stopped."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.interrupted = False
        self.on_signal: Callable[[], None] = lambda: None
        """Called at the first signal, to say that it was heard."""

    async def unless(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns; cancels it and raises `Interrupted` when the user wants no more."""
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self.event.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise Interrupted
            return await working
        finally:
            working.cancel()
            stopping.cancel()
            await asyncio.gather(working, stopping, return_exceptions=True)


def run(main: Callable[[Stop], Coroutine[Any, Any, int]], *, patience: float = PATIENCE_SECONDS) -> int:
    """The status that `main` returns, or 130 where it was interrupted; then `main` is cancelled after `patience` seconds. To be called
    once, as the last thing a program does: its handling of signals stays."""
    return asyncio.run(_guarded(main, patience))


async def _guarded(main: Callable[[Stop], Coroutine[Any, Any, int]], patience: float) -> int:
    stop = Stop()
    loop = asyncio.get_running_loop()
    working = asyncio.ensure_future(main(stop))

    def heard() -> None:
        stop.event.set()
        stop.on_signal()
        loop.call_later(patience, working.cancel)

    first = 0.0

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal first
        if stop.interrupted:
            if time.monotonic() - first > ONE_SIGNAL_SECONDS:
                _leave()
            return
        stop.interrupted, first = True, time.monotonic()
        last = threading.Timer(LAST_SECONDS, _leave)
        last.daemon = True
        last.start()
        with contextlib.suppress(RuntimeError):  # the loop has ended, so the program does too
            loop.call_soon_threadsafe(heard)

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), handle)
    try:
        status = await working
    except asyncio.CancelledError:
        if not stop.interrupted:
            raise
        status = INTERRUPTED
    return INTERRUPTED if stop.interrupted else status


def _leave() -> None:
    """Ends the program where it stands. What is done is on the disk at any moment."""
    if os.isatty(2):
        # A progress bar has hidden it. Not through sys.stderr, in whose midst the signal may have come.
        os.write(2, b"\x1b[?25h\n")
    os._exit(INTERRUPTED)


def in_terminal() -> bool:
    """Somebody watches, on something that can redraw its lines."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
