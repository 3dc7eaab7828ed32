"""Tells a person what happens to the jobs of a command: events become sentences, bars and results."""

import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import msgspec
from dwhisper_worker.contract import Segment

from dwhisper_gui.commands.spoken import spoken
from dwhisper_gui.commands.view import View
from dwhisper_gui.core import events, notes
from dwhisper_gui.core.errors import N_, DWhisperError
from dwhisper_gui.core.in_order import InOrder
from dwhisper_gui.core.job import Job, JobState
from dwhisper_gui.core.outcome import state_sentence, warnings
from dwhisper_gui.core.times import clock, exact_clock, length
from dwhisper_gui.jobs.combining import LANGUAGE, SHARES
from dwhisper_gui.jobs.records import name_among, name_of

MOST_LEFT = 5
"""Named at the end, of those that have not ended; of more the number is enough."""
MOST_TROUBLES = 20
"""Named at the end, of what went wrong."""
MINUTE = 60
_OPTION_NAMES = {"int8_float32": "int8"}
"""What --compute-type calls the ways to compute that engines know by another name."""
ERROR, WARNING, GOOD = "red", "yellow", "green"

_STOPPING = N_("Stopping: what is done is kept. Ctrl+C once more ends at once.")
_LEFT = N_(
    "Stopped. {count} recordings are not finished; what is done is kept. “dwhisper jobs resume {jobs}” or the same command goes on"
    " with them."
)
_MANY_LEFT = N_("Stopped. {count} recordings are not finished; what is done is kept. The same command goes on with them.")
_FRESH_ONE_LEFT = N_("Stopped. What is done is kept; “dwhisper jobs resume {jobs}” goes on with it.")
_FRESH_LEFT = N_("Stopped. {count} recordings are not finished; what is done is kept. “dwhisper jobs resume {jobs}” goes on with them.")
_FRESH_MANY_LEFT = N_(
    "Stopped. {count} recordings are not finished; what is done is kept. “dwhisper jobs resume --all” goes on with all that"
    " “dwhisper jobs list” shows as stopped."
)
_SUMMARY = N_("{count} in all: {counts}.")
_LEFT_OUT = N_("{count} left out")
_TROUBLES = N_("What failed, is incomplete or was left out:")
_MORE_TROUBLES = N_("and {count} more, as was told above.")
_LISTENING = N_("finding the speech")
_LOADING = N_("waiting for a worker with the model")
_TRANSCRIBING = N_("transcribing")
_OF_SEVERAL = N_("file {number} of {count}")
_RESUMED = N_("Goes on with the unfinished job {job}.")
_FINISHED_BEFORE = N_("This file was transcribed with these options before (job {job}): its text is used. --fresh does it again.")
_USED_UP = N_("All that there is of this file was transcribed before (job {job}), so nothing is left to go on with: its text is used.")
_LANGUAGE = N_("The language is {language}.")
_LOADED = N_("The model {model} is loaded: {device}, {compute_type}, {threads} threads.")
_TRIED_AGAIN = N_("{reason} That part is tried again.")
_FAILED_FOR_GOOD = N_("A part of it failed for good: {reason}")


