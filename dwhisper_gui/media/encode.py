"""Sound for the way to other computers: FLAC, or Opus where the way is slow."""

import asyncio
import re
from collections.abc import Sequence

from dwhisper_worker.tasks import Sound

from dwhisper_gui.core.errors import EncodingFailed, FFmpegMissing
from dwhisper_gui.media.ffmpeg import encode_command, find_encoder

_WHERE = re.compile(r"^\[[^\]]*\] ")
"""What ffmpeg's lines begin with: a part of it, and where that is in memory."""


async def encoded(clips: Sequence[bytes], *, lossless: bool) -> Sound:
    """Clips of PCM, one after the other in one stream. Cancelling it ends ffmpeg at once. Raises `EncodingFailed`, `FFmpegMissing`."""
    command = encode_command(await asyncio.to_thread(find_encoder), lossless=lossless)
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
    except OSError as error:
        raise FFmpegMissing from error
    try:
        out, said = await process.communicate(b"".join(clips))
    finally:
        if process.returncode is None:
            process.kill()
            await asyncio.shield(process.wait())
    if process.returncode:
        lines = said.decode("utf-8", "replace").strip().splitlines() or [f"it ended with {process.returncode}"]
        raise EncodingFailed(codec="flac" if lossless else "libopus", detail=_WHERE.sub("", lines[0]).rstrip("."))
    return Sound(out, tuple(len(clip) // 2 for clip in clips))
