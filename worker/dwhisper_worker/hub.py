"""Fetches weights from the Hugging Face Hub, and checks every byte against the hashes that the hub tells.

What the library does beside that is switched off: telemetry, its own protocol (xet, whose files grow in ways that can't be watched), its
bars, and the user's token, which public models don't need and which, expired, would be refused."""

import errno
import hashlib
import logging
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dwhisper_worker.contract import DownloadProgress
from dwhisper_worker.hashes import FileHash, hashed

if TYPE_CHECKING:
    from huggingface_hub import HfApi

log = logging.getLogger(__name__)

WANTED = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.json", "vocabulary.txt")
SECONDS_BETWEEN_PROGRESS = 0.5

OnProgress = Callable[[DownloadProgress], None]

_FULL = (errno.ENOSPC, errno.EDQUOT)
_UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN)


class HubTrouble(Exception):
    """A download failed; why, in words that complete a sentence."""


@dataclass(frozen=True, slots=True)
class _RemoteFile:
    name: str
    size: int
    sha256: str | None
    """Of large files; small ones have git's hash."""
    blob: str


def fetch(model: str, repository: str, into: Path, on_progress: OnProgress) -> tuple[str, dict[str, FileHash]]:
    """Downloads a repository's weights into a folder and checks them. Returns where they are from, as repository@commit, and the
    hashes. Raises `HubTrouble`. To cancel, end the process: nothing is locked, and what is left is swept up later."""
    for name in ("TELEMETRY", "XET", "PROGRESS_BARS", "IMPLICIT_TOKEN"):
        os.environ.setdefault(f"HF_HUB_DISABLE_{name}", "1")
    import huggingface_hub
    from huggingface_hub import constants

    # Asked each time, not left to the library, which reads its environment once.
    endpoint = os.environ.get("HF_ENDPOINT") or constants.ENDPOINT
    try:
        commit, files = _list(huggingface_hub.HfApi(endpoint=endpoint, token=False), repository)
        with _progress(model, into, sum(file.size for file in files), on_progress):
            huggingface_hub.snapshot_download(
                repository,
                revision=commit,
                local_dir=into,
                allow_patterns=list(WANTED),
                endpoint=endpoint,
                token=False,
                max_workers=4,
            )
        return f"{repository}@{commit}", {file.name: _checked(into / file.name, file) for file in files}
    except MemoryError:
        raise
    except Exception as error:  # of several libraries underneath, and not documented
        log.info("downloading %s failed", repository, exc_info=error)
        raise HubTrouble(why(error, urlsplit(endpoint).hostname or endpoint)) from error


def _list(api: "HfApi", repository: str) -> tuple[str, list[_RemoteFile]]:
    info = api.model_info(repository, files_metadata=True, timeout=20)
    files = [
        _RemoteFile(one.rfilename, one.size or 0, one.lfs.sha256 if one.lfs else None, one.blob_id or "")
        for one in info.siblings or ()
        if one.rfilename in WANTED
    ]
    if not info.sha or not any(file.name == "model.bin" for file in files):
        raise ValueError(f"{repository} holds no weights")
    return info.sha, files


def _checked(path: Path, remote: _RemoteFile) -> FileHash:
    ours = hashed(path)
    if remote.sha256 is not None:
        matches = ours.sha256 == remote.sha256
    else:
        content = path.read_bytes()
        git = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
        matches = git.hexdigest() == remote.blob
    if not matches:
        raise ValueError(f"{remote.name} arrived damaged: its hash is not the one that the hub tells")
    return ours


@contextmanager
def _progress(model: str, folder: Path, total: int, on_progress: OnProgress) -> Iterator[None]:
    """Reports how much has arrived, by looking at the folder: that holds whatever way the library takes."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(SECONDS_BETWEEN_PROGRESS):
            on_progress(DownloadProgress(model, min(_bytes_in(folder), total), total))

    watcher = threading.Thread(target=watch, name="progress", daemon=True)
    on_progress(DownloadProgress(model, 0, total))
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
    on_progress(DownloadProgress(model, total, total))


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue  # renamed while we look
    return total


def why(error: BaseException, host: str) -> str:
    """What is behind a chain of exceptions: what wraps it is the library's advice to its own users."""
    for one in _behind(error):
        if isinstance(one, socket.gaierror):
            return f"{host} was not found, so this computer may not be online"
        if isinstance(one, ConnectionRefusedError):
            return f"{host} refused the connection"
        if isinstance(one, ssl.SSLError):
            return f"there is no safe connection to {host} ({one.reason or one})"
        if isinstance(one, TimeoutError):
            return f"{host} did not answer in time"
        if isinstance(one, OSError) and one.errno in _FULL:
            return "the disk is full"
        if isinstance(one, OSError) and one.errno in _UNREACHABLE:
            return f"{host} can't be reached ({one.strerror}), so this computer may not be online"
    root = error
    while root.__cause__ is not None:
        root = root.__cause__
    return str(root).strip().partition("\n")[0] or type(root).__name__


def _behind(error: BaseException) -> Iterator[BaseException]:
    """An exception and those it came from. One of the libraries hides the system's own (`from None`), which says most."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__
