"""What the commands for a server of the user's own do."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from dwhisper_worker.address import is_here

from dwhisper_gui import settings
from dwhisper_gui.commands import streams
from dwhisper_gui.commands.own_address import is_of_another, is_stopped_here
from dwhisper_gui.commands.removing import delete_on_own_server
from dwhisper_gui.commands.tables import print_json
from dwhisper_gui.commands.view import make_view
from dwhisper_gui.conductor import jar
from dwhisper_gui.conductor.java import find_java
from dwhisper_gui.conductor.own import Process, own_server, tail
from dwhisper_gui.core.own_server_errors import JavaMissing, OwnServerStopped, ServerNotInstalled, ServerRunsElsewhere
from dwhisper_gui.core.server_errors import ServerUnreachable
from dwhisper_gui.core.times import length
from dwhisper_gui.folders import folders

FOLLOW_SECONDS = 0.3
USUAL_START_SECONDS = 40.0
"""For the bar alone; nobody can know."""


async def install_jar(source: Path | None) -> int:
    """Installs the server's program from a file, or fetches it. Raises `JarMissing`, `OwnServerError`."""
    target = own_server(folders().data).jar
    if source is not None:
        found = await jar.install(source, target)
    else:
        view = make_view()

        def tell(done: int, total: int) -> None:
            figures = f"{done / 1e6:.0f} of {total / 1e6:.0f} MB" if total else f"{done / 1e6:.0f} MB"
            view.progress("Fetching the Conductor server", done, total, figures)

        try:
            found = await jar.fetch(settings.load().conductor_jar_address, target, tell)
        finally:
            view.close()
    compared = "has the hash it was published with" if found.published else "is whole, but no hash is known to compare it with"
    streams.result(f"Conductor {found.version} is installed at {found.path}. It {compared}.")
    try:
        await find_java()
    except JavaMissing as error:
        streams.say(error.sentence())
    return 0


async def start_server(host: str | None, port: int | None) -> int:
    """Starts it, remembers where it listens, names it in the settings where no other server is, and deletes what removed jobs have left on
    it. Raises what `OwnServer.start` does, and `ServerRunsElsewhere` where one runs at another host or port than are named."""
    now = settings.load()
    view = make_view()

    def tell(seconds: float) -> None:
        view.progress("Starting the Conductor server", min(seconds, USUAL_START_SECONDS * 0.95), USUAL_START_SECONDS, f"{seconds:.0f} s")

    try:
        process = await own_server(folders().data).start(host or now.conductor_host, port or now.conductor_port, tell)
    finally:
        view.close()
    if (host or process.host, port or process.port) != (process.host, process.port):
        raise ServerRunsElsewhere(url=process.url, host=host or process.host, port=port or process.port)
    streams.result(f"The Conductor server runs at {process.url}.")
    if not is_here(f"http://[{process.host}]" if ":" in process.host else f"http://{process.host}"):
        streams.say(
            f"It listens at {process.host}, without any authentication: whoever can reach port {process.port} of this computer can see"
            " which jobs there are, stop them and take their work, though not hear or read it, since that is sealed. Let only a network you"
            " trust reach it, or put a proxy with TLS and passwords before it (docs/computers.md)."
        )
    for setting, given in ((settings.Settings.conductor_host, host), (settings.Settings.conductor_port, port)):
        if given is not None:
            settings.set_value(setting.key, str(given))
    await _name_in_settings(now.conductor_url, process)
    await delete_on_own_server(process)
    return 0


async def _name_in_settings(named: str, process: Process) -> None:
    """Lets the setting conductor.url name the server that has started, unless it names another one that is elsewhere, or runs."""
    url = process.url_for_others
    if named == url:
        return
    if not named or not await asyncio.to_thread(is_of_another, named, process):
        settings.set_value(settings.Settings.conductor_url.key, url)
        streams.say(f"The setting conductor.url names it now, as {url}{f', instead of {named}' if named else ''}.")
        if named:
            streams.say("Workers that joined before know the former address: print a new line for them with “dwhisper workers invite”.")
    else:
        streams.say(f"The setting conductor.url names {named}, so jobs go there. For this: “dwhisper settings set conductor.url {url}”.")


@asynccontextmanager
async def knowing_own_server(url: str) -> AsyncIterator[None]:
    """While a server is asked: raises `OwnServerStopped` where it is this computer's own, which does not run."""
    try:
        yield
    except ServerUnreachable as error:
        if await asyncio.to_thread(is_stopped_here, url):
            raise OwnServerStopped(server=url) from error
        raise


async def stop_server() -> int:
    """Ends it. Raises `ServerNotOurs`, `ServerBusy`."""
    process = await own_server(folders().data).stop()
    streams.result("The Conductor server does not run." if process is None else "The Conductor server has ended. What is on it is kept.")
    return 0


def show_status(as_json: bool) -> int:
    """Prints how it is; 1 where it does not run."""
    server = own_server(folders().data)
    version = jar.version_of(server.jar) if server.jar.is_file() else None
    process = server.running()
    memory = _memory(process.pid) if process else 0
    data = sum(map(_size, server.folder.rglob("*"))) - _size(server.jar)
    if as_json:
        running = {"url": process.url, "pid": process.pid, "began": process.began, "memory_bytes": memory} if process else None
        print_json({"version": version, "running": running, "data_bytes": data, "folder": str(server.folder)})
    elif process is None:
        kept = f"Conductor {version} is installed" if version else "None is installed (“dwhisper server install” fetches one)"
        streams.result(f"The Conductor server of this computer does not run. {kept}.")
    else:
        since = length(time.time() - process.began)
        streams.result(
            f"Conductor {version or '(its program is gone)'} runs at {process.url} and has done so for {since} (process {process.pid},"
            f" {memory / 1e6:.0f} MB of memory, {data / 1e6:.0f} MB on the disk in {server.folder})."
        )
    return 0 if process else streams.FAILED


async def show_log(count: int, follow: bool) -> int:
    """Prints the log's end, and with `follow` what is written to it from now on, until the command is interrupted. Raises
    `ServerNotInstalled` where there is no log."""
    log = own_server(folders().data).log
    if not log.exists():
        raise ServerNotInstalled
    end = log.stat().st_size
    for line in tail(log, count) if count else []:
        streams.result(streams.printable(line.expandtabs(4)))
    while follow:
        await asyncio.sleep(FOLLOW_SECONDS)
        size = log.stat().st_size if log.exists() else 0
        added, end = _after(log, end if size >= end else 0)  # it begins anew where it was set aside
        for line in added:
            streams.result(streams.printable(line.expandtabs(4)))
    return 0


def _after(log: Path, offset: int) -> tuple[list[str], int]:
    """The whole lines behind an offset, and where they end."""
    try:
        with log.open("rb") as file:
            file.seek(offset)
            found = file.read()
    except OSError:
        return [], offset
    whole = found[: found.rfind(b"\n") + 1]
    return whole.decode("utf-8", "replace").splitlines(), offset + len(whole)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0  # a running server deletes files, too


def _memory(pid: int) -> int:
    try:
        found: int = psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return 0
    return found
