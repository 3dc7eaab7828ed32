"""What a medium holds, without decoding it: PyAV (libavformat) reads the file, and nothing but that file.

The file is opened here and handed over as an object: names with any bytes in them work, nothing that is no regular file is touched,
and whatever else libavformat would open is refused."""

import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any, NoReturn

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.logging import Capture
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from dwhisper_worker.contract import AudioTrack, Code, MediumInfo
from dwhisper_worker.errors import WorkerFailure
from dwhisper_worker.lists import harmless_formats, kind_of_list
from dwhisper_worker.riff import declared_seconds
from dwhisper_worker.tails import PatientFile, find_ends

PATIENCE_SECONDS = 30.0
"""For all of a probe; where the end is not found by then, it is not known."""
HEAD_BYTES = 16 * 1024
UNREACHED_SECONDS = 2.0
"""A container that says it is longer than its streams by more than this was cut; players round less than that."""
OVERRUN_SECONDS = 0.1
"""Packets going on for longer than this after the header's end show that the header is wrong; the last one's padding is shorter."""
LEAP_SECONDS = 30 * 3600.0
"""FFmpeg, too, takes a step of a clock that is longer than this for damage."""
SPARSE_SECONDS = 12 * 3600.0
LEAST_BYTES_A_SECOND = 16
"""Over half a day no recording is smaller, however quiet it is."""

_UNNAMED_LIST = "playlist or manifest"
_PICTURES = "image2"
"""The demuxer that a picture's name makes libavformat choose; it reads numbered pictures beside it."""
_ESTIMATED = "Estimating duration from bitrate"
_TAG_TIME = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")


def probe(path: bytes) -> MediumInfo:
    """Describes a local file. Raises `WorkerFailure` with `NOT_MEDIA`, `REFERS_ELSEWHERE` or `UNREADABLE`."""
    shown = path.decode("utf-8", "replace")
    try:
        with _opened(path) as descriptor:
            head = os.read(descriptor, HEAD_BYTES)
            if not head:
                raise WorkerFailure(Code.NOT_MEDIA, path=shown, detail="it is empty")
            kind = kind_of_list(head)
            if kind:
                raise WorkerFailure(Code.REFERS_ELSEWHERE, path=shown, format=kind)
            os.lseek(descriptor, 0, os.SEEK_SET)
            # Only the suffix matters to libavformat's guess; patterns in a name must not mean anything.
            file = PatientFile(descriptor, "medium" + PurePath(os.fsdecode(path)).suffix, PATIENCE_SECONDS)
            return _describe(file, shown, declared_seconds(head))
    except OSError as error:
        raise WorkerFailure(Code.UNREADABLE, path=shown, detail=error.strerror or str(error)) from error


@contextmanager
def _opened(path: bytes) -> Iterator[int]:
    # Not blocking: opening a pipe that nobody writes to would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is no regular file")
        yield descriptor
    finally:
        os.close(descriptor)


def _describe(file: PatientFile, shown: str, stated: float | None) -> MediumInfo:
    av.logging.set_level(av.logging.WARNING)
    av.logging.set_skip_repeated(False)  # what was said about the last medium counts for this one too
    with Capture() as logs:
        try:
            container = av.open(
                file,
                "r",
                container_options={"format_whitelist": harmless_formats(), "protocol_whitelist": "none"},
                metadata_errors="replace",
                buffer_size=1 << 16,
                io_open=_refuse,
            )
        except _Refused as error:
            raise WorkerFailure(Code.REFERS_ELSEWHERE, path=shown, format=_UNNAMED_LIST) from error
        except (av.FFmpegError, ValueError) as error:
            refused = {name for _, name, message in logs if "whitelist" in message}
            if refused == {_PICTURES}:
                raise WorkerFailure(Code.NOT_MEDIA, path=shown, detail="it is a picture") from error
            if refused:
                raise WorkerFailure(Code.REFERS_ELSEWHERE, path=shown, format=_UNNAMED_LIST) from error
            raise WorkerFailure(Code.NOT_MEDIA, path=shown, detail=_reason(error, logs)) from error
        with container:
            # Where a header says nothing, libavformat guesses from the bit rate: no measure of what should be there.
            estimated = any(_ESTIMATED in message for _, _, message in logs)
            return _medium(container, file, estimated, stated)


