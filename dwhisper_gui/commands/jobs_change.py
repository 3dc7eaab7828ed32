"""`dwhisper jobs pause`, `cancel`, `remove`, `clear` and `move`. Where another program works on a job, that one follows."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from dwhisper_gui.commands import streams
from dwhisper_gui.commands.asking import NOTHING_CHANGED
from dwhisper_gui.commands.removing import delete_removed
from dwhisper_gui.core.errors import N_, DWhisperError, JobBusy, PlaceUnknown, UsageError
from dwhisper_gui.core.job import Job, JobState, Wish
from dwhisper_gui.core.notes import NOTES
from dwhisper_gui.folders import folders
from dwhisper_gui.jobs.ownership import clear, own, remove
from dwhisper_gui.jobs.records import name_of
from dwhisper_gui.jobs.store import Place, Store
from dwhisper_gui.reaching import reach
from dwhisper_gui.runners.leftovers import withdraw
from dwhisper_gui.runners.remembered import MEMORY
from dwhisper_gui.settings import load

log = logging.getLogger(__name__)

_STATES = {Wish.PAUSE: JobState.PAUSED, Wish.CANCEL: JobState.CANCELLED}
_PLACES: dict[str, Place] = {"up": "up", "down": "down", "top": "top", "bottom": "bottom"}
_ENDED = tuple(state for state in JobState if state.ended)

_NONE_DONE = N_("No job is done, so none was removed.")
_NONE_ENDED = N_("No job has ended, so none was removed.")
_REMOVE_ONE = N_("Remove one job with its text? Its subtitles stay. The recording is transcribed anew if that is asked for again.")
_REMOVE = N_("Remove {count} jobs with their texts? Their subtitles stay. The recordings are transcribed anew if that is asked for again.")
_CLEARED_ONE = N_(
    "One job is removed with its text. Subtitles that were written stay where they are. The recording is transcribed anew if that is asked"
    " for again."
)
_CLEARED = N_(
    "{count} jobs are removed with their texts. Subtitles that were written stay where they are. The recordings are transcribed anew if"
    " that is asked for again."
)


async def halt(names: Sequence[str], wish: Wish) -> int:
    """Pauses or cancels jobs."""
    state = _STATES[wish]

    async def change(store: Store, jobs: Sequence[Job]) -> int:
        for job in jobs:
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
            if await _is_withdrawn(job) and job.state is not state:
                streams.say(streams.printable(NOTES["withdrawn"].format(name=name_of(job.path))))
        return 0

    return await _with_jobs(names, change)


def removal_question(count: int) -> str:
    """What is asked before so many jobs are removed."""
    return _REMOVE_ONE if count == 1 else _REMOVE.format(count=count)


def count_named(names: Sequence[str]) -> int:
    """How many jobs these names stand for; 0 where one of them is wrong, which whoever acts on them will say."""

    async def count() -> int:
        async with await Store.open(folders().data) as store:
            try:
                return len(await store.find_jobs(names))
            except UsageError:
                return 0

    return asyncio.run(count())


def count_ended(*, all_ended: bool) -> int:
    """How many jobs `clear_jobs` would remove, of which somebody may be at work on some."""

    async def count() -> int:
        async with await Store.open(folders().data) as store:
            return sum(job.state in _cleared(all_ended) for job in await store.jobs())

    return asyncio.run(count())


def _cleared(all_ended: bool) -> Sequence[JobState]:
    return _ENDED if all_ended else (JobState.DONE,)


async def remove_jobs(names: Sequence[str]) -> int:
    """Removes jobs. One that is worked on stays, and the others go."""

    async def change(store: Store, jobs: Sequence[Job]) -> int:
        busy: list[JobBusy] = []
        removed: list[Job] = []
        for job in jobs:
            try:
                await remove(store, job.id)
            except JobBusy as error:
                _refuse(error.sentence())
                busy.append(error)
            else:
                _say(job, "is removed")
                removed.append(job)
        await delete_removed(store, removed)
        return 0 if not busy else JobBusy.status if len(busy) == len(jobs) else streams.FAILED

    return await _with_jobs(names, change)


async def clear_jobs(*, all_ended: bool) -> int:
    """Removes the jobs that are done, or all that have ended."""
    async with await Store.open(folders().data) as store:
        removed = await clear(store, _cleared(all_ended))
        await delete_removed(store, removed)
    if not removed:
        streams.result(_NONE_ENDED if all_ended else _NONE_DONE)
    else:
        streams.result(_CLEARED_ONE if len(removed) == 1 else _CLEARED.format(count=len(removed)))
    return 0


async def move_job(name: str, place: str) -> int:
    """Moves a job in the queue. Raises `PlaceUnknown`."""
    to: Place | int
    if place in _PLACES:
        to = _PLACES[place]
    elif place.isascii() and place.isdigit() and int(place):
        to = int(place)
    else:
        raise PlaceUnknown(place=place)

    async def change(store: Store, jobs: Sequence[Job]) -> int:
        for job in jobs:
            if job.state.ended:
                what = f"has ended ({job.state.value}), so it has no place in the queue"
                _refuse(f"{job.id} ({name_of(job.path)}) {what}. {NOTHING_CHANGED}")
                return UsageError.status
            await store.move(job.id, to)
            _say(job, f"is moved ({place})")
        return 0

    return await _with_jobs((name,), change)


async def _with_jobs(names: Sequence[str], change: Callable[[Store, Sequence[Job]], Awaitable[int]]) -> int:
    """The status of `change`, which is not begun where one of the names is wrong."""
    async with await Store.open(folders().data) as store:
        try:
            jobs = await store.find_jobs(names)
        except UsageError as error:
            _refuse(f"{error.sentence()} {NOTHING_CHANGED}")
            return error.status
        return await change(store, jobs)


async def _is_withdrawn(job: Job) -> bool:
    """Ends what goes on for a job on servers. False: that could not be done, which is said, or the job was never on one."""
    if MEMORY not in job.memory:
        return False
    try:
        await withdraw(reach(load()), job.memory)
    except DWhisperError as error:
        log.warning("the servers of job %s could not all be told", job.id, exc_info=True)
        streams.say(streams.printable(NOTES["not_withdrawn"].format(name=name_of(job.path), gist=error.gist())))
        return False
    return True


def _refuse(sentence: str) -> None:
    log.info("refused: %s", sentence)
    streams.say(streams.printable(sentence))


def _say(job: Job, what: str) -> None:
    streams.result(streams.printable(f"{job.id} ({name_of(job.path)}) {what}."))
