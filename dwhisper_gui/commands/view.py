"""Where a command shows how its work goes: on a terminal a bar that moves, else a plain line now and then. All of it on standard error;
results go to standard output (`streams.py`)."""

import sys
import time
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from dwhisper_gui import log
from dwhisper_gui.commands import streams
from dwhisper_gui.commands.running import in_terminal

LINE_SHARE = 0.1
LINE_SECONDS = 30.0
"""A plain line comes after so much more of the whole, or after so long."""
LONGEST_NAME = 32


class View(Protocol):
    def say(self, sentence: str, style: str = "") -> None:
        """A sentence, in colour where there is some."""

    def result(self, line: str) -> None:
        """A line for standard output. Raises `OutputLost`."""

    def progress(self, what: str, done: float, total: float, figures: str) -> None:
        """So much of `what` is done; with a total of 0 nobody knows how much there is."""

    def close(self) -> None:
        """Nothing goes on any more: leaves the cursor on a line of its own. It may be used again."""


def make_view() -> View:
    """The one that suits where standard error leads to, and what else goes there."""
    return Bar() if in_terminal() and not log.on_screen() else Lines()


class Lines:
    """Implements `View` without anything that moves."""

    def __init__(self) -> None:
        self._sparing = Sparing()

    def say(self, sentence: str, style: str = "") -> None:
        """See `View`."""
        streams.say(streams.printable(sentence))

    def result(self, line: str) -> None:
        """See `View`."""
        streams.result(line)

    def progress(self, what: str, done: float, total: float, figures: str) -> None:
        """See `View`."""
        share = done / total if total else 0.0
        if self._sparing.worth(what, share, time.monotonic()):
            self.say(f"{what}: " + ", ".join(part for part in (f"{share:.0%}" if total else "", figures) if part))

    def close(self) -> None:
        """See `View`."""
        self._sparing = Sparing()


class Sparing:
    """Which steps of a progress are worth a line."""

    def __init__(self) -> None:
        self._what = ""
        self._share = 0.0
        self._at = 0.0

    def worth(self, what: str, share: float, now: float) -> bool:
        """Whether to say that `share` of something is done at `now`, in seconds. What begins is worth a line, its end is another's."""
        if what == self._what and (share >= 1.0 or (share < self._share + LINE_SHARE and now < self._at + LINE_SECONDS)):
            return False
        self._what, self._share, self._at = what, share, now
        return True


class Bar:
    """Implements `View` on a terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, markup=False)
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._what = ""

    def say(self, sentence: str, style: str = "") -> None:
        """See `View`."""
        self._console.print(Text(streams.printable(sentence), style=style), soft_wrap=True)

    def result(self, line: str) -> None:
        """See `View`."""
        if sys.stdout.isatty():
            # The same screen as the bar's, which has to move out of the way.
            self._console.print(Text(streams.printable(line)), soft_wrap=True)
        else:
            streams.result(line)

    def progress(self, what: str, done: float, total: float, figures: str) -> None:
        """See `View`."""
        if self._bar is None:
            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                _Share(Column(no_wrap=True, min_width=len("100 %"))),
                TextColumn("{task.fields[figures]}", markup=False),
                console=self._console,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._bar.start()
        if what != self._what:
            if self._what:
                self._bar.remove_task(self._task)
            self._what = what
            self._task = self._bar.add_task(shortened(streams.printable(what)), total=None, figures="")
        self._bar.update(self._task, completed=done, total=total or None, figures=figures)

    def close(self) -> None:
        """See `View`."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = None
        self._what = ""


class _Share(ProgressColumn):
    """So many per cent; nothing while nobody knows of how much."""

    def render(self, task: Task) -> Text:
        """See `ProgressColumn`."""
        return Text("" if task.total is None else f"{task.percentage:>3.0f} %")


def shortened(name: str) -> str:
    """A name that leaves room for the bar; what tells files apart is often at their ends."""
    if len(name) <= LONGEST_NAME:
        return name
    half = (LONGEST_NAME - 1) // 2
    return f"{name[:half]}…{name[-half:]}"
