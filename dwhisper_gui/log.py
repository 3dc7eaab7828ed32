"""Logging, set up in one place: what happened and every traceback go to a file, the screen belongs to sentences.

Several programs may write to the one file at once. On POSIX systems each line is one append, whoever finds the file too large
renames it under a lock, and the others notice at their next line that it is another file now. Windows renames no file that
somebody has open: there the file grows until one program is alone with it.
"""

import contextlib
import logging
import os
import sys
from datetime import datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path

import filelock

from dwhisper_gui.folders import make_private

FILE_NAME = "dwhisper.log"
ROTATE_AT_BYTES = 2_000_000
OLD_FILES = 3
"""`dwhisper.log.1` is the youngest of them."""

_ours: list[logging.Handler] = []
_on_screen = False


def setup(folder: Path, *, verbose: bool) -> Path | None:
    """Sends log records to `folder`, and to standard error too with `verbose`. Returns the file.

    Where the folder can't be written, says so once on standard error and returns None; then only what is a bug goes there, with its
    traceback. May be called again: the latest call holds."""
    global _on_screen
    close()
    _on_screen = verbose
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for ours in ("dwhisper_gui", "dwhisper_worker"):
        logging.getLogger(ours).setLevel(logging.DEBUG)
    path = folder / FILE_NAME
    problem: OSError | None = None
    try:
        make_private(folder)
        _add(_SharedFile(path), _Lines("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"))
    except OSError as error:
        problem = error
    if verbose or problem:
        screen = logging.StreamHandler(sys.stderr)
        screen.setLevel(logging.DEBUG if verbose else logging.CRITICAL)
        _add(screen, logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.captureWarnings(True)
    if problem:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"Nothing is logged, since {path} can't be written ({problem.strerror or problem}).\n")
        return None
    return path


def on_screen() -> bool:
    """Whether the log goes to standard error, too, where nothing that moves is to be then."""
    return _on_screen


def close() -> None:
    """Takes back what `setup` did to the root logger and closes the file."""
    logging.captureWarnings(False)
    while _ours:
        handler = _ours.pop()
        logging.getLogger().removeHandler(handler)
        with contextlib.suppress(OSError):  # the disk may be full
            handler.close()


def _add(handler: logging.Handler, formatter: logging.Formatter) -> None:
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)
    _ours.append(handler)


class _Lines(logging.Formatter):
    """Times as ISO 8601 with the offset from UTC: logs are read on another computer than they are written."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


class _SharedFile(WatchedFileHandler):
    """A file that several programs append to, and that whoever comes by rotates."""

    def __init__(self, path: Path) -> None:
        # Paths that are no UTF-8 come as lone surrogates.
        super().__init__(path, encoding="utf-8", errors="backslashreplace")
        self._path = path
        self._rotate_at = ROTATE_AT_BYTES

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if self.stream is not None and os.fstat(self.stream.fileno()).st_size >= self._rotate_at:
                self._rotate()
            super().emit(record)
        except OSError:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        # A full disk must not end the work, nor fill the screen with a traceback for every line.
        if not isinstance(sys.exception(), OSError):
            super().handleError(record)

    def _rotate(self) -> None:
        lock = filelock.FileLock(self._path.with_name(f"{FILE_NAME}.lock"), timeout=0)
        try:
            with lock:
                # Another program may just have done it.
                if self._path.exists() and self._path.stat().st_size >= ROTATE_AT_BYTES:
                    # Windows renames nothing that is open here either. The next line opens the new file.
                    if self.stream is not None:
                        self.stream.close()
                        self.stream = None
                    self._rename()
            self._rotate_at = ROTATE_AT_BYTES
        except filelock.Timeout:
            return  # another program is at it
        except OSError:
            # Open in another program on Windows, say: not to be tried again at every line.
            self._rotate_at += ROTATE_AT_BYTES // 4

    def _rename(self) -> None:
        names = [self._path, *(self._path.with_name(f"{FILE_NAME}.{i}") for i in range(1, OLD_FILES + 1))]
        for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
            if newer.exists():
                newer.replace(older)
