"""Where something may be written, looked at in the same way by program and worker. Needs nothing heavy."""

from pathlib import Path


def file_in_the_way(folder: Path) -> Path | None:
    """The file that is where a folder, or one that it is in, would have to be; None: there is none."""
    try:
        nearest = next((path for path in (folder, *folder.parents) if path.exists()), None)  # of a drive that is not there, none does
        return None if nearest is None or nearest.is_dir() else nearest
    except OSError:
        return None  # it can't be seen: whoever uses the folder will be told why
