"""SHA-256 of files of gigabytes, computed once: remembered for as long as a file keeps its size and its time of change.

Two results may only be compared where the same weights made them, so each load names its weights by their hash."""

import contextlib
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

_REMEMBERED = ".hashes.json"
_MANIFEST = "dwhisper-manifest.json"


@dataclass(frozen=True, slots=True)
class FileHash:
    """A file's hash, and what the file looked like when it was computed."""

    size: int
    mtime_ns: int
    sha256: str

    def fits(self, path: Path) -> bool:
        """Whether the file still looks the same."""
        status = path.stat()
        return (status.st_size, status.st_mtime_ns) == (self.size, self.mtime_ns)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was put into a folder of the models folder, and where it came from: written once all of it had been checked."""

    source: str
    files: dict[str, FileHash] = field(default_factory=dict)
    published: bool = False
    """The hashes are those that the files were published with."""


def sha256(*paths: Path) -> str:
    """The hash of the bytes of files, one after another, in hexadecimal. Raises OSError."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()


def remembered_sha256(path: Path, folder: Path) -> str:
    """The hash of a file outside of the models folder; `folder` remembers it."""
    register = folder / _REMEMBERED
    known: dict[str, FileHash] = {}
    with contextlib.suppress(OSError, msgspec.DecodeError):
        known = msgspec.json.decode(register.read_bytes(), type=dict[str, FileHash])
    key = str(path.resolve())
    entry = known.get(key)
    if entry is None or not entry.fits(path):
        entry = hashed(path)
        with contextlib.suppress(OSError):  # a folder that can't be written costs time, no more
            folder.mkdir(parents=True, exist_ok=True)
            _replace(register, msgspec.json.encode({**known, key: entry}))
    return entry.sha256


def hashed(path: Path) -> FileHash:
    """Hashes a file. Raises OSError."""
    status = path.stat()
    return FileHash(status.st_size, status.st_mtime_ns, sha256(path))


def write_manifest(folder: Path, source: str, files: dict[str, FileHash] | None = None, *, published: bool = False) -> None:
    """Hashes every file of a folder, unless `files` says them, and notes them in it."""
    if files is None:
        files = {path.name: hashed(path) for path in sorted(folder.iterdir()) if path.is_file() and path.name != _MANIFEST}
    _replace(folder / _MANIFEST, msgspec.json.encode(Manifest(source, files, published)))


def read_manifest(folder: Path) -> Manifest | None:
    """What is noted about a folder; None where nothing readable is."""
    try:
        return msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None


def _replace(path: Path, content: bytes) -> None:
    """Writes a file so that others see all of it or nothing of it."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
