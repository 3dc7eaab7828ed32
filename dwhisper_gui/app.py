"""The composition root: builds the parts that know no window, by hand, once."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dwhisper_gui.core.events import Event
from dwhisper_gui.folders import Folders, folders
from dwhisper_gui.jobs.ownership import engine_lock
from dwhisper_gui.jobs.service import Queue
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.runners.local import LocalRunner, LocalSetup
from dwhisper_gui.settings import Settings, load
from dwhisper_gui.workers.child import worker_command
from dwhisper_gui.workers.standing import StandingWorker


@dataclass(frozen=True, slots=True)
class App:
    """What a front has in hand."""

    settings: Settings
    folders: Folders
    store: Store
    queue: Queue
    ears: StandingWorker
    """Reads media and finds speech. It runs the same program as the workers that transcribe, so it knows what those can do."""


@asynccontextmanager
async def running(tell: Callable[[Event], None]) -> AsyncIterator[App]:
    """The parts, while they are needed; events go to `tell`. No worker is started before there is a recording to look at; none is left
    afterwards. Raises `SettingsUnreadable`, `StoreUnusable`, `StoreTooNew`."""
    settings = load()
    places = folders()
    command = worker_command(settings.worker_command)
    # Foreign files are read by another process than the engine's: what crashes a decoder must not cost a loaded model.
    ears = StandingWorker("ears", command)
    runner = LocalRunner(
        LocalSetup(
            command=command,
            models_folder=os.fspath(settings.models_folder),
            processes=settings.worker_processes or 1,
            threads=settings.worker_threads,
            cores=usable_cores(),
        ),
        admission=lambda waiting: engine_lock(places.data, waiting),
    )
    async with await Store.open(places.data) as store:
        try:
            yield App(settings, places, store, Queue(store, ears, runner, tell), ears)
        finally:
            await runner.close()
            await ears.close()


def usable_cores() -> int:
    """The cores that this process may run on."""
    affinity = getattr(os, "sched_getaffinity", None)  # not there on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1
