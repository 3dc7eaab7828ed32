"""The composition root: builds the parts that know no window, by hand, once."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.own import own_server
from dwhisper_gui.core.events import Event
from dwhisper_gui.core.identity import Credentials
from dwhisper_gui.credentials import pools
from dwhisper_gui.folders import Folders, folders, install_id
from dwhisper_gui.jobs.leftovers import delete_until_none
from dwhisper_gui.jobs.ownership import engine_lock
from dwhisper_gui.jobs.service import Queue
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.reaching import reach, way
from dwhisper_gui.runners.chosen import Runners
from dwhisper_gui.runners.conductor import ConductorRunner, ConductorSetup
from dwhisper_gui.runners.local import LocalRunner, LocalSetup
from dwhisper_gui.runners.runner import Runner
from dwhisper_gui.settings import CONDUCTOR, LOCAL, Settings, load
from dwhisper_gui.workers.child import worker_command
from dwhisper_gui.workers.standing import StandingWorker


@dataclass(frozen=True, slots=True)
class App:
    """What a front has in hand."""

    settings: Settings
    folders: Folders
    store: Store
    queue: Queue
    runners: Runners
    ears: StandingWorker
    """Reads media and finds speech. It runs the same program as the workers that transcribe, so it knows what those can do."""


@asynccontextmanager
async def running(tell: Callable[[Event], None], runner: str | None = None) -> AsyncIterator[App]:
    """The parts, while they are needed; events go to `tell`. No worker is started before there is a recording to look at; none is left
    afterwards. `runner`: the one that all jobs get; None: each goes on with the one it was begun with. What removed jobs have left on
    servers is deleted meanwhile, where one is reached. Raises `SettingsUnreadable`, `StoreUnusable`, `StoreTooNew`; and for Conductor
    `ServerUnnamed` and what the keyring says no with."""
    settings = load()
    places = folders()
    command = worker_command(settings.worker_command)
    # Foreign files are read by another process than the engine's: what crashes a decoder must not cost a loaded model.
    ears = StandingWorker("ears", command)
    async with await Store.open(places.data) as store:
        tidying: list[asyncio.Task[None]] = []

        async def conductor() -> Runner:
            made = await _conductor(settings, places)
            tidying.append(asyncio.create_task(delete_until_none(store, reach(settings), own_server(places.data).forget_files)))
            return made

        runners = Runners({LOCAL: lambda: _local(settings, places, command), CONDUCTOR: conductor}, settings.runner, runner)
        try:
            await runners.ready()
            yield App(settings, places, store, Queue(store, ears, runners, tell), runners, ears)
        finally:
            for task in tidying:
                task.cancel()
            await asyncio.gather(*tidying, return_exceptions=True)
            await runners.close()
            await ears.close()


async def _local(settings: Settings, places: Folders, command: Sequence[str]) -> Runner:
    setup = LocalSetup(
        command=command,
        models_folder=os.fspath(settings.models_folder),
        processes=settings.worker_processes or 1,
        threads=settings.worker_threads,
        cores=usable_cores(),
    )
    return LocalRunner(setup, admission=lambda waiting: engine_lock(places.data, waiting))


async def _conductor(settings: Settings, places: Folders) -> Runner:
    server = (await way(settings)).address
    key = await pools.key_of(server.url, settings.conductor_pool)

    async def credentials() -> Credentials | None:
        return (await way(settings)).address.credentials

    install = await asyncio.to_thread(install_id, places.data)
    forget_files = own_server(places.data).forget_files
    setup = ConductorSetup(settings.conductor_pool, key, install, forget_files, credentials, reach(settings), usable_cores())
    return ConductorRunner(Conductor(server), setup)


def usable_cores() -> int:
    """The cores that this process may run on."""
    affinity = getattr(os, "sched_getaffinity", None)  # not there on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1
