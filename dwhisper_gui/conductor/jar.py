"""The server's program, a runnable jar: looked at, fetched, kept."""

import asyncio
import contextlib
import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx2

from dwhisper_gui.conductor.answers import why
from dwhisper_gui.core.own_server_errors import JarDamaged, JarMissing, JarNotConductor, JarNotFetched, JarNotKept
from dwhisper_gui.folders import make_private

USUAL_VERSION = "3.32.1"
KNOWN = {"f3699a34bb72c35c10469a063392e5de4900bc4568c8a4357a711186d6269d3f": "3.32.1"}
"""SHA-256 of jars as they were published, with their versions: 3.32.1 is org.conductoross:conductor-server, classifier boot, of Maven."""
TITLE = "conductor-server"
BLOCK = 1 << 20
SILENT_SECONDS = 60.0

Tell = Callable[[int, int], None]
"""Called with how many bytes are there, of how many; of 0: nobody knows."""


@dataclass(frozen=True, slots=True)
class Jar:
    """`published`: its hash is one that is known; the same version from elsewhere may have another."""

    path: Path
    version: str
    sha256: str
    published: bool


def version_of(path: Path) -> str:
    """The version of the server in a jar, by its manifest. Raises `JarNotConductor`, `JarMissing`."""
    try:
        with zipfile.ZipFile(path) as jar:
            manifest = jar.read("META-INF/MANIFEST.MF").decode("utf-8", "replace")
    except FileNotFoundError:
        raise JarMissing(path=path) from None
    except (zipfile.BadZipFile, KeyError):
        raise JarNotConductor(path=path, detail="it is no jar") from None
    except OSError as error:
        raise JarNotConductor(path=path, detail=error.strerror or error) from error
    # Lines longer than 72 bytes go on in the next one, after a space.
    lines = manifest.replace("\r\n", "\n").replace("\n ", "").splitlines()
    said = {key: value for key, _, value in (line.partition(": ") for line in lines)}
    if said.get("Implementation-Title") != TITLE or "Start-Class" not in said:
        raise JarNotConductor(path=path, detail=f"its manifest says “{said.get('Implementation-Title', 'nothing')}”")
    return said.get("Implementation-Version", "unknown")


def examined(path: Path) -> Jar:
    """A jar whose every byte has been looked at; takes seconds. Raises `JarNotConductor`, `JarDamaged`, `JarMissing`."""
    version = version_of(path)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    sha256 = digest.hexdigest()
    published = sha256 in KNOWN
    if not published:
        try:
            with zipfile.ZipFile(path) as jar:
                damaged = jar.testzip()
        except (zipfile.BadZipFile, OSError, EOFError) as error:
            raise JarDamaged(path=path, detail=error) from error
        if damaged is not None:
            raise JarDamaged(path=path, detail=f"{damaged} in it is not what it should be")
    return Jar(path, version, sha256, published)


async def install(source: Path, target: Path) -> Jar:
    """Copies a jar of the user's to where it is kept, after a look at it; all or nothing. Raises `JarMissing`, `JarNotConductor`,
    `JarDamaged`, `JarNotKept`."""
    found = await asyncio.to_thread(examined, source)
    with _replacing(target) as made:
        try:
            await asyncio.to_thread(shutil.copyfile, source, made)
        except OSError as error:
            raise JarNotKept(folder=target.parent, detail=error.strerror or error) from error
    return Jar(target, found.version, found.sha256, found.published)


async def fetch(address: str, target: Path, tell: Tell) -> Jar:
    """Fetches the jar to where it is kept; all or nothing. Raises `JarNotFetched`, `JarNotConductor`, `JarDamaged`, `JarNotKept`."""
    with _replacing(target) as made:
        with _opened(made) as file:
            await _download(address, file, tell)
        try:
            found = await asyncio.to_thread(examined, made)
        except JarNotConductor as error:
            raise type(error)(path=address, detail=error.fields["detail"]) from error
    return Jar(target, found.version, found.sha256, found.published)


async def _download(address: str, file: IO[bytes], tell: Tell) -> None:
    try:
        async with (
            httpx2.AsyncClient(timeout=SILENT_SECONDS, follow_redirects=True) as client,
            client.stream("GET", address) as response,
        ):
            if not response.is_success:
                raise JarNotFetched(address=address, detail=f"HTTP {response.status_code}")
            total, done = int(response.headers.get("Content-Length", 0)), 0
            async for block in response.aiter_raw(BLOCK):
                await asyncio.to_thread(_write, file, block)
                done += len(block)
                tell(done, total)
            if total and done != total:
                raise JarNotFetched(address=address, detail="it broke off")
    except httpx2.TransportError as error:
        raise JarNotFetched(address=address, detail=why(error)) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise JarNotFetched(address=address, detail=str(error) or type(error).__name__) from error


def _write(file: IO[bytes], block: bytes) -> None:
    try:
        file.write(block)
    except OSError as error:
        raise JarNotKept(folder=Path(file.name).parent, detail=error.strerror or error) from error


def _opened(path: Path) -> IO[bytes]:
    return path.open("wb", buffering=0)


@contextlib.contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """The path of a new file beside the target, which takes its place in the end, or goes away where something is raised. Raises
    `JarNotKept`."""
    made = None
    try:
        make_private(target.parent)
        descriptor, name = tempfile.mkstemp(prefix=f"{target.name}.", dir=target.parent)
        os.close(descriptor)
        made = Path(name)
        yield made
        made.replace(target)
    except OSError as error:
        raise JarNotKept(folder=target.parent, detail=error.strerror or error) from error
    finally:
        if made is not None:
            made.unlink(missing_ok=True)
