"""Sound as it comes through a server: FLAC or Opus, decoded to the PCM that engines take."""

import io
from collections.abc import Sequence
from itertools import accumulate

import av

from dwhisper_worker.contract import SAMPLE_RATE
from dwhisper_worker.tasks import Sound

_SAMPLE_BYTES = 2


class SoundBroken(Exception):
    """What was sent can't be decoded."""


def clips(sound: Sound) -> list[bytes]:
    """The PCM of each clip. Of FLAC exactly what was encoded; Opus may end early, where silence is put. Raises `SoundBroken`."""
    pcm = _decoded(sound.encoded) if sound.encoded else b""
    ends = list(accumulate(sound.lengths))
    whole = ends[-1] * _SAMPLE_BYTES if ends else 0
    pcm = pcm[:whole].ljust(whole, b"\0")
    return [pcm[_SAMPLE_BYTES * (end - length) : _SAMPLE_BYTES * end] for end, length in zip(ends, sound.lengths, strict=True)]


def _decoded(encoded: bytes) -> bytes:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    found = bytearray()
    try:
        # Named, since libavformat's guess would open formats that read other files.
        with av.open(io.BytesIO(encoded), "r", format="flac" if encoded.startswith(b"fLaC") else "ogg") as container:
            for frame in container.decode(audio=0):
                _append(found, resampler.resample(frame))
            _append(found, resampler.resample(None))
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise SoundBroken(str(error)) from error
    return bytes(found)


def _append(found: bytearray, frames: Sequence[av.AudioFrame]) -> None:
    for frame in frames:
        # A plane may be longer than its samples.
        found += bytes(frame.planes[0])[: frame.samples * _SAMPLE_BYTES]
