"""From what the user names (files, folders, patterns) to media."""

import glob
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.request import url2pathname

from dwhisper_gui.core.errors import AddressGiven, FolderWithoutMedia, MediumError, MediumUnreadable, NothingFits, StreamGiven
from dwhisper_gui.media.probe import display_name

VIDEO = frozenset(
    b"3g2 3gp amv asf avi divx dv dvr-ms f4v flv gxf ivf m1v m2t m2ts m2v m4v mj2 mjpeg mjpg mk3d mkv mod mov mp4 mpe mpeg mpg mts mve mxf"
    b" nsv nut ogm ogv ogx qt rec rm rmvb roq smk tod tp trp ts ty vob vro webm wm wmv wtv xesc".split()
)
AUDIO = frozenset(
    b"aa aac aax ac3 adts aif aifc aiff alac amr ape au awb caf dff dsf dts dtshd eac3 ec3 flac gsm m4a m4b m4r mka mlp mp1 mp2 mp3 mpa mpc"
    b" mpga oga ogg oma opus ra rf64 shn sln snd spx tak thd truehd tta voc vox w64 wav weba wma wv".split()
)
EXTENSIONS = VIDEO | AUDIO
"""By these, media are found in folders. Lists of other files (m3u8, cue, concat, …) are not among them."""

_FILE_ADDRESS = re.compile(rb"file://(?:localhost)?(/.*)", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(rb"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """What one of the user's words stands for: media (absolute paths), or why there are none."""

    asked: bytes
    media: tuple[bytes, ...]
    error: MediumError | None = None


def find_media(asked: Iterable[bytes]) -> list[Found]:
    """For each word the media it stands for, each medium once. A file is taken whatever its name; a folder stands for the media in it and
    in the folders in it, in order of their names, hidden ones left out; where nothing has exactly that name, a pattern (`*`, `?`,
    `[…]`, `**`) for what fits it."""
    taken: set[bytes] = set()
    found = []
    for word in asked:
        try:
            meant = list(map(os.path.abspath, _meant(_without_scheme(word))))
        except MediumError as error:
            found.append(Found(word, (), error))
            continue
        media: dict[bytes, bytes] = {}
        for path in meant:
            media.setdefault(_place(path), path)
        found.append(Found(word, tuple(path for place, path in media.items() if place not in taken)))
        taken.update(media)
    return found


def _place(path: bytes) -> bytes:
    """The same for a file in a folder and in a link to that folder: a pattern may follow a link in circles."""
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name)  # noqa: PTH118


def _without_scheme(word: bytes) -> bytes:
    """The path that a `file:` address of this computer stands for, as file managers copy it; all else as it is."""
    found = _FILE_ADDRESS.match(word)
    return os.fsencode(url2pathname(os.fsdecode(found[1]))) if found else word


def _meant(word: bytes) -> list[bytes]:
    if os.path.isdir(word):  # noqa: PTH112 - pathlib takes no bytes, here and below
        media = list(_inside(word))
        if not media:
            raise FolderWithoutMedia(path=display_name(word))
        return media
    if os.path.lexists(word):
        return [word]
    if _ADDRESS.match(word):
        raise AddressGiven(path=display_name(word))
    if word == b"-":
        raise StreamGiven
    if not glob.has_magic(os.fsdecode(word)):
        return [word]  # whether it is there and is a medium, the probe tells
    fitting = sorted(glob.glob(word, recursive=True))  # noqa: PTH207
    files = [path for path in fitting if not os.path.isdir(path)]  # noqa: PTH112
    media = [path for path in files if _has_media_extension(path)] or files
    media += [path for folder in fitting if os.path.isdir(folder) for path in _inside(folder)]  # noqa: PTH112
    if not media:
        raise NothingFits(path=display_name(word))
    return media


def _inside(folder: bytes) -> Iterator[bytes]:
    def fail(error: OSError) -> None:
        if error.filename == folder:
            raise MediumUnreadable(path=display_name(folder), detail=error.strerror or str(error))

    for at, folders, files in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith(b"."))
        yield from (os.path.join(at, name) for name in sorted(files) if not name.startswith(b".") and _has_media_extension(name))  # noqa: PTH118


def _has_media_extension(path: bytes) -> bool:
    return os.path.splitext(path)[1][1:].lower() in EXTENSIONS  # noqa: PTH122
