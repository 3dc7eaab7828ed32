"""Deletes on servers what removed jobs have left there, and says what becomes of what can't be reached."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress

from dwhisper_gui.commands import streams
from dwhisper_gui.commands.own_address import is_of_another, is_stopped_here
from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.here import port_of
from dwhisper_gui.conductor.own import Process, own_server
from dwhisper_gui.core.errors import N_, DWhisperError
from dwhisper_gui.core.job import Job
from dwhisper_gui.core.own_server_errors import OwnServerStopped
from dwhisper_gui.core.server_errors import ServerUnreachable
from dwhisper_gui.folders import folders
from dwhisper_gui.jobs.database import FILE_NAME
from dwhisper_gui.jobs.leftovers import Leftover, delete_leftovers, leftovers
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.reaching import reach
from dwhisper_gui.runners.leftovers import is_known
from dwhisper_gui.runners.remembered import Begun
from dwhisper_gui.settings import load

log = logging.getLogger(__name__)

_DELETED = N_("What was left of “{name}”, which was removed before, is deleted on its server now.")
_STAYS_THERE = N_(
    "{gist} So what is left of “{name}” there is deleted as soon as DWhisper reaches that server again. Until then workers may go on with"
    " it, and whoever has the pool's key could read it."
)
_STAYS_HERE = N_(
    "{gist} So what is left of “{name}” there is deleted when it runs again: “dwhisper server start” starts it. Until then it is kept"
    " sealed, and whoever has the pool's key could read it."
)


async def delete_removed(store: Store, removed: Iterable[Job]) -> None:
    """Deletes what the jobs that were just removed have on servers, with what is outstanding of others. Raises `StoreUnusable`."""
    just = {job.id for job in removed}
    for left, error in await delete_leftovers(store, _reach, own_server(folders().data).forget_files):
        if error is None and left.job not in just:
            _say(_DELETED, left)
        elif error is not None and left.job in just:
            await _say_stays(left, error)


async def delete_on_own_server(process: Process) -> None:
    """Deletes what removed jobs have left on the server of this computer, which runs. What goes wrong is logged: it stays outstanding."""
    there = folders().data
    if not await asyncio.to_thread((there / FILE_NAME).exists):
        return

    try:
        async with await Store.open(there) as store:
            outstanding = {begun for left in await leftovers(store) for begun in left.begun}
            on_it = {begun.server for begun in outstanding if await _is_on_own_server(process, begun)}

            async def reached(url: str) -> ServerAddress:
                # It may have had another address when the job was given to it.
                return ServerAddress(process.url) if url in on_it else await _reach(url)

            def is_on_it(left: Leftover) -> bool:
                return not on_it.isdisjoint(begun.server for begun in left.begun)

            forget_files = own_server(there).forget_files
            for left, error in await delete_leftovers(store, reached, forget_files, is_on_it):
                if error is None:
                    _say(_DELETED, left)
    except DWhisperError:
        log.warning("what removed jobs have left on the server of this computer could not be deleted", exc_info=True)


async def _is_on_own_server(process: Process, begun: Begun) -> bool:
    """Under its address, or under a former one: that nobody answers there says nothing, but that this server knows it does."""
    if await asyncio.to_thread(is_of_another, begun.server, process):
        return False
    if port_of(begun.server) == process.port:
        return True
    async with Conductor(ServerAddress(process.url)) as server:
        return await is_known(server, begun)


async def _reach(url: str) -> ServerAddress:
    # Settings that can't be read are a reason why a server is not reached, once there is something to delete there.
    return await reach(load())(url)


async def _say_stays(left: Leftover, error: DWhisperError) -> None:
    with suppress(DWhisperError):
        if isinstance(error, ServerUnreachable) and await asyncio.to_thread(is_stopped_here, str(error.fields["server"])):
            _say(_STAYS_HERE, left, OwnServerStopped(server=error.fields["server"]).gist())
            return
    _say(_STAYS_THERE, left, error.gist())


def _say(sentence: str, left: Leftover, gist: str = "") -> None:
    streams.say(streams.printable(sentence.format(name=left.name, gist=gist)))
