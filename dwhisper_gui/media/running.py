"""Runs an ffmpeg that is only listened to, to its end."""

import asyncio
from collections.abc import Callable, Sequence

from dwhisper_gui.core.errors import FFmpegMissing
from dwhisper_gui.media.hanging import HUNG, ended
from dwhisper_gui.workers.pipes import Listener, spawn


async def run_to_end(command: Sequence[str], received: Callable[[bytes], None], logged: Callable[[str], None]) -> str:
    """What it writes and the lines of its log are passed on. Returns how it failed: `HUNG`, or what it said last; empty where all is well.

    Cancelling it ends ffmpeg at once. Raises `FFmpegMissing`."""
    try:
        pipes = await spawn(command, Listener(received, logged, deaf=lambda _: None, over=lambda: None))
    except OSError as error:
        raise FFmpegMissing from error
    try:
        pipes.close_input()
        hung = not await ended(pipes)
    finally:
        pipes.kill()
        await asyncio.shield(pipes.ended)
    if hung:
        return HUNG
    return "" if pipes.status == 0 else pipes.fate()
