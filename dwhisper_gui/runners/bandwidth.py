"""How quick the way to a server is: decides how sound travels."""

import asyncio
import secrets

from dwhisper_gui.conductor.api import Conductor

QUICK_BITS_A_SECOND = 50e6
"""Lossless sound is 150 kbit/s: from there on the way keeps up with workers that are 300 times as fast as the recording."""
SMALL_BYTES, LARGE_BYTES = 1_000, 257_000


async def is_quick(server: Conductor, workflow: str) -> bool:
    """Measures by sending two files to a workflow. Raises `ServerError`."""
    loop = asyncio.get_running_loop()
    took = []
    for size in (SMALL_BYTES, LARGE_BYTES):
        began = loop.time()
        await server.upload(workflow, "probe", secrets.token_bytes(size))
        took.append(loop.time() - began)
    # Both made as many round trips, so the rest is what the bytes took.
    return QUICK_BITS_A_SECOND * max(took[1] - took[0], 0.0) <= 8 * (LARGE_BYTES - SMALL_BYTES)
