"""Ctrl+C before a worker serves: it ends the process there and then. As the exception that Python makes of it, it may come in the middle of
a library's import, which then fails with an error of its own."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

STATUS = 130
"""The exit status of what was ended so, as shells have it."""


def end_at_once() -> None:
    """From now on. Where it is ignored, as in the background of a shell, it stays so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(STATUS))


@contextmanager
def raised() -> Iterator[None]:
    """While there is something to tidy up, it raises `KeyboardInterrupt`."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
