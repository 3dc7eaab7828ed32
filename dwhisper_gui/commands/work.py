"""Work in the foreground: jobs of the queue are worked on by this program, shown as it goes, until they end or the user stops it."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from dwhisper_worker.contract import Segment

from dwhisper_gui.app import App, running
from dwhisper_gui.commands.json_lines import JsonLines
from dwhisper_gui.commands.running import Interrupted, Stop, run
from dwhisper_gui.commands.streams import FAILED, INCOMPLETE, INTERRUPTED, OutputLost
from dwhisper_gui.commands.teller import Teller
from dwhisper_gui.commands.view import make_view
from dwhisper_gui.core.errors import DWhisperError
from dwhisper_gui.core.events import Event, JobAdded, JobEnded
from dwhisper_gui.core.in_order import InOrder
from dwhisper_gui.core.job import Job, JobState
from dwhisper_gui.jobs.store import Store

log = logging.getLogger(__name__)

T = TypeVar("T")


class Front(Protocol):
    """Shows what happens. Every method raises `OutputLost` where nobody takes the results any more."""

    live: bool
    """It shows text as it comes, in order."""

    def expect(self, job: Job, text: InOrder, ready: Iterable[Segment]) -> None:
        """A job that will be worked on, and what there is of its text already."""

    def tell(self, event: Event) -> None:
        """Something happened."""

    def refused(self, error: DWhisperError, path: bytes | None = None) -> None:
        """An input can't be used; without a path, this ends the command."""

    def stopping(self) -> None:
        """The user asked for an end."""

    def left(self, jobs: Sequence[Job]) -> None:
        """These were begun or waited, and have not ended."""

    def finished(self, outcomes: Counter[JobState], status: int) -> None:
        """All is over; so many jobs have come to which end."""


class Shift:
    """What one command works on, and what came of it."""

    def __init__(self, front: Front, stop: Stop) -> None:
        self._front = front
        self._stop = stop
        self._jobs: dict[str, Job] = {}
        self._added: dict[str, Job] = {}
        """Those that wait until the ones found before them are done, too."""
        self._states: dict[str, JobState] = {}
        self._refused = 0
        self._status: int | None = None
        self.lost: OutputLost | None = None

    def tell(self, event: Event) -> None:
        """Notes what came of a job, and shows the event."""
        if isinstance(event, JobEnded):
            self._states[event.job] = event.state
        elif isinstance(event, JobAdded) and not event.finished_before:
            self._added[event.job] = event.added
        self._show(lambda: self._front.tell(event))

    def refuse(self, error: DWhisperError, path: bytes | None = None) -> None:
        """One input can't be used; the others go on."""
        log.warning("refused: %s", error, exc_info=error)
        self._refused += 1
        self._show(lambda: self._front.refused(error, path))

    async def unless_stopped(self, work: Coroutine[Any, Any, T]) -> T | None:
        """What `work` returns; None where the user stops it before."""
        try:
            return await self._stop.unless(work)
        except Interrupted:
            return None

    async def work(self, app: App, jobs: AsyncIterator[Job]) -> None:
        """Works on jobs while more of them are found: the first need not wait until the last is known."""

        async def begin(job: Job) -> None:
            self._jobs[job.id] = job
            text, ready = await text_so_far(app.store, job.id) if self._front.live else (InOrder(), [])
            self._show(lambda: self._front.expect(job, text, ready))

        await app.queue.work((), self._stop.event, (job.id async for job in jobs), begin)

    def end(self, error: DWhisperError | None = None) -> int:
        """Sums up; the exit status. With the error that ended the command, if one did. Once."""
        if self._status is None:
            if error is not None:
                self.refuse(error)
            left = [job for job in (self._jobs | self._added).values() if job.id not in self._states]
            outcomes = Counter(self._states.values())
            self._status = status = self._exit_status(outcomes, error)
            if self._stop.event.is_set():
                self._show(lambda: self._front.left(left))
            self._show(lambda: self._front.finished(outcomes, status))
        return self._status

    def _exit_status(self, outcomes: Counter[JobState], error: DWhisperError | None) -> int:
        if error is not None and error.status != FAILED:
            return error.status
        if self._stop.event.is_set():
            return INTERRUPTED
        if self._refused or outcomes[JobState.FAILED] or outcomes[JobState.CANCELLED]:
            return FAILED
        return INCOMPLETE if outcomes[JobState.INCOMPLETE] else 0

    def _show(self, what: Callable[[], None]) -> None:
        if self.lost is None:
            try:
                what()
            except OutputLost as lost:
                # Where nobody reads the results, there is no use in making more of them.
                self.lost = lost
                self._stop.event.set()


def front_for(*, as_json: bool, live: bool, fresh: bool = False) -> Front:
    """The front that the user asked for."""
    return JsonLines() if as_json else Teller(make_view(), live=live, fresh=fresh)


def refuse(front: Front, error: DWhisperError) -> int:
    """Shows what ends the command before its work begins; the exit status. Raises `OutputLost`."""
    log.info("refused: %s", error)
    front.refused(error)
    front.finished(Counter(), error.status)
    return error.status


async def text_so_far(store: Store, job_id: str) -> tuple[InOrder, list[Segment]]:
    """What earlier runs found of a job's text: how to go on from there, and what of it is in order already."""
    results = store.results(job_id)
    texts = {span.start: result.segments async for span, result in results.windows()}
    texts |= {one.span.start: () for one in await results.missing() if one.failed}
    text = InOrder()
    ready: list[Segment] = []
    for index in await results.prepared_parts():
        part = await results.part(index)
        windows = [window for chunk in part.chunks for window in chunk.windows] if part else []
        ready += text.part(index, len(windows))
        for window in windows:
            if window.start in texts:
                ready += text.window(index, window.index, texts[window.start])
    return text, ready


def in_foreground(front: Front, begin: Callable[[App, Shift], Awaitable[None]], runner: str | None = None) -> int:
    """Runs `begin` with the parts of the program and a shift; the exit status. `runner`: as the user named it. Raises `OutputLost`."""
    lost: list[OutputLost] = []

    async def main(stop: Stop) -> int:
        shift = Shift(front, stop)
        stop.on_signal = front.stopping
        try:
            async with running(shift.tell, runner) as app:
                # Summed up before the workers are sent home: whoever stopped it need not wait for that.
                try:
                    await begin(app, shift)
                except DWhisperError as error:
                    shift.end(error)
                except asyncio.CancelledError:
                    shift.end()
                    raise
                shift.end()
        except DWhisperError as error:
            shift.end(error)
        finally:
            if shift.lost is not None:
                lost.append(shift.lost)
        return shift.end()

    status = run(main)
    if lost:
        raise lost[0]
    return status