def _medium(container: InputContainer, file: PatientFile, estimated: bool, stated: float | None) -> MediumInfo:
    zero = (container.start_time or 0) / av.time_base
    guessed = None if container.duration is None or container.duration < 0 else container.duration / av.time_base
    declared = None if estimated else guessed
    indexed = _indexed_ends(container)  # before anything is read: that adds to an index
    ends = find_ends(container, file, None if guessed is None else zero + guessed)
    heard = {stream.index: ends[stream.index] - zero for stream in container.streams.audio if stream.index in ends}
    leaps = _leaps(heard.values(), declared, file.size)
    if leaps:
        guessed, ends, heard = None, {}, {}
    searched = not (file.expired or leaps)
    furthest = max(ends.values(), default=zero)
    unreached = declared is not None and searched and furthest < zero + declared - UNREACHED_SECONDS
    tracks = []
    for index, stream in enumerate(container.streams.audio):
        start = max(0.0, _seconds(stream, stream.start_time) - zero) if stream.start_time is not None else 0.0
        declared_end = stated or (None if estimated else _declared_end(stream, zero, declared))
        if declared_end is None or declared_end < 0:
            declared_end = declared if unreached else None
        end = heard.get(stream.index, start if searched else None)
        if declared_end is not None and end is not None and stream.index in indexed:
            indexed_end = indexed[stream.index] - zero
            if indexed_end > end - UNREACHED_SECONDS:  # else it has only a part of the file
                declared_end = min(declared_end, max(indexed_end, end))
        tracks.append(_track(index, stream, start, declared_end, end))
    last = max(heard.values(), default=0.0 if searched and tracks else None)
    video = next((one for one in container.streams.video if not one.disposition & Disposition.attached_pic), None)
    return MediumInfo(
        format=container.format.name.partition(",")[0],
        duration=_rounded(guessed if last is None else _duration(declared, last)),
        declared_duration=_rounded(declared),
        tracks=tuple(tracks),
        has_video=video is not None,
        frame_rate=_frame_rate(video),
        leaps=leaps,
    )


def _leaps(ends: Collection[float], declared: float | None, size: int) -> bool:
    """Whether the times of packets can't be: tracks end at `ends` by them, in a file of `size` bytes. Believed, a single damaged one makes
    a thousand hours of a minute."""
    if not ends:
        return False
    length = max(ends)
    sparse = length > SPARSE_SECONDS and size < LEAST_BYTES_A_SECOND * length
    beyond = declared is not None and length > declared + LEAP_SECONDS
    return min(ends) < 0 or sparse or beyond


def _track(index: int, stream: AudioStream, start: float, declared_end: float | None, last_packet_end: float | None) -> AudioTrack:
    context: Any = stream.codec_context  # None where libavcodec has no decoder for it
    return AudioTrack(
        index=index,
        codec=context.codec.canonical_name if context else "unknown",
        language=_tag(stream.metadata, "language", nothing=("und", "unk", "")),
        title=_tag(stream.metadata, "title", nothing=("",)),
        default=bool(stream.disposition & Disposition.default),
        channels=context.channels if context else 0,
        sample_rate=context.sample_rate if context else 0,
        start=round(start, 3),
        declared_end=_rounded(declared_end),
        last_packet_end=_rounded(last_packet_end),
    )


def _indexed_ends(container: InputContainer) -> dict[int, float]:
    """When the last packet begins that an AVI's index has of each stream, by the stream's index. It lies at the file's end and has what
    is there; the header counts the empty chunks too by which FFmpeg delays sound, and which players pass over."""
    if container.format.name != "avi":
        return {}
    indexes = ((stream, stream.index_entries) for stream in container.streams.audio)
    return {stream.index: _seconds(stream, index[len(index) - 1].timestamp) for stream, index in indexes if len(index)}


def _declared_end(stream: Stream, zero: float, declared: float | None) -> float | None:
    """Where the header says that a stream ends, in the medium's time. Matroska has it in a tag, if at all; that may be left over from a
    file this one was cut from, most of all one for a language (DURATION-eng), so it does not count above what the file says of itself."""
    if stream.duration is not None:
        return _seconds(stream, (stream.start_time or 0) + stream.duration) - zero
    tags = {key.upper(): value for key, value in stream.metadata.items() if key.upper().startswith("DURATION")}
    for key in sorted(tags):  # the plain one is the first
        found = _TAG_TIME.match(tags[key])
        if found:
            end = int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) - zero
            if declared is None or end <= declared + UNREACHED_SECONDS:
                return end
    return None


def _duration(declared: float | None, last_packet_end: float) -> float:
    """The least of what the header and the packets say; but packets that go on well past the header's end prove it wrong."""
    if declared is None or last_packet_end > declared + OVERRUN_SECONDS:
        return last_packet_end
    return min(declared, last_packet_end)


def _frame_rate(video: VideoStream | None) -> tuple[int, int] | None:
    rate = video and (video.guessed_rate or video.average_rate)
    return (rate.numerator, rate.denominator) if rate else None


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _seconds(stream: Stream, stamp: int) -> float:
    return float(stamp * stream.time_base) if stream.time_base else 0.0


def _tag(metadata: Mapping[str, str], name: str, nothing: tuple[str, ...]) -> str | None:
    value = next((value.strip() for key, value in metadata.items() if key.lower() == name), "")
    return None if value.lower() in nothing else value


def _reason(error: Exception, logs: list[tuple[int, str, str]]) -> str:
    """What libavformat said last before it gave up; its exception says mostly that the data is invalid."""
    said = [message.strip() for level, _, message in logs if level <= av.logging.ERROR and message.strip()]
    return said[-1] if said else str(getattr(error, "strerror", None) or error)


class _Refused(Exception):
    """libavformat wanted to open something beside the medium."""


def _refuse(url: str, flags: int, options: object) -> NoReturn:
    raise _Refused
