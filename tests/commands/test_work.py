"""What the work of a command comes to: its exit status, and what is said at the end."""

from collections import Counter
from collections.abc import Iterable, Sequence

import pytest
from dwhisper_worker.contract import Segment

from dwhisper_gui.commands.running import Stop
from dwhisper_gui.commands.streams import OutputLost
from dwhisper_gui.commands.work import Shift
from dwhisper_gui.core.errors import DWhisperError, EngineUnknown, MediumMissing, StoreUnusable
from dwhisper_gui.core.events import Event, JobAdded, JobEnded
from dwhisper_gui.core.in_order import InOrder
from dwhisper_gui.core.job import Fingerprint, Job, JobState, Options, Output


class Noted:
    """A front that keeps what it is told, and whose reader may go away."""

    live = False

    def __init__(self) -> None:
        self.told: list[str] = []
        self.jobs_left: list[str] = []
        self.closed = False

    def _note(self, what: str) -> None:
        if self.closed:
            raise OutputLost(BrokenPipeError(32, "Broken pipe"))
        self.told.append(what)

    def expect(self, job: Job, text: InOrder, ready: Iterable[Segment]) -> None:
        self._note("expect")

    def tell(self, event: Event) -> None:
        self._note(type(event).__name__)

    def refused(self, error: DWhisperError, path: bytes | None = None) -> None:
        self._note(type(error).__name__)

    def stopping(self) -> None:
        self._note("stopping")

    def left(self, jobs: Sequence[Job]) -> None:
        self._note("left")
        self.jobs_left = [job.id for job in jobs]

    def finished(self, outcomes: Counter[JobState], status: int) -> None:
        self._note(f"finished {status}")


DONE, INCOMPLETE, FAILED, CANCELLED = JobState.DONE, JobState.INCOMPLETE, JobState.FAILED, JobState.CANCELLED


@pytest.mark.parametrize(
    ("states", "refused", "stopped", "error", "status"),
    [
        ([], 0, False, None, 0),
        ([DONE, DONE], 0, False, None, 0),
        ([DONE, INCOMPLETE], 0, False, None, 3),
        ([INCOMPLETE, FAILED], 0, False, None, 1),
        ([DONE, CANCELLED], 0, False, None, 1),
        ([DONE, INCOMPLETE], 1, False, None, 1),
        ([FAILED, INCOMPLETE], 1, True, None, 130),
        ([DONE], 0, False, StoreUnusable(path="jobs", detail="it is damaged"), 1),
        ([DONE], 0, True, EngineUnknown(engine="x", known="y"), 2),
    ],
)
async def test_the_status_is_the_first_that_fits(
    states: list[JobState], refused: int, stopped: bool, error: DWhisperError | None, status: int
) -> None:
    front, stop = Noted(), Stop()
    shift = Shift(front, stop)
    for number, state in enumerate(states):
        shift.tell(JobEnded(f"job{number}", state, ()))
    for _ in range(refused):
        shift.refuse(MediumMissing(path="a.mp4"), b"a.mp4")
    if stopped:
        stop.event.set()
    assert shift.end(error) == status
    assert shift.end() == status, "however often it is asked"
    assert front.told[-1] == f"finished {status}"
    assert ("left" in front.told) is stopped


async def test_what_was_added_and_not_come_to_is_left_and_what_was_done_before_is_not() -> None:
    front, stop = Noted(), Stop()
    shift = Shift(front, stop)
    for name, finished_before in (("ended", False), ("waiting", False), ("before", True)):
        job = Job(name, b"/a.mp4", Options("tiny.en"), Output(), Fingerprint(1, 2, "3"))
        shift.tell(JobAdded(name, job, finished_before=finished_before))
    shift.tell(JobEnded("ended", DONE, ()))
    stop.event.set()
    shift.end()
    assert front.jobs_left == ["waiting"]


async def test_where_nobody_reads_the_work_is_stopped_and_nothing_more_is_said() -> None:
    front, stop = Noted(), Stop()
    shift = Shift(front, stop)
    front.closed = True
    shift.tell(JobEnded("job", DONE, ()))
    assert stop.event.is_set()
    assert shift.lost is not None
    front.closed = False
    assert shift.end() == 130
    assert front.told == []
