"""Who a worker is on a server: the same after a restart, so that what the server notes of workers does not grow, and no other's."""

import contextlib
import os
import platform
import re
import secrets
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

HOME_VARIABLE = "DWHISPER_WORKER_HOME"
_INSTALL_BYTES = 3


def home() -> Path:
    """The folder in which workers of this user keep what they were told: `DWHISPER_WORKER_HOME`, else the platform's usual place."""
    if named := os.environ.get(HOME_VARIABLE):
        return Path(named).expanduser().absolute()
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


def host_name(folder: Path) -> str:
    """This computer's name and a few letters of its own, since two may have the same name: what the names of its workers begin with."""
    host = re.sub(r"[^A-Za-z0-9.]+", "-", platform.node()) or "worker"
    return f"{host}-{_install(folder)}"


def take(folder: Path) -> Identity:
    """The first name of this computer that no other worker of it has; the kernel frees it, whatever becomes of the process. Where nothing
    can be written, one by chance."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        host = host_name(folder)
        for slot in count():
            file = (folder / f"worker-{slot}.lock").open("ab")
            if _locked(file):
                return Identity(f"{host}-{slot}", file)
            file.close()
    except OSError:
        pass
    return Identity(f"{platform.node()}-{secrets.token_hex(_INSTALL_BYTES)}", None)


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


def _locked(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
