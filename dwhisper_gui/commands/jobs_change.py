"""`dwhisper jobs pause`, `cancel`, `remove` and `move`. Where another program works on a job, that one follows."""

from collections.abc import Sequence

from dwhisper_gui.commands import streams
from dwhisper_gui.core.errors import PlaceUnknown
from dwhisper_gui.core.job import Job, JobState, Wish
from dwhisper_gui.folders import folders
from dwhisper_gui.jobs.ownership import own, remove
from dwhisper_gui.jobs.records import name_of
from dwhisper_gui.jobs.store import Place, Store

_STATES = {Wish.PAUSE: JobState.PAUSED, Wish.CANCEL: JobState.CANCELLED}
_PLACES: dict[str, Place] = {"up": "up", "down": "down", "top": "top", "bottom": "bottom"}


async def halt(names: Sequence[str], wish: Wish) -> int:
    """Pauses or cancels jobs."""
    state = _STATES[wish]
    async with await Store.open(folders().data) as store:
        for job in [await store.find_job(name) for name in names]:
            if job.state.ended:
                _say(job, f"has ended already ({job.state.value})")
                continue
            await store.set_wish(job.id, wish)
            mine = await own(store, job.id)
            if mine is None:
                _say(job, f"is worked on by another DWhisper, which has been told: {wish.value}")
                continue
            with mine:
                await mine.journal.set_state(state)
            _say(job, f"is {state.value}")
    return 0


async def remove_jobs(names: Sequence[str]) -> int:
    """Removes jobs."""
    async with await Store.open(folders().data) as store:
        for job in [await store.find_job(name) for name in names]:
            await remove(store, job.id)
            _say(job, "is removed")
    return 0


async def move_job(name: str, place: str) -> int:
    """Moves a job in the queue."""
    to: Place | int
    if place in _PLACES:
        to = _PLACES[place]
    elif place.isascii() and place.isdigit() and int(place):
        to = int(place)
    else:
        raise PlaceUnknown(place=place)
    async with await Store.open(folders().data) as store:
        job = await store.find_job(name)
        await store.move(job.id, to)
        _say(job, f"is moved ({place})")
    return 0


def _say(job: Job, what: str) -> None:
    streams.result(streams.printable(f"{job.id} ({name_of(job.path)}) {what}."))
