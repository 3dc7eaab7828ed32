"""Where DWhisper keeps its own files on this computer."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

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
    """The folders that hold now: under `DWHISPER_HOME` where that is set, else the platform's usual ones."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        whole = Path(home).expanduser().absolute()
        return Folders(whole / "config", whole / "data", whole / "cache", whole / "log")
    usual = platformdirs.PlatformDirs("dwhisper", appauthor=False)
    return Folders(usual.user_config_path, usual.user_data_path, usual.user_cache_path, usual.user_log_path)
