"""How quick the way to a server is: decides how sound travels."""

import asyncio
import logging
import secrets

from dwhisper_gui.conductor.api import Conductor

log = logging.getLogger(__name__)

QUICK_BITS_A_SECOND = 50e6
"""Lossless sound is 150 kbit/s: from there on the way keeps up with workers that are 300 times as fast as the recording."""
SMALL_BYTES, LARGE_BYTES = 1_000, 257_000
MOST_TIMES = 10
SLOW_SECONDS = 1.0
"""What takes so long to send is not delayed by a busy computer alone, and is not tried again."""


async def is_quick(server: Conductor, workflow: str) -> bool:
    """Measures by sending files to a workflow: once where it is quick, else until it is sure, since anything busy on the way makes single
    ones late. Raises `ServerError`."""
    small, large = float("inf"), float("inf")
    for _ in range(MOST_TIMES):
        small = min(small, await _seconds(server, workflow, SMALL_BYTES))
        large = min(large, await _seconds(server, workflow, LARGE_BYTES))
        # Both made as many round trips, so the rest is what the bytes took.
        bytes_took = max(large - small, 0.0)
        quick = QUICK_BITS_A_SECOND * bytes_took <= 8 * (LARGE_BYTES - SMALL_BYTES)
        if quick or bytes_took > SLOW_SECONDS:
            break
    log.info("to send %d bytes took %.3f s: sound travels as %s", LARGE_BYTES - SMALL_BYTES, bytes_took, "FLAC" if quick else "Opus")
    return quick


async def _seconds(server: Conductor, workflow: str, size: int) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await server.upload(workflow, "probe", secrets.token_bytes(size))
    return loop.time() - began
