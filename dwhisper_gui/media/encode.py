"""Sound for the way to other computers: FLAC, or Opus where the way is slow.

Encoded in this process: to start ffmpeg for a chunk would take three times as much of a processor as to encode it."""

import asyncio
import io
import threading
from collections.abc import Sequence
from typing import cast

from dwhisper_worker.contract import SAMPLE_RATE
from dwhisper_worker.tasks import Sound

from dwhisper_gui.core.errors import EncodingFailed

OPUS_KBIT = 32
"""A fifth of what FLAC takes. Words suffer a little from there on down (docs/benchmarks.md)."""
LOSSLESS, SMALL = "flac", "libopus"
"""The encoders, as ffmpeg's libraries name them."""

FLAC_FRAME = "8192"
"""Samples, half a second. Of the usual tenth of a second there would be so many that to encode takes 1.9 times, to decode 1.7 times as much
of a processor, for 4 % fewer bytes."""

_SAMPLE_BYTES = 2


async def encoded(clips: Sequence[bytes], *, lossless: bool) -> Sound:
    """Clips of PCM, which may be empty, one after the other in one stream. When it is cancelled, its thread ends after the clip that it
    is at. Raises `EncodingFailed`."""
    over = threading.Event()
    try:
        made = await asyncio.to_thread(_encode, clips, LOSSLESS if lossless else SMALL, over)
    finally:
        over.set()
    return Sound(made, tuple(len(clip) // _SAMPLE_BYTES for clip in clips))


def _encode(clips: Sequence[bytes], codec: str, over: threading.Event) -> bytes:
    try:
        import av  # takes 60 ms, and only those who share out their recordings need it
    except ImportError as error:
        raise EncodingFailed(codec=codec, detail=error) from error
    options = {"application": "voip", "b": f"{OPUS_KBIT}k"} if codec == SMALL else {"frame_size": FLAC_FRAME}
    made = io.BytesIO()
    try:
        with av.open(made, "w", format="ogg" if codec == SMALL else "flac") as container:
            stream = cast(av.AudioStream, container.add_stream(codec, rate=SAMPLE_RATE, options=options, layout="mono"))
            for clip in filter(None, clips):
                if over.is_set():
                    return b""
                frame = av.AudioFrame(format="s16", layout="mono", samples=len(clip) // _SAMPLE_BYTES)
                frame.sample_rate = SAMPLE_RATE
                frame.planes[0].update(clip)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except (av.FFmpegError, ValueError) as error:  # an unknown encoder is a ValueError
        raise EncodingFailed(codec=codec, detail=error) from error
    return made.getvalue()
