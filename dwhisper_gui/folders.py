"""Where DWhisper keeps its own files on this computer."""

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from dwhisper_worker.places import file_in_the_way

from dwhisper_gui.core.errors import HomeUnreadable, HomeUnusable

HOME_VARIABLE = "DWHISPER_HOME"
"""Names one folder under which everything is kept instead: for a portable installation, and for tests."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Absolute paths. None of them need exist: whoever writes to one makes it."""

    config: Path
    data: Path
    cache: Path
    log: Path

    @property
    def models(self) -> Path:
        """Where weights are kept unless a setting says otherwise."""
        return self.data / "models"


def folders() -> Folders:
    """The folders that hold now: under `DWHISPER_HOME` where that is set, else the platform's usual ones. Raises `HomeUnusable`."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        readable = home.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        if readable != home:
            raise HomeUnreadable(home=readable)
        whole = Path(home)
        with contextlib.suppress(RuntimeError):  # a “~” that stands for nobody here
            whole = whole.expanduser()
        whole = whole.absolute()
        file = file_in_the_way(whole)
        if file is not None:
            raise HomeUnusable(home=home, path=file)
        return Folders(whole / "config", whole / "data", whole / "cache", whole / "log")
    usual = platformdirs.PlatformDirs("dwhisper", appauthor=False)
    return Folders(usual.user_config_path, usual.user_data_path, usual.user_cache_path, usual.user_log_path)


def make_private(folder: Path) -> None:
    """Makes a folder for this user alone, and those that it is in where they are missing: others need not read what was said, nor which
    recordings there are. One that is there stays as it is. Raises `OSError`."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def install_id(data: Path) -> str:
    """What tells this installation from others on a server; made the first time. Raises `OSError`."""
    path = data / "install"
    with contextlib.suppress(FileNotFoundError):
        if found := path.read_text(encoding="ascii").strip():
            return found
    make_private(data)
    made = secrets.token_hex(6)
    with contextlib.suppress(FileExistsError), path.open("x", encoding="ascii") as file:
        file.write(made)
        return made
    return path.read_text(encoding="ascii").strip() or made
