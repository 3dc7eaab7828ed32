"""The lines that programs read."""

import base64
import json
from collections import Counter
from typing import Any

import pytest
from dwhisper_worker.contract import Figures, Segment, Span, Window, WindowResult

from dwhisper_gui.commands import json_lines
from dwhisper_gui.commands.json_lines import JsonLines, of_event
from dwhisper_gui.core import events
from dwhisper_gui.core.errors import MediumMissing, StoreUnusable
from dwhisper_gui.core.job import Fingerprint, Job, JobState, Missing, Options, Output
from dwhisper_gui.core.plan import Chunk, ChunkKey, PreparedPart
from dwhisper_gui.core.transcript import FlawedWindow, Transcript

PATH = b"/a/\xff.mp4"
JOB = Job("k3f9x", PATH, Options("tiny.en"), Output(), Fingerprint(1, 2, "3"))
WINDOW = Window(0, 0.0, 9.0, (), ())
PART = PreparedPart(0, Span(0.0, 10.0), False, (), (Span(1.0, 3.5),), (Chunk(ChunkKey(0, 0), (WINDOW,)),), b"")
RESULT = WindowResult(0, (Segment(1.0, 2.0, " Hello.", (), -0.1, 0.0, 1.0, 0.0),), 1, True, ("no_speech",))
TRANSCRIPT = Transcript(
    "en",
    (("en", 0.9),),
    10.0,
    RESULT.segments,
    (Span(3, 5),),
    (FlawedWindow(Span(0, 9), ("no_speech",)),),
    (Span(0, 9),),
    (Missing(Span(9, 10), "cut"),),
)
EVERY: list[events.Event] = [
    events.JobAdded("k3f9x", JOB, resumed=True),
    events.StateChanged("k3f9x", JobState.RUNNING),
    events.Remembered("k3f9x", "language", "en"),
    events.Note("k3f9x", "engine_busy", {}),
    events.ModelDownload("k3f9x", "tiny", 1, 0),
    events.ModelLoaded("k3f9x", "tiny", "cpu", "int8", 2, 0.5),
    events.PartPrepared("k3f9x", PART),
    events.ChunkLeased("k3f9x", ChunkKey(0, 0), "local-1 (7)", 1),
    events.WindowDone("k3f9x", ChunkKey(0, 0), RESULT),
    events.ChunkDone("k3f9x", ChunkKey(0, 0), 1, Figures(9.0, 1.0, 1, 0, 5)),
    events.ChunkFailed("k3f9x", ChunkKey(0, 0), 3, "It died.", True),
    events.Progress("k3f9x", 1.0, 10.0, 0.0, None),
    events.JobEnded("k3f9x", JobState.INCOMPLETE, (b"/a/\xff.en.srt",), None, TRANSCRIPT),
]


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    out, err = capsys.readouterr()
    assert err == ""
    assert out.isascii()
    return [json.loads(line) for line in out.splitlines()]


def test_every_event_that_there_is_has_a_line() -> None:
    assert {type(event).__name__ for event in EVERY} == {kind.__name__ for kind in events.Event.__subclasses__()}


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_each_says_what_it_is_and_of_which_job_as_documented(event: events.Event, capsys: pytest.CaptureFixture[str]) -> None:
    JsonLines().tell(event)
    (line,) = written(capsys)
    assert line["job"] == "k3f9x"
    assert json_lines.__doc__
    (row,) = [row for row in json_lines.__doc__.splitlines() if row.startswith(f"| `{line['event']}` |")]
    for field in line.keys() - {"event", "job", "missing", "unheard", "flawed", "sampled", "start", "end"}:
        assert f"`{field}`" in row, field


def test_a_path_that_is_no_text_is_told_byte_for_byte() -> None:
    line = of_event(EVERY[0])
    assert line["path"] == "/a/\N{REPLACEMENT CHARACTER}.mp4"
    assert base64.b64decode(line["path_base64"]) == PATH


def test_the_end_of_a_job_names_its_files_and_its_doubts() -> None:
    line = of_event(EVERY[-1])
    assert base64.b64decode(line["files"][0]["path_base64"]) == b"/a/\xff.en.srt"
    assert line["missing"] == [{"start": 9, "end": 10, "reason": "cut"}]
    assert line["unheard"] == [{"start": 3, "end": 5}]
    assert line["flawed"] == [{"start": 0, "end": 9, "flaws": ["no_speech"]}]
    assert line["language_shares"] == {"en": 0.9}


def test_what_is_no_event_of_a_job_has_its_lines_too(capsys: pytest.CaptureFixture[str]) -> None:
    front = JsonLines()
    front.refused(MediumMissing(path="a.mp4"), b"a.mp4")
    front.refused(StoreUnusable(path="jobs", detail="it is damaged"))
    front.stopping()
    front.left([JOB])
    front.finished(Counter(), 130)
    refused, fatal, left, finished = written(capsys)
    assert refused["error"] == "MediumMissing"
    assert "“a.mp4” is not there" in refused["sentence"]
    assert fatal["path"] is None
    assert fatal["path_base64"] is None
    assert (left["event"], left["job"]) == ("left", "k3f9x")
    assert finished == {"event": "finished", "status": 130}
