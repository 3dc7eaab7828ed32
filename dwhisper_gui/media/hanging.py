"""Notices an ffmpeg that hangs: on a disk or a network that does not answer, or for a fault of its own."""

import asyncio

import psutil

from dwhisper_gui.workers.pipes import Pipes

SILENT_SECONDS = 120.0
"""One that neither writes nor computes for so long hangs. A disk that wakes up, or a network that comes back, takes less. Writing alone
is no measure: where a track ends long before its film does, ffmpeg reads through the rest of it without a word."""

WAITING_SECONDS = 0.02
"""As much as the newer ones compute in that time only to look whether they are done. Reading as slow as 1 MB/s takes more."""

HUNG = "it did nothing for minutes, as where a disk or a network does not answer"


async def ended(pipes: Pipes) -> bool:
    """Waits until a process has ended, or hangs; False: it hangs. That takes up to twice `SILENT_SECONDS` to notice."""
    wrote, computed = -1.0, 0.0
    while not (await asyncio.wait({pipes.ended}, timeout=SILENT_SECONDS))[0]:
        now = await asyncio.to_thread(_computed, pipes.pid)
        if now is not None and pipes.last_sign == wrote and 0 <= now - computed < WAITING_SECONDS:
            return False
        wrote, computed = pipes.last_sign, now or 0.0
    return True


def _computed(pid: int) -> float | None:
    """How long a process and those it started have computed, in seconds; None where one of them has just ended."""
    try:
        process = psutil.Process(pid)
        times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    except psutil.Error:
        return None
    return sum(time.user + time.system for time in times)
