"""Another program on the same store: does one thing, says so, and holds what it has until its standard input ends."""

import asyncio
import itertools
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from dwhisper_gui.core.errors import DWhisperError
from dwhisper_gui.core.job import Fingerprint, Options, Output
from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.jobs import ownership
from dwhisper_gui.jobs.journal import StoreJournal
from dwhisper_gui.jobs.presence import Presence
from dwhisper_gui.jobs.store import Store
from tests.jobs import makers


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def told_to_end() -> None:
    await asyncio.to_thread(sys.stdin.read)


async def own(store: Store, job: str) -> None:
    """Takes the job and leases a chunk of it."""
    mine = await ownership.own(store, job)
    if mine is None:
        say("busy")
        return
    with mine:
        await mine.journal.part_prepared(makers.part())
        say("owns", await mine.journal.leased(ChunkKey(0, 0), "worker", "host"))
        await told_to_end()


async def take_over(store: Store, job: str) -> None:
    """Begins an epoch without regard to the lock, as a program might whose disk knows no true ones."""
    await StoreJournal.begin(store.database, job)
    say("taken")


async def write(store: Store, job: str) -> None:
    """Writes one window after another, and says which are safe."""
    mine = await ownership.own(store, job)
    assert mine is not None
    with mine:
        for index in itertools.count():
            await mine.journal.part_prepared(makers.part(index, 4, 5))
            for window in range(20):
                await mine.journal.window_done(ChunkKey(index, window // 5), makers.result(window, 40))
                say(index, window)


async def add(store: Store, count: str) -> None:
    """Adds jobs."""
    for number in range(int(count)):
        job = await store.add_job(b"/%d" % number, Options("tiny"), Output(), Fingerprint(1, 2, "3"))
        say(job.id)


async def engine(store: Store) -> None:
    """Takes the local engine."""
    async with ownership.engine_lock(store.folder, lambda: say("waits")):
        say("has it")
        await told_to_end()


async def have(store: Store, job: str) -> None:
    """Has a job before it."""
    with Presence(store) as here:
        await here.has(job)
        say("has")
        await told_to_end()


async def look(store: Store) -> None:
    """Reads the queue."""
    say("jobs", len(await store.jobs()))


async def main(action: Callable[..., Awaitable[None]], folder: str, *arguments: str) -> None:
    try:
        async with await Store.open(Path(folder)) as store:
            await action(store, *arguments)
    except DWhisperError as error:
        say(type(error).__name__, error)


if __name__ == "__main__":
    if os.environ.get("TEST_AS_NOBODY"):
        # Here and not by the test: an interpreter in root's home could not be started by anybody else.
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    asyncio.run(main(globals()[sys.argv[1]], *sys.argv[2:]))