class Teller:
    """Of one command. With `live`, finished text is shown as soon as all before it is; with `fresh`, the same command would begin
    anew."""

    def __init__(self, view: View, *, live: bool = False, fresh: bool = False) -> None:
        self._view = view
        self.live = live
        self._fresh = fresh
        self._jobs: dict[str, Job] = {}
        self._alike: dict[str, set[bytes]] = {}
        """The paths of the files of one name."""
        self._texts: dict[str, InOrder] = {}
        self._shares: dict[str, list[tuple[str, float]]] = {}
        self._began: dict[str, float] = {}
        self._lengths: dict[str, float] = {}
        self._resumed: set[str] = set()
        self._told: set[tuple[str, str]] = set()
        self._numbers: dict[str, int] = {}
        self._prepared: set[str] = set()
        """Jobs of which a part is ready to be transcribed."""
        self._measured: set[str] = set()
        """Jobs whose progress says something: before, only silence has been dealt with."""
        self._model_loaded = False
        self._left_out = 0
        self._troubles: list[str] = []

    def expect(self, job: Job, text: InOrder, ready: Iterable[Segment]) -> None:
        """A job that will be worked on, and what there is of its text already."""
        self._know(job)
        self._texts[job.id] = text
        self._text(ready)

    def refused(self, error: DWhisperError, path: bytes | None = None) -> None:
        """An input that can't be used, or what ends the command."""
        if path is not None:
            self._left_out += 1
            self._troubles.append(error.gist())
        self._view.say(error.sentence(), ERROR)

    def stopping(self) -> None:
        """The user asked for an end."""
        self._view.say(_STOPPING)

    def left(self, jobs: Sequence[Job]) -> None:
        """These have not ended."""
        self._view.close()
        if len(jobs) == 1:
            only = jobs[0].id
            self._say(only, _FRESH_ONE_LEFT.format(jobs=only) if self._fresh else state_sentence(JobState.QUEUED, only))
        elif jobs:
            few, many = (_FRESH_LEFT, _FRESH_MANY_LEFT) if self._fresh else (_LEFT, _MANY_LEFT)
            template = few if len(jobs) <= MOST_LEFT else many
            self._view.say(template.format(count=len(jobs), jobs=" ".join(job.id for job in jobs)))

    def finished(self, outcomes: Counter[JobState], status: int) -> None:
        """All is over."""
        self._view.close()
        total = outcomes.total() + self._left_out
        if total > 1:
            counts = [f"{count} {state.value}" for state, count in outcomes.items() if count]
            counts += [_LEFT_OUT.format(count=self._left_out)] if self._left_out else []
            self._view.say(_SUMMARY.format(count=total, counts=", ".join(counts)))
            self._tell_troubles()

    def _tell_troubles(self) -> None:
        """Once more what went wrong, in short: of a night's work it is far above."""
        if self._troubles:
            self._view.say(_TROUBLES, ERROR)
        for trouble in self._troubles[:MOST_TROUBLES]:
            self._view.say(f"  {trouble}")
        if len(self._troubles) > MOST_TROUBLES:
            self._view.say(f"  {_MORE_TROUBLES.format(count=len(self._troubles) - MOST_TROUBLES)}")

    def tell(self, event: events.Event) -> None:
        """Shows what is worth showing. Raises `OutputLost`."""
        match event:
            case events.JobAdded():
                self._added(event)
            case events.Note():
                self._note(event)
            case events.ModelDownload():
                megabytes = f"{event.done_bytes / 1e6:.0f} of {event.total_bytes / 1e6:.0f} MB" if event.total_bytes else ""
                self._view.progress(f"Downloading the model {event.model}", event.done_bytes, event.total_bytes, megabytes)
                if event.done_bytes == event.total_bytes > 0:
                    self._phase(event.job, _LOADING)
            case events.ModelLoaded():
                compute_type = _OPTION_NAMES.get(event.compute_type, event.compute_type)
                self._say(event.job, _LOADED.format(**{**asdict(event), "compute_type": compute_type}))
                self._model_loaded = True
                if event.job not in self._prepared:
                    self._phase(event.job, _LISTENING)
            case events.Remembered():
                self._remembered(event)
            case events.PartPrepared():
                self._part_prepared(event)
            case events.ChunkLeased():
                self._phase(event.job, _TRANSCRIBING)
                self._measured.add(event.job)
            case events.WindowDone() if self.live:
                self._text(self._texts[event.job].window(event.chunk.part, event.result.index, event.result.segments))
            case events.ChunkFailed():
                self._say(event.job, (_FAILED_FOR_GOOD if event.final else _TRIED_AGAIN).format(reason=event.reason), WARNING)
            case events.Progress():
                self._lengths[event.job] = event.total_seconds
                if event.job in self._measured:
                    self._progress(event)
            case events.StateChanged(state=JobState.RUNNING):
                self._began[event.job] = time.monotonic()
                self._measured.discard(event.job)
                # What was begun before has parts that are ready, and they wait for the model.
                self._phase(event.job, _LOADING if event.job in self._resumed and not self._model_loaded else _LISTENING)
            case events.StateChanged(state=JobState.PAUSED):
                self._view.close()
                self._say(event.job, state_sentence(event.state, event.job))
            case events.JobEnded():
                self._ended(event)

    def _note(self, event: events.Note) -> None:
        # Each time the engine is wanted it may be busy; once is enough.
        sentence = notes.sentence(event)
        if (event.job, sentence) not in self._told and not notes.is_void(event):
            self._told.add((event.job, sentence))
            self._say(event.job, sentence, WARNING)

    def _added(self, event: events.JobAdded) -> None:
        self._know(event.added)
        if event.resumed:
            self._resumed.add(event.job)
            self._say(event.job, _RESUMED.format(job=event.job))
        if event.finished_before:
            told = _FINISHED_BEFORE if event.added.state is JobState.DONE else _USED_UP
            self._say(event.job, told.format(job=event.job))

    def _part_prepared(self, event: events.PartPrepared) -> None:
        windows = sum(len(chunk.windows) for chunk in event.part.chunks)
        if not windows:
            self._measured.add(event.job)
        else:
            self._prepared.add(event.job)
            if not self._model_loaded:
                self._phase(event.job, _LOADING)
        if self.live:
            self._text(self._texts[event.job].part(event.part.index, windows))

    def _remembered(self, event: events.Remembered) -> None:
        if event.key == SHARES:
            self._shares[event.job] = msgspec.json.decode(event.value, type=list[tuple[str, float]])
        elif event.key == LANGUAGE and event.job in self._shares:
            self._say(event.job, _LANGUAGE.format(language=spoken(event.value, self._shares[event.job])))

    def _phase(self, job: str, what: str) -> None:
        """Something goes on of which nobody knows how long it takes."""
        if job not in self._measured:
            self._view.progress(self._name(job), 0.0, 0.0, ", ".join((*self._place(job), what)))

    def _progress(self, event: events.Progress) -> None:
        figures = self._place(event.job)
        if event.speed:
            figures.append(f"{event.speed:.1f}x")
        if event.seconds_left is not None:
            # Tenths of a second are for what is over.
            left = round(event.seconds_left)
            figures.append(f"{left} s left" if left < MINUTE else f"{length(left)} left")
        self._view.progress(self._name(event.job), event.done_seconds, event.total_seconds, ", ".join(figures))

    def _place(self, job: str) -> list[str]:
        """Which of several files it is; empty where there is one."""
        if len(self._jobs) < 2:
            return []
        return [_OF_SEVERAL.format(number=self._number(job), count=len(self._jobs))]

    def _number(self, job: str) -> int:
        """Which one it is by when it was begun, whatever waits, is paused or ends meanwhile."""
        return self._numbers.setdefault(job, len(self._numbers) + 1)

    def _ended(self, event: events.JobEnded) -> None:
        transcript = event.transcript
        self._number(event.job)  # it has its place, though nothing may have been done of it
        if transcript is not None and self.live:
            self._text(self._texts.pop(event.job).rest(transcript.segments))
        self._view.close()
        if event.state is JobState.DONE:
            self._say(event.job, state_sentence(event.state, event.job).removesuffix(".") + self._cost(event.job) + ".", GOOD)
        else:
            why = event.error or state_sentence(event.state, event.job)
            self._say(event.job, why, ERROR)
            if event.state is not JobState.CANCELLED:
                self._troubles.append(f"{self._name(event.job)}: {event.gist or why}")
        if transcript is not None:
            if not transcript.segments and transcript.complete:
                self._say(event.job, notes.SILENT, WARNING)
            for sentence in warnings(transcript, event.job):
                self._say(event.job, sentence, WARNING)
        for path in event.files:
            self._view.result(os.fsdecode(path))

    def _cost(self, job: str) -> str:
        if job not in self._began or job not in self._lengths:
            return ""
        seconds = time.monotonic() - self._began[job]
        if job in self._resumed:
            return f" ({length(seconds)})"
        return f" ({clock(self._lengths[job])} in {length(seconds)}, {self._lengths[job] / seconds:.1f}x)"

    def _text(self, segments: Iterable[Segment]) -> None:
        for segment in segments:
            self._view.result(f"[{exact_clock(segment.start)} → {exact_clock(segment.end)}] {segment.text.strip()}")

    def _say(self, job: str, sentence: str, style: str = "") -> None:
        self._view.say(f"{self._name(job)}: {sentence}" if job in self._jobs else sentence, style)

    def _name(self, job: str) -> str:
        path = self._jobs[job].path
        return name_among(path, self._alike[name_of(path)])

    def _know(self, job: Job) -> None:
        self._jobs[job.id] = job
        self._alike.setdefault(name_of(job.path), set()).add(job.path)
