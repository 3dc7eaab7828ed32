"""Where a medium's audio really ends. A header says what was meant to be there; the last packet that can be read says what is."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard, Stream

LOOK_BACK_SECONDS = 10.0


class PatientFile:
    """A file as libavformat reads it, which seems to end once too much time has passed: the only way to stop a search through a
    file of many gigabytes, which may all happen within one call of libavformat."""

    def __init__(self, descriptor: int, name: str, seconds: float) -> None:
        self.name = name
        self.expired = False
        self.size = os.fstat(descriptor).st_size
        self._descriptor = descriptor
        self._deadline = time.monotonic() + seconds

    def read(self, count: int) -> bytes:
        """Up to `count` bytes; none at the end, or when the time is up."""
        self.expired = self.expired or time.monotonic() > self._deadline
        return b"" if self.expired else os.read(self._descriptor, count)

    def seek(self, offset: int, whence: int) -> int:
        """Moves to a place in the file and returns it; a negative number where there is no such place, as libavformat wants it (an
        exception would end the probe even where libavformat goes on)."""
        try:
            return os.lseek(self._descriptor, offset, whence)
        except OSError:
            return -1

    def tell(self) -> int:
        """The place in the file."""
        return os.lseek(self._descriptor, 0, os.SEEK_CUR)


def find_ends(container: InputContainer, file: PatientFile, expected: float | None) -> dict[int, float]:
    """Where the last readable packet of each audio stream ends, by the stream's index, in seconds of the container's own time; and
    of other streams where they were passed on the way. `expected` is where the header says that the container ends.

    Looks at the last seconds first, then twice as far back each time, which reads little of a file that was cut; without any
    expectation everything is read. A stream is missing from the answer where it has no packets at all, or time ran out."""
    ends: dict[int, float] = {}
    audio = container.streams.audio
    begin = (container.start_time or 0) / av.time_base
    back = LOOK_BACK_SECONDS
    while expected is not None and expected - back > begin and not file.expired:
        missing = [stream for stream in audio if stream.index not in ends]
        if not missing:
            return ends
        if _seek(container, missing[0], expected - back):
            _scan(container, file, ends)
        back *= 2
        # The other streams have had their chance to show how far the file goes.
        _discard(stream for stream in container.streams if stream not in audio)
    missing = [stream for stream in audio if stream.index not in ends]
    if missing and not file.expired and (expected is None or _seek(container, missing[0], begin)):
        _scan(container, file, ends)
    return ends


def _seek(container: InputContainer, stream: AudioStream, seconds: float) -> bool:
    """Goes to a time; says whether that worked. A stream without an index of its own is found by the container's main one: its own
    way would be to read everything."""
    try:
        if len(stream.index_entries) and stream.time_base:
            container.seek(int(seconds / stream.time_base), stream=stream)
        else:
            container.seek(int(seconds * av.time_base))
    except (av.FFmpegError, OSError):
        return False
    return True


def _scan(container: InputContainer, file: PatientFile, ends: dict[int, float]) -> None:
    """Reads on to the end, or to where reading fails, and notes how far each stream comes; nothing where time ran out before."""
    found: dict[int, float] = {}
    # PyAV raises IndexError at the end where streams turned up on the way.
    with suppress(av.FFmpegError, OSError, IndexError):
        for packet in container.demux():
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is None or packet.is_discard:
                continue
            end = float((stamp + (packet.duration or 0)) * packet.time_base)
            found[packet.stream_index] = max(end, found.get(packet.stream_index, end))
    if not file.expired:
        ends.update(found)


def _discard(streams: Iterable[Stream]) -> None:
    for stream in streams:
        stream.discard = Discard.all
