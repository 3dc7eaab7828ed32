"""Disks that are soon full."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """The folder, made, as a disk of a size in mount's words (`2m`). Skips the test where one can't be mounted."""
    folder.mkdir()
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not as_root or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False).returncode:
        pytest.skip("no right to mount a small disk")
    try:
        yield folder
    finally:
        # Lazily: a program that a failing test left there must not keep it mounted for ever.
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    """A file that takes all room of a disk but so many bytes."""
    ballast = disk / "ballast"
    free = os.statvfs(disk)
    try:
        ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - leave))
    except OSError as error:
        # A program at work there took some of the room since it was measured: the disk is full all the same.
        if error.errno != errno.ENOSPC:
            raise
    return ballast
