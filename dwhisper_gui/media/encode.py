"""Sound for the way to other computers: FLAC, or Opus where the way is slow."""

import asyncio
from collections.abc import Sequence

from dwhisper_worker.tasks import Sound

from dwhisper_gui.core.errors import FFmpegMissing
from dwhisper_gui.media.ffmpeg import encode_command, find_encoder


class EncodingFailed(Exception):
    """ffmpeg can't do it, most likely since it was built without Opus."""


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
        raise EncodingFailed(said.decode("utf-8", "replace").strip())
    return Sound(out, tuple(len(clip) // 2 for clip in clips))
