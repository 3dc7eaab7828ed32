"""Who a worker is on a server: the same after a restart, so that what the server notes of workers does not grow, and no other's."""

import contextlib
import errno
import os
import platform
import re
import secrets
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from dwhisper_worker.sentences import WronglyUsed

HOME_VARIABLE = "DWHISPER_WORKER_HOME"
NAME_VARIABLE = "DWHISPER_WORKER_NAME"
"""What this computer is to be called where its own name is another after each start, as a container's is: the server forgets no name."""
_TAKEN = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
"""What the system says where another process has the lock; anything else means that there can be none here."""
_INSTALL_BYTES = 3


def home() -> Path:
    """The folder in which workers of this user keep what they were told: `DWHISPER_WORKER_HOME`, else the platform's usual place. Raises
    `WronglyUsed` where nobody knows that."""
    try:
        return _home()
    except RuntimeError:  # which pathlib raises
        raise WronglyUsed(
            f"It is not known where this user’s files are, so nothing was done. Let the variable {HOME_VARIABLE} name a folder."
        ) from None


def _home() -> Path:
    if named := os.environ.get(HOME_VARIABLE):
        folder = Path(named)
        with contextlib.suppress(RuntimeError):  # a “~” that stands for nobody here
            folder = folder.expanduser()
        return folder.absolute()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "dwhisper-worker"


@dataclass(slots=True)
class Identity:
    """A name that nobody else has while this is open."""

    name: str
    _lock: IO[bytes] | None

    def close(self) -> None:
        """Lets the next worker have the name."""
        if self._lock is not None:
            self._lock.close()


def computer() -> str:
    """What this computer is called: `DWHISPER_WORKER_NAME`, else by its own name."""
    return os.environ.get(NAME_VARIABLE) or platform.node()


def host_name(folder: Path) -> str:
    """This computer's name and a few letters of its own, since two may have the same name: what the names of its workers begin
    with. Raises `OSError` where those can't be kept."""
    return f"{_plain_name()}-{_install(folder)}"


def names(folder: Path) -> re.Pattern[str]:
    """What all the names of this computer's workers are like. Where its folder can't be written to they are as `take` makes them up, which
    may have been on another computer of the same name."""
    made_up = re.escape(_plain_name()) + f"-[0-9a-f]{{{2 * _INSTALL_BYTES}}}"
    try:
        usual = re.escape(host_name(folder)) + r"-\d+"
    except OSError:
        return re.compile(made_up)
    return re.compile(usual if os.access(folder, os.W_OK) else f"{usual}|{made_up}")


def take(folder: Path) -> Identity:
    """The first name of this computer that no other worker of it has; the kernel frees it, whatever becomes of the process. Where nothing
    can be written or locked, one by chance."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        host = host_name(folder)
        for slot in count():
            if (lock := _locked(folder / f"worker-{slot}.lock")) is not None:
                return Identity(f"{host}-{slot}", lock)
    except OSError:
        pass
    return Identity(f"{_plain_name()}-{secrets.token_hex(_INSTALL_BYTES)}", None)


def _plain_name() -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", computer()) or "worker"


def _install(folder: Path) -> str:
    path = folder / "install"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = folder / f"install-{os.getpid()}"
        made.write_text(secrets.token_hex(_INSTALL_BYTES))
        with contextlib.suppress(FileExistsError):  # another worker was quicker
            os.link(made, path)
        made.unlink()
    return path.read_text()


def _locked(path: Path) -> IO[bytes] | None:
    """The file, locked as long as it is open; None: another process has it. Raises `OSError`, also where a file system has no locks."""
    file = path.open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        if error.errno not in _TAKEN:
            raise
        return None
    return file
