"""What a medium is: checked here as a file, read by a worker as a medium."""

import asyncio
import hashlib
import os
import stat
import sys
from collections.abc import Sequence

from dwhisper_worker.contract import PROBE, AudioTrack, MediumInfo, ProbeRequest

from dwhisper_gui.core.errors import (
    BrokenOff,
    MediumEmpty,
    MediumError,
    MediumMissing,
    MediumUnreadable,
    NoAudio,
    NotMedia,
    TrackMissing,
)
from dwhisper_gui.core.job import Fingerprint
from dwhisper_gui.core.language_names import language_code
from dwhisper_gui.media.language import same_language
from dwhisper_gui.media.unfinished import lacks_index
from dwhisper_gui.workers.asking import Asks

BLOCK_BYTES = 64 * 1024
TEXT_ART = "tty"
"""FFmpeg's name for what it makes of any text file: a film of a terminal that shows it."""


async def probe(worker: Asks, path: bytes) -> MediumInfo:
    """What a medium holds. Raises `MediumMissing`, `MediumEmpty`, `MediumUnreadable`, `NotMedia`, `BrokenOff`, `RefersElsewhere`, and
    what `ask` does."""
    await asyncio.to_thread(_check, path)
    try:
        info = await worker.ask(PROBE, ProbeRequest(path))
        if info.format == TEXT_ART:
            raise NotMedia(detail="it is a text")
        if not info.tracks and await asyncio.to_thread(lacks_index, path):
            # Of an index that is cut, libavformat takes what is there.
            raise NotMedia(detail="the index is cut")
        return info
    except MediumError as error:
        error.fields["path"] = display_name(path)
        if isinstance(error, NotMedia) and await asyncio.to_thread(lacks_index, path):
            raise BrokenOff(**error.fields) from error
        raise


async def fingerprint(path: bytes) -> Fingerprint:
    """Tells the file from any other, by its size, its time, and its first, middle and last block. Raises as `probe` does."""
    return await asyncio.to_thread(_fingerprint, path)


def choose_track(info: MediumInfo, wanted: str, path: bytes) -> AudioTrack:
    """The track to transcribe (see `Options.track`); of several in the wanted language the default-flagged one, else the first.

    Raises `NoAudio`, `TrackMissing`."""
    if not info.tracks:
        raise NoAudio(path=display_name(path))
    if not wanted:
        fitting: Sequence[AudioTrack] = info.tracks
    elif wanted.isdecimal():
        fitting = [track for track in info.tracks if track.index + 1 == int(wanted)]
    else:
        language = language_code(wanted) or wanted
        fitting = [track for track in info.tracks if track.language and same_language(language, track.language)]
    if not fitting:
        raise TrackMissing(path=display_name(path), track=wanted, tracks=", ".join(map(_described, info.tracks)))
    return next((track for track in fitting if track.default), fitting[0])


def display_name(path: bytes) -> str:
    """A path as it can be shown anywhere: what can't be decoded or printed is escaped."""
    # Only Windows has file names that are not bytes; Python gives them as UTF-8 then.
    encoding = "utf-8" if os.name == "nt" else sys.getfilesystemencoding()
    shown = path.decode(encoding, "backslashreplace")
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in shown)


def _described(track: AudioTrack) -> str:
    words = [track.language or "", f"“{track.title}”" if track.title else "", track.codec]
    return f"{track.index + 1} ({', '.join(word for word in words if word)})"


def _check(path: bytes) -> os.stat_result:
    """That it is a file with something in it that can be read. Opens nothing that is no regular file: a pipe would wait for ever."""
    shown = display_name(path)
    try:
        found = os.stat(path)  # noqa: PTH116 - pathlib takes no bytes
        if stat.S_ISDIR(found.st_mode):
            raise NotMedia(path=shown, detail="it is a folder")
        if not stat.S_ISREG(found.st_mode):
            raise NotMedia(path=shown, detail="it is no regular file")
        if not found.st_size:
            raise MediumEmpty(path=shown)
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            file.read(1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MediumMissing(path=shown) from error
    except (OSError, ValueError) as error:
        raise MediumUnreadable(path=shown, detail=getattr(error, "strerror", None) or str(error)) from error
    return found


def _fingerprint(path: bytes) -> Fingerprint:
    size = _check(path).st_size
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            now = os.fstat(file.fileno())
            for start in (0, size // 2, max(0, size - BLOCK_BYTES)):
                file.seek(start)
                digest.update(file.read(BLOCK_BYTES))
    except OSError as error:
        raise MediumUnreadable(path=display_name(path), detail=error.strerror or str(error)) from error
    return Fingerprint(now.st_size, now.st_mtime_ns, digest.hexdigest())
