"""For programs: each event as a line of JSON on standard output, and nothing else there.

`transcribe`, `jobs resume` and `jobs retry` print such lines; every other command that takes `--json` prints one JSON document, which is no
event. Where a command is refused before it has printed anything, all of them print the lines `refused` and `finished`; the sentence is on
standard error, too. Where it is interrupted, a command of the second kind prints nothing: status 130.

Every line is an object, in ASCII, with `event` and, where it is about one, `job` (an id):

| event | fields |
|---|---|
| `job_added` | `path`, `path_base64`, `options`, `resumed`, `finished_before` |
| `state` | `state`: `running`, `paused`, `queued`, … |
| `decided` | `key`, `value`: what holds for the whole job from now on, such as its `language` |
| `note` | `code`, `fields`, `sentence` |
| `model_download` | `model`, `done_bytes`, `total_bytes` (0: not known) |
| `model_loaded` | `model`, `device`, `compute_type`, `threads`, `seconds` |
| `part_prepared` | `part`, `start`, `end`, `windows`, `speech_seconds` |
| `leased` | `chunk`, `worker`, `lease` (which try it is, from 1) |
| `window` | `chunk`, `window`, `segments` (`start`, `end`, `text`), `sampled`, `flaws`; windows come in any order |
| `chunk_done` | `chunk`, `lease`, `figures` |
| `chunk_failed` | `chunk`, `lease`, `reason`, `final` |
| `progress` | `done_seconds`, `total_seconds`, `speed`, `seconds_left` |
| `job_ended` | `state`, `error`, `files` (each `path`, `path_base64`), and of a text `duration`, `language`, `language_shares`, … |
| `refused` | `error` (its class), `sentence`, `path` and `path_base64` of the input; both null for what ends the command |
| `left` | `path`, `path_base64`: was stopped before its end; the same command or `jobs resume` goes on |
| `finished` | `status`: the exit status; the last line |

A text's `missing`, `unheard`, `flawed` and `sampled` are ranges (`start`, `end`), of the first with a `reason`, of the third with the
`flaws` found. Times are seconds of the medium.

A file's name may hold bytes that are no text: `path` has U+FFFD for those, `path_base64` the bytes.
Fields may be added; none is renamed or removed while `dwhisper` is at version 0.1. A reader that goes away ends the command.
"""

import base64
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from dwhisper_worker.contract import Segment, Span

from dwhisper_gui.commands import streams
from dwhisper_gui.core import events, notes
from dwhisper_gui.core.errors import DWhisperError
from dwhisper_gui.core.in_order import InOrder
from dwhisper_gui.core.job import Job, JobState
from dwhisper_gui.core.transcript import Transcript


class JsonLines:
    """Implements `work.Front`."""

    live = False

    def expect(self, job: Job, text: InOrder, ready: Iterable[Segment]) -> None:
        """Said by `job_added`."""

    def tell(self, event: events.Event) -> None:
        """Something happened."""
        write(of_event(event))

    def refused(self, error: DWhisperError, path: bytes | None = None) -> None:
        """An input can't be used; without a path, this ends the command."""
        write({"event": "refused", "error": type(error).__name__, "sentence": error.sentence(), **of_path(path)})

    def stopping(self) -> None:
        """Said by `finished`, in 3 s at most."""

    def left(self, jobs: Sequence[Job]) -> None:
        """These have not ended."""
        for job in jobs:
            write({"event": "left", "job": job.id, **of_path(job.path)})

    def finished(self, outcomes: Counter[JobState], status: int) -> None:
        """All is over."""
        write({"event": "finished", "status": status})


def write(fields: dict[str, Any]) -> None:
    """One line. Raises `OutputLost`."""
    streams.result(json.dumps(fields))


def of_path(path: bytes | None) -> dict[str, str | None]:
    """A path as text and as bytes."""
    if path is None:
        return {"path": None, "path_base64": None}
    return {"path": path.decode("utf-8", "replace"), "path_base64": base64.b64encode(path).decode()}


def of_event(event: events.Event) -> dict[str, Any]:
    """The line for an event."""
    name, fields = _fields(event)
    return {"event": name, "job": event.job, **fields}


def _fields(event: events.Event) -> tuple[str, dict[str, Any]]:
    match event:
        case events.JobAdded():
            options = msgspec.to_builtins(event.added.options)
            happened = {"resumed": event.resumed, "finished_before": event.finished_before}
            return "job_added", {**of_path(event.added.path), "options": options, **happened}
        case events.StateChanged():
            return "state", {"state": event.state.value}
        case events.Remembered():
            return "decided", {"key": event.key, "value": event.value}
        case events.Note():
            return "note", of_note(event)
        case events.ModelDownload():
            return "model_download", _same(event, "model", "done_bytes", "total_bytes")
        case events.ModelLoaded():
            return "model_loaded", _same(event, "model", "device", "compute_type", "threads", "seconds")
        case events.PartPrepared():
            part = event.part
            speech = round(sum(span.duration for span in part.sure), 3)
            windows = sum(len(chunk.windows) for chunk in part.chunks)
            return "part_prepared", {"part": part.index, **of_span(part.span), "windows": windows, "speech_seconds": speech}
        case events.ChunkLeased():
            return "leased", {"chunk": str(event.chunk), **_same(event, "worker", "lease")}
        case events.WindowDone():
            segments = [{"start": one.start, "end": one.end, "text": one.text} for one in event.result.segments]
            trust = {"sampled": event.result.sampled, "flaws": list(event.result.flaws)}
            return "window", {"chunk": str(event.chunk), "window": event.result.index, "segments": segments, **trust}
        case events.ChunkDone():
            return "chunk_done", {"chunk": str(event.chunk), "lease": event.lease, "figures": msgspec.to_builtins(event.figures)}
        case events.ChunkFailed():
            return "chunk_failed", {"chunk": str(event.chunk), **_same(event, "lease", "reason", "final")}
        case events.Progress():
            return "progress", _same(event, "done_seconds", "total_seconds", "speed", "seconds_left")
        case events.JobEnded():
            text = of_transcript(event.transcript) if event.transcript else {}
            files = [of_path(path) for path in event.files]
            return "job_ended", {"state": event.state.value, "error": event.error, "files": files, **text}
    raise TypeError(event)


def of_note(note: events.Note) -> dict[str, Any]:
    """A note without its job."""
    return {"code": note.code, "fields": note.fields, "sentence": notes.sentence(note)}


def of_transcript(transcript: Transcript) -> dict[str, Any]:
    """What is known about a text, without the text."""
    return {
        "duration": transcript.duration,
        "language": transcript.language,
        "language_shares": dict(transcript.language_shares),
        "missing": [{**of_span(one.span), "reason": one.reason} for one in transcript.missing],
        "unheard": [of_span(span) for span in transcript.unheard],
        "flawed": [{**of_span(one.span), "flaws": list(one.flaws)} for one in transcript.flawed],
        "sampled": [of_span(span) for span in transcript.sampled],
    }


def of_span(span: Span) -> dict[str, float]:
    """A range of the medium."""
    return {"start": span.start, "end": span.end}


def _same(event: events.Event, *names: str) -> dict[str, Any]:
    return {name: getattr(event, name) for name in names}
