"""What a person is told."""

import os
from collections import Counter
from pathlib import Path

import pytest
from dwhisper_worker.contract import Segment, Span, Window, WindowResult

from dwhisper_gui.commands.teller import MOST_LEFT, MOST_TROUBLES, Teller
from dwhisper_gui.core import events
from dwhisper_gui.core.errors import MediumEmpty, StoreUnusable
from dwhisper_gui.core.in_order import InOrder
from dwhisper_gui.core.job import Fingerprint, Job, JobState, Options, Output
from dwhisper_gui.core.plan import Chunk, ChunkKey, PreparedPart
from dwhisper_gui.core.transcript import Transcript


class Noted:
    """A view that keeps what it is given."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.results: list[str] = []
        self.shown: list[tuple[str, float, float, str]] = []

    def say(self, sentence: str, style: str = "") -> None:
        self.said.append(sentence)

    def result(self, line: str) -> None:
        self.results.append(line)

    def progress(self, what: str, done: float, total: float, figures: str) -> None:
        self.shown.append((what, done, total, figures))

    def close(self) -> None:
        pass


def job(job_id: str = "k3f9x", path: bytes = b"/a/talk.mp4") -> Job:
    return Job(job_id, path, Options("tiny.en"), Output(), Fingerprint(1, 2, "3"))


def segment(start: float, text: str = " Hello.") -> Segment:
    return Segment(start, start + 1, text, (), 0.0, 0.0, 1.0, 0.0)


def part(windows: int) -> PreparedPart:
    chunks = tuple(Chunk(ChunkKey(0, i), (Window(i, i * 10.0, i * 10.0 + 9, (), ()),)) for i in range(windows))
    return PreparedPart(0, Span(0.0, 60.0), False, (), (), chunks, b"")


def window_done(index: int) -> events.WindowDone:
    return events.WindowDone("k3f9x", ChunkKey(0, index), WindowResult(index, (segment(index * 10.0, f" Text {index}."),), 1, False, ()))


def transcript(*segments: Segment) -> Transcript:
    return Transcript("en", (), 60.0, segments, (), (), (), ())


LOADED = events.ModelLoaded("k3f9x", "tiny.en", "cpu", "int8", 2, 0.5)
LEASED = events.ChunkLeased("k3f9x", ChunkKey(0, 0), "local-1 (7)", 1)


@pytest.fixture
def view() -> Noted:
    return Noted()


@pytest.fixture
def teller(view: Noted) -> Teller:
    made = Teller(view, live=True)
    made.tell(events.JobAdded("k3f9x", job()))
    made.expect(job(), InOrder(), [])
    return made


def test_live_text_comes_in_order_and_what_another_program_did_at_the_end(teller: Teller, view: Noted) -> None:
    teller.tell(window_done(1))
    teller.tell(events.PartPrepared("k3f9x", part(3)))
    assert view.results == []
    teller.tell(window_done(0))
    assert view.results == ["[0:00:00.000 → 0:00:01.000] Text 0.", "[0:00:10.000 → 0:00:11.000] Text 1."]
    ended = transcript(segment(0.0), segment(10.0), segment(20.0, " Text 2."))
    teller.tell(events.JobEnded("k3f9x", JobState.DONE, (b"/a/talk.en.srt",), None, ended))
    assert view.results[2:] == ["[0:00:20.000 → 0:00:21.000] Text 2.", "/a/talk.en.srt"]


def test_without_live_only_the_files_are_results(view: Noted) -> None:
    teller = Teller(view)
    teller.expect(job(), InOrder(), [])
    teller.tell(events.PartPrepared("k3f9x", part(1)))
    teller.tell(window_done(0))
    teller.tell(events.JobEnded("k3f9x", JobState.DONE, (b"/a/talk.en.srt",), None, transcript(segment(0.0))))
    assert view.results == ["/a/talk.en.srt"]


def test_a_note_is_told_once(teller: Teller, view: Noted) -> None:
    for _ in range(2):
        teller.tell(events.Note("k3f9x", "engine_busy", {}))
    assert len([sentence for sentence in view.said if "waits for its turn" in sentence]) == 1


def test_a_note_on_a_job_that_is_not_worked_on_is_told_without_its_name(teller: Teller, view: Noted) -> None:
    teller.tell(events.Note("other", "medium_changed", {"name": "old.mp4"}))
    assert view.said == ["“old.mp4” has changed since it was last transcribed, so this is a new job."]


def test_the_language_is_told_with_its_shares(teller: Teller, view: Noted) -> None:
    teller.tell(events.Remembered("k3f9x", "language_shares", '[["de",0.93],["nl",0.05]]'))
    teller.tell(events.Remembered("k3f9x", "language", "de"))
    assert view.said == ["talk.mp4: The language is German (German 93%, Dutch 5%)."]


def test_one_share_is_no_share(teller: Teller, view: Noted) -> None:
    teller.tell(events.Remembered("k3f9x", "language_shares", '[["en",0.98],["cy",0.02]]'))
    teller.tell(events.Remembered("k3f9x", "language", "en"))
    assert view.said == ["talk.mp4: The language is English."]


def test_a_language_that_the_user_named_is_no_news(teller: Teller, view: Noted) -> None:
    teller.tell(events.Remembered("k3f9x", "language", "de"))
    assert view.said == []


def test_progress_has_speed_and_time_left_once_they_are_known(teller: Teller, view: Noted) -> None:
    teller.tell(LEASED)
    view.shown.clear()
    teller.tell(events.Progress("k3f9x", 6.0, 60.0, 0.0, None))
    teller.tell(events.Progress("k3f9x", 30.0, 60.0, 7.54, 3.96))
    teller.tell(events.Progress("k3f9x", 31.0, 60.0, 7.54, 59.7))
    assert view.shown == [
        ("talk.mp4", 6.0, 60.0, ""),
        ("talk.mp4", 30.0, 60.0, "7.5x, 4 s left"),
        ("talk.mp4", 31.0, 60.0, "7.5x, 1 min 00 s left"),
    ]


def test_before_anything_is_transcribed_there_are_words_instead_of_a_share(teller: Teller, view: Noted) -> None:
    teller.tell(events.StateChanged("k3f9x", JobState.RUNNING))
    teller.tell(events.PartPrepared("k3f9x", part(2)))
    teller.tell(events.Progress("k3f9x", 42.0, 60.0, 0.0, None))
    teller.tell(LOADED)
    teller.tell(LEASED)
    teller.tell(events.Progress("k3f9x", 50.0, 60.0, 0.0, None))
    teller.tell(LEASED)
    assert view.shown == [
        ("talk.mp4", 0.0, 0.0, "finding the speech"),
        ("talk.mp4", 0.0, 0.0, "waiting for a worker with the model"),
        ("talk.mp4", 0.0, 0.0, "transcribing"),
        ("talk.mp4", 50.0, 60.0, ""),
    ]


def test_a_model_that_is_loaded_is_not_waited_for(teller: Teller, view: Noted) -> None:
    teller.tell(LOADED)
    view.shown.clear()
    teller.tell(events.StateChanged("k3f9x", JobState.RUNNING))
    teller.tell(events.PartPrepared("k3f9x", part(2)))
    assert [figures for *_, figures in view.shown] == ["finding the speech"]


def test_what_was_begun_before_waits_for_the_model(view: Noted) -> None:
    teller = Teller(view)
    teller.tell(events.JobAdded("k3f9x", job(), resumed=True))
    teller.tell(events.StateChanged("k3f9x", JobState.RUNNING))
    assert [figures for *_, figures in view.shown] == ["waiting for a worker with the model"]


def test_silence_alone_is_progress(teller: Teller, view: Noted) -> None:
    teller.tell(events.PartPrepared("k3f9x", part(0)))
    teller.tell(events.Progress("k3f9x", 30.0, 60.0, 0.0, None))
    assert view.shown == [("talk.mp4", 30.0, 60.0, "")]


def test_of_several_files_it_is_told_which_one_it_is_and_equal_names_are_told_apart(view: Noted) -> None:
    teller = Teller(view)
    paths = [os.fsencode(Path("/a", folder, "talk.mp4")) for folder in ("one", "two")]
    for number, path in enumerate([*paths, b"/a/one/other.mp4"]):
        teller.tell(events.JobAdded(f"job{number}", job(f"job{number}", path)))
    for number in range(3):
        teller.tell(events.StateChanged(f"job{number}", JobState.RUNNING))
        teller.tell(events.JobEnded(f"job{number}", JobState.FAILED, (), "It broke."))
    one, two = (os.fspath(Path(folder, "talk.mp4")) for folder in ("one", "two"))
    assert [(what, figures.partition(",")[0]) for what, _, _, figures in view.shown] == [
        (one, "file 1 of 3"),
        (two, "file 2 of 3"),
        ("other.mp4", "file 3 of 3"),
    ]
    assert view.said == [f"{one}: It broke.", f"{two}: It broke.", "other.mp4: It broke."]


def test_each_file_keeps_its_number_while_another_is_paused(view: Noted) -> None:
    teller = Teller(view)
    for number in range(4):
        teller.tell(events.JobAdded(f"job{number}", job(f"job{number}", b"/a/%d.mp4" % number)))
    teller.tell(events.JobEnded("job0", JobState.DONE, ()))  # its text was there
    teller.tell(events.StateChanged("job1", JobState.RUNNING))
    teller.tell(events.StateChanged("job1", JobState.PAUSED))
    for name in ("job2", "job1", "job3"):
        teller.tell(events.StateChanged(name, JobState.RUNNING))
        teller.tell(events.JobEnded(name, JobState.DONE, ()))
    assert [(what, figures.partition(",")[0]) for what, _, _, figures in view.shown] == [
        ("1.mp4", "file 2 of 4"),
        ("2.mp4", "file 3 of 4"),
        ("1.mp4", "file 2 of 4"),
        ("3.mp4", "file 4 of 4"),
    ]


def test_a_download_has_its_megabytes(teller: Teller, view: Noted) -> None:
    teller.tell(events.ModelDownload("k3f9x", "base", 0, 0))
    teller.tell(events.ModelDownload("k3f9x", "base", 12_000_000, 148_000_000))
    assert [figures for *_, figures in view.shown] == ["", "12 of 148 MB"]
    teller.tell(events.ModelDownload("k3f9x", "base", 148_000_000, 148_000_000))
    assert view.shown[-1] == ("talk.mp4", 0.0, 0.0, "waiting for a worker with the model"), "it is here now"


@pytest.mark.parametrize("state", [JobState.INCOMPLETE, JobState.FAILED, JobState.CANCELLED])
def test_an_end_that_is_not_done_is_told(teller: Teller, view: Noted, state: JobState) -> None:
    teller.tell(events.JobEnded("k3f9x", state, (), "It broke." if state is JobState.FAILED else None))
    assert view.said[0].startswith("talk.mp4: It broke." if state is JobState.FAILED else f"talk.mp4: {state.value.capitalize()}")


def test_silence_is_told(teller: Teller, view: Noted) -> None:
    teller.tell(events.JobEnded("k3f9x", JobState.DONE, (), None, transcript()))
    assert [sentence for sentence in view.said if "Nobody speaks" in sentence]


def test_one_that_has_not_ended_is_named_with_the_way_to_go_on(teller: Teller, view: Noted) -> None:
    teller.left([job()])
    assert view.said == [
        "talk.mp4: Stopped. What is done is kept; “dwhisper jobs resume k3f9x” or the same command goes on with it.",
    ]


def test_several_that_have_not_ended_have_one_command(teller: Teller, view: Noted) -> None:
    teller.left([job("aaaaa"), job("bbbbb"), job("ccccc")])
    (sentence,) = view.said
    assert "3 recordings" in sentence
    assert "“dwhisper jobs resume aaaaa bbbbb ccccc” or the same command" in sentence


def test_many_that_have_not_ended_are_counted(teller: Teller, view: Noted) -> None:
    teller.left([job(f"job{i}") for i in range(MOST_LEFT + 1)])
    assert view.said == [
        f"Stopped. {MOST_LEFT + 1} recordings are not finished; what is done is kept. The same command goes on with them.",
    ]


def test_after_a_fresh_start_the_same_command_is_not_what_goes_on(view: Noted) -> None:
    fresh = Teller(view, fresh=True)
    for count in (1, 2, MOST_LEFT + 1):
        fresh.left([job(f"job{i}") for i in range(count)])
    one, several, many = view.said
    assert one == "Stopped. What is done is kept; “dwhisper jobs resume job0” goes on with it."
    assert "“dwhisper jobs resume job0 job1” goes on with them" in several
    assert "“dwhisper jobs resume --all” goes on" in many
    assert not [sentence for sentence in view.said if "same command" in sentence]


def test_a_compute_type_has_the_name_that_its_option_takes(teller: Teller, view: Noted) -> None:
    teller.tell(events.ModelLoaded("k3f9x", "tiny.en", "cpu", "int8_float32", 2, 0.5))
    assert view.said == ["talk.mp4: The model tiny.en is loaded: cpu, int8, 2 threads."]


def test_that_no_cues_keep_to_the_rules_is_no_news(teller: Teller, view: Noted) -> None:
    teller.tell(events.Note("k3f9x", "rules_kept", {"cues": "0", "rules": "plain"}))
    assert view.said == []


def test_several_files_are_summed_up_and_one_is_not(teller: Teller, view: Noted) -> None:
    teller.finished(Counter({JobState.DONE: 1}), 0)
    assert view.said == []
    teller.finished(Counter({JobState.DONE: 3, JobState.FAILED: 1, JobState.INCOMPLETE: 0}), 1)
    assert view.said == ["4 in all: 3 done, 1 failed."]


def test_what_went_wrong_is_named_once_more_at_the_end_in_short(teller: Teller, view: Noted) -> None:
    for number in range(MOST_TROUBLES - 1):
        teller.refused(MediumEmpty(path=f"/a/{number}.mp4"), b"a")
    teller.tell(events.JobEnded("k3f9x", JobState.FAILED, (), "It broke. That means much.", gist="It broke."))
    teller.tell(events.JobAdded("other", job("other", b"/a/b.mp4")))
    teller.tell(events.JobEnded("other", JobState.INCOMPLETE, ()))
    teller.tell(events.JobEnded("other", JobState.CANCELLED, ()))
    teller.refused(StoreUnusable(path="jobs", detail="it is damaged"))  # of no file
    view.said.clear()
    teller.finished(Counter({JobState.DONE: 3, JobState.FAILED: 1, JobState.INCOMPLETE: 1}), 1)
    assert view.said == [
        "24 in all: 3 done, 1 failed, 1 incomplete, 19 left out.",
        "What failed, is incomplete or was left out:",
        *(f"  “/a/{number}.mp4” is empty (0 bytes)." for number in range(MOST_TROUBLES - 1)),
        "  talk.mp4: It broke.",
        "  and 1 more, as was told above.",
    ]
