"""A server of the user's own on this computer: it outlives the program that started it, so a file says which process it is."""

import asyncio
import contextlib
import json
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import filelock
import httpx2
import psutil

from dwhisper_gui.conductor.here import WILDCARDS, addresses, try_to_listen
from dwhisper_gui.conductor.java import find_java
from dwhisper_gui.conductor.own_command import HERE, TEMPORARY, command
from dwhisper_gui.core.own_server_errors import ServerBusy, ServerDidNotStart, ServerNotInstalled, ServerNotOurs
from dwhisper_gui.folders import make_private

FOLDER = "conductor"
START_SECONDS = 240.0
"""It takes 20 to 40 s on two cores, and far longer where others use them."""
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.5
LOG_BYTES = 20_000_000
"""A log that is larger is set aside at the next start."""
SAME_START_SECONDS = 5.0
"""The system's idea of when a process began moves a little as its clock is set."""


@dataclass(frozen=True, slots=True)
class Process:
    """What the file says of the process. `began` is in seconds since 1970."""

    pid: int
    began: float
    host: str
    port: int

    @property
    def url(self) -> str:
        """Its address, as it is reached from this computer."""
        return self._at(HERE if self.host in WILDCARDS else self.host)

    @property
    def url_for_others(self) -> str:
        """Its address as others reach it, if they do."""
        return self._at((addresses() or [HERE])[0] if self.host in WILDCARDS else self.host)

    def _at(self, host: str) -> str:
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


class OwnServer:
    """The server whose program and data are in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jar = folder / "conductor-server.jar"
        self.log = folder / "server.log"
        self._note = folder / "process.json"
        self._started: subprocess.Popen[bytes] | None = None

    def running(self) -> Process | None:
        """The process, where it is alive and ours: of that number, of that start, with that program."""
        noted = self._noted()
        return noted if noted is not None and self._process(noted) is not None else None

    async def start(self, host: str, port: int, tell: Callable[[float], None]) -> Process:
        """Starts it, unless it runs, and waits until it is ready; `tell` is called with the seconds so far. Raises `ServerNotInstalled`,
        `JavaMissing`, `HostNotHere`, `PortTaken`, `ServerDidNotStart`, `ServerBusy`."""
        if not self.jar.is_file():
            raise ServerNotInstalled
        with self._alone():
            already = self.running()
            if already is not None:
                await self._until_ready(already, tell)
                return already
            java = await find_java()
            try_to_listen(host, port)
            process = self._spawn(command(java, self.jar, host, port), host, port)
            try:
                await self._until_ready(process, tell)
            except BaseException:
                await self._end(process, patience=0.0)
                raise
            return process

    async def stop(self) -> Process | None:
        """Ends it, and returns when it has ended; None: it did not run. Raises `ServerNotOurs`, `ServerBusy`."""
        with self._alone():
            process = self.running()
            if process is not None:
                await self._end(process, patience=STOP_SECONDS)
            return process

    def forget_files(self, workflow: str) -> None:
        """Deletes the files that belong to a workflow: the server itself never does. They may be gone."""
        # Its own layout. An id is a UUID; anything else must not lead out of the folder.
        if workflow and all(letter.isalnum() or letter == "-" for letter in workflow):
            shutil.rmtree(self.folder / "files" / "conductor" / workflow, ignore_errors=True)

    def _noted(self) -> Process | None:
        try:
            return Process(**json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _process(self, noted: Process) -> psutil.Process | None:
        if self._started is not None:
            self._started.poll()  # or it would be there as long as we are, though it has ended
        try:
            process = psutil.Process(noted.pid)
            ours = abs(process.create_time() - noted.began) < SAME_START_SECONDS and str(self.jar) in process.cmdline()
            return process if ours and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None

    def _spawn(self, words: list[str], host: str, port: int) -> Process:
        self._set_log_aside()
        # Java's programs leave what they had there.
        shutil.rmtree(self.folder / TEMPORARY, ignore_errors=True)
        try:
            (self.folder / TEMPORARY).mkdir(exist_ok=True)
            with _appending(self.log) as log:
                # asyncio would end it together with this program.
                self._started = subprocess.Popen(
                    words,
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    creationflags=getattr(subprocess, "DETACHED_PROCESS", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                )
            noted = Process(self._started.pid, psutil.Process(self._started.pid).create_time(), host, port)
            self._note.write_text(json.dumps(asdict(noted)), encoding="utf-8")
        except (OSError, psutil.Error) as error:
            if self._started is not None:
                self._started.kill()
            raise ServerDidNotStart(detail=getattr(error, "strerror", None) or error) from error
        return noted

    async def _until_ready(self, process: Process, tell: Callable[[float], None]) -> None:
        began = time.monotonic()
        async with httpx2.AsyncClient(trust_env=False, timeout=LOOK_SECONDS * 10) as client:
            while not await _is_healthy(client, process.url):
                seconds = time.monotonic() - began
                if self._process(process) is None:
                    raise ServerDidNotStart(detail=self._last_words())
                if seconds > START_SECONDS:
                    raise ServerDidNotStart(detail=f"it is not ready after {seconds:.0f} s")
                tell(seconds)
                await asyncio.sleep(LOOK_SECONDS)

    async def _end(self, noted: Process, *, patience: float) -> None:
        process = self._process(noted)
        if process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            try:
                process.terminate()
                if not await self._has_ended(noted, patience):
                    process.kill()
            except psutil.AccessDenied as error:
                raise ServerNotOurs(seconds=patience, detail=error.msg or "it belongs to somebody else", pid=noted.pid) from error
        if not await self._has_ended(noted, STOP_SECONDS):
            raise ServerNotOurs(seconds=STOP_SECONDS, detail="the system holds it", pid=noted.pid)
        self._note.unlink(missing_ok=True)

    async def _has_ended(self, noted: Process, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self._process(noted) is not None:
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.05)
        return True

    def _last_words(self) -> str:
        """What the log ends with, of what looks like a reason."""
        lines = tail(self.log, 200)
        reasons = [line for line in lines if "Caused by:" in line or "ERROR" in line or line.startswith(("Error", "Exception"))]
        return " ".join((reasons or lines or ["it said nothing"])[-1].split())[:200].rstrip(".")

    def _set_log_aside(self) -> None:
        with contextlib.suppress(OSError):
            if self.log.stat().st_size > LOG_BYTES:
                self.log.replace(self.log.with_name(f"{self.log.name}.1"))

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            make_private(self.folder)
            with filelock.FileLock(self.folder / "lock", timeout=0):
                yield
        except filelock.Timeout:
            raise ServerBusy from None


def own_server(data: Path) -> OwnServer:
    """The one of this computer, in the program's folder for data."""
    return OwnServer(data / FOLDER)


def tail(path: Path, count: int) -> list[str]:
    """The last lines of a file; none where it can't be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, maxlen=count)]
    except OSError:
        return []


def _appending(path: Path) -> IO[bytes]:
    return path.open("ab")


async def _is_healthy(client: httpx2.AsyncClient, url: str) -> bool:
    try:
        answer = await client.get(f"{url}/health")
        return answer.is_success and answer.json().get("healthy") is True
    except (httpx2.HTTPError, ValueError, AttributeError):
        return False
