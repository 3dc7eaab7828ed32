"""Writing a document's files: whole or not at all, and never over another file unless asked.

Each file is written under another name in its folder, to the disk, and then given its own by one operation of the file system. So
whoever looks sees no half file, and of two programs that want one name one gets the next.
"""

import contextlib
import os
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path

from dwhisper_gui.core.errors import OutputFolderUnusable, OutputNotWritable
from dwhisper_gui.subtitles.document import Document
from dwhisper_gui.subtitles.formats import Format
from dwhisper_gui.subtitles.names import file_name, longest_name

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_TRIAL_BYTES = 1 << 16
"""The subtitles of an hour are about as long."""
_ANY_MODE = 0o666
"""Less the umask, as for any file that a program writes."""


def export(
    document: Document,
    medium_path: bytes,
    formats: Sequence[Format],
    folder: bytes | None,
    overwrite: bool,
    job: str,
    keep: Collection[bytes] = (),
) -> list[bytes]:
    """Writes a document in each format, into `folder` or (None) beside its medium. Returns the paths, in the order of the formats.

    All files of one export have one number: if `video.en.srt` or `video.en.vtt` is there, they are `video_2.en.srt` and `video_2.en.vtt`;
    with `overwrite` those that are there are replaced, save the files in `keep`: they count as taken. Where a draft of one can't be
    written, none is.

    Raises `OutputNotWritable`. `job` is for its sentence."""
    into = folder_of(medium_path, folder)
    named = _namer(document, medium_path, into)

    def paths(number: int) -> list[Path]:
        return [named(made, number) for made in formats]

    contents = [made.write(document) for made in formats]
    written = paths(1)
    try:
        with _drafts(into, contents) as drafts:
            if overwrite:
                kept = [Path(os.fsdecode(path)) for path in keep]
                written = next(free for free in map(paths, count(1)) if not any(_is_one_of(path, kept) for path in free))
                for draft, path in zip(drafts, written, strict=True):
                    draft.replace(path)
            else:
                written = next(free for free in map(paths, count(1)) if _publish(drafts, free))
        _settle(into)
    except OSError as error:
        shown = _readable(str(written[0] if written else into))
        raise OutputNotWritable(path=shown, detail=error.strerror or str(error), job=job) from error
    return [os.fsencode(path) for path in written]


def plain_names(document: Document, medium_path: bytes, formats: Iterable[Format], folder: bytes | None) -> list[bytes]:
    """The paths that `export` gives its files where none of them is taken."""
    named = _namer(document, medium_path, folder_of(medium_path, folder))
    return [os.fsencode(named(made, 1)) for made in formats]


def same_files(
    document: Document, medium_path: bytes, formats: Iterable[Format], folder: bytes | None, keep: Collection[bytes] = ()
) -> dict[str, bytes]:
    """Of the files that `export` could have written of this document, those that are there and hold just what it would write, by the name
    of their format: there is no use in another copy. None of those in `keep`."""
    named = _namer(document, medium_path, folder_of(medium_path, folder))
    found = {}
    for made in formats:
        content = made.write(document)
        for number in count(1):
            path = named(made, number)
            if not os.path.lexists(path):
                break
            if os.fsencode(path) not in keep and _holds(path, content):
                found[made.name] = os.fsencode(path)
                break
    return found


def folder_of(medium_path: bytes, folder: bytes | None) -> Path:
    """Where the subtitles of a medium go: beside it (None), unless into a folder."""
    return Path(os.fsdecode(medium_path)).parent if folder is None else Path(os.fsdecode(folder))


def _namer(document: Document, medium_path: bytes, into: Path) -> Callable[[Format, int], Path]:
    """The path of a document's file in a folder, from its format and the number that keeps it from others."""
    medium, language, longest = Path(os.fsdecode(medium_path)), document.transcript.text_language, longest_name(into)
    return lambda made, number: into / file_name(medium, number, language, made.extension, longest)


def shown_name(medium_path: bytes) -> str:
    """The name of a medium for people: bytes that are no text are replaced."""
    return _readable(Path(os.fsdecode(medium_path)).name)


def refuse_unwritable(medium_path: bytes, folder: bytes | None) -> None:
    """Makes the folder that was asked for, and tries whether a file can be written in it (or, for None, beside the medium): better known
    before an hour of work than after it. Raises `OutputFolderUnusable`."""
    into = folder_of(medium_path, folder)
    try:
        if folder is not None:
            into.mkdir(parents=True, exist_ok=True)
        with _drafts(into, [bytes(_TRIAL_BYTES)]):
            pass
    except OSError as error:
        detail = "it is a file" if isinstance(error, FileExistsError) else error.strerror or str(error)
        raise OutputFolderUnusable(name=shown_name(medium_path), path=_readable(str(into)), detail=detail) from error


def _readable(name: str) -> str:
    """For people: bytes that are no text are replaced."""
    return os.fsencode(name).decode("utf-8", "replace")


def _is_one_of(path: Path, files: Collection[Path]) -> bool:
    """Whatever way the same file is named: through a link, or in other letters where the file system makes no difference."""
    try:
        return any(path == file or path.samefile(file) for file in files if file.exists())
    except OSError:
        return False  # it is not there


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


@contextlib.contextmanager
def _drafts(folder: Path, contents: Sequence[bytes]) -> Iterator[list[Path]]:
    """Files in the folder with these contents, safe on the disk; what is left of them in the end is removed."""
    drafts: list[Path] = []
    try:
        for content in contents:
            draft = folder / f".dwhisper-{secrets.token_hex(8)}.part"
            descriptor = os.open(draft, _NEW_FILE, _ANY_MODE)
            drafts.append(draft)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
        yield drafts
    finally:
        for draft in drafts:
            _remove(draft)


def _publish(drafts: Sequence[Path], paths: Sequence[Path]) -> bool:
    """Gives the drafts their names: all, or (False) none since one of the names is taken."""
    if any(map(os.path.lexists, paths)):
        return False
    published: list[Path] = []
    try:
        for draft, path in zip(drafts, paths, strict=True):
            _name(draft, path)
            published.append(path)
    except OSError as error:
        for path in published:
            _remove(path)
        if isinstance(error, FileExistsError):
            return False
        raise
    return True


def _name(draft: Path, path: Path) -> None:
    """Gives a draft its name. Raises `FileExistsError` where something has that name."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links (FAT, some networks): take the name first, then fill it.
        os.close(os.open(path, _NEW_FILE, _ANY_MODE))
        try:
            draft.replace(path)
        except OSError:
            _remove(path)
            raise


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _settle(folder: Path) -> None:
    """Makes new names safe on the disk, where the system has a way."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
