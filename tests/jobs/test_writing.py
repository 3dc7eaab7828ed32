"""What is there stays, whoever it is from, and is told."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from dwhisper_gui.core.job import Fingerprint, Job, Options, Output
from dwhisper_gui.core.notes import sentence
from dwhisper_gui.jobs.writing import WRITTEN, Layout, Target, Writing, Written, write, written_of
from dwhisper_gui.subtitles.document import document_of
from tests.subtitles.texts import segment, spoken, talk, transcript

PLAIN, NETFLIX = Layout(3, "plain", False), Layout(3, "netflix", False)
TEXTS = {PLAIN: document_of(talk(), "talk.mp4"), NETFLIX: document_of(transcript(segment(spoken(" Laid out otherwise."))), "talk.mp4")}


class Jobs:
    """A job whose medium is in a folder of its own, and what comes of writing it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.job = Job("k3f9x", os.fsencode(folder / "talk.mp4"), Options("tiny"), Output(), Fingerprint(1, 2, "3"))

    def write(
        self, layout: Layout = PLAIN, *formats: str, overwrite: bool = False, others: tuple[str, ...] = (), anew: bool = False
    ) -> Writing:
        target = Target(self.job, Output(formats or ("srt",), None, overwrite), [os.fsencode(self.folder / name) for name in others])
        done = write(TEXTS[layout], target, layout, anew=anew)
        self.job = replace(self.job, memory={WRITTEN: done.written.encoded()})
        assert all(sentence(note).startswith("“talk") for note in done.notes), "each has its sentence"
        return done

    def there(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


def names(done: Writing) -> list[str]:
    return [Path(os.fsdecode(file)).name for file in done.files]


def told(done: Writing) -> list[tuple[str, ...]]:
    return [(note.code, *note.fields.values()) for note in done.notes]


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path)


def test_the_first_time_there_is_nothing_to_tell_nor_the_second(jobs: Jobs) -> None:
    for _ in range(2):
        done = jobs.write()
        assert (names(done), told(done)) == (["talk.en.srt"], [])
    assert len(written_of(jobs.job).files) == 1


def test_a_file_of_somebody_elses_is_told_with_the_name_that_is_taken_instead(jobs: Jobs) -> None:
    (jobs.folder / "talk.en.srt").write_text("mine")
    done = jobs.write(PLAIN, "srt", "vtt")
    assert names(done) == ["talk_2.en.srt", "talk_2.en.vtt"]
    assert told(done) == [("file_taken", "talk.en.srt", "talk_2.en.srt")]
    assert told(jobs.write(PLAIN, "srt", "vtt")) == [], "once"


def test_a_file_with_just_this_text_is_left_whoever_wrote_it(jobs: Jobs) -> None:
    jobs.write()
    forgotten = Jobs(jobs.folder)
    done = forgotten.write()
    assert (names(done), told(done)) == (["talk.en.srt"], [("file_left", "talk.en.srt")])
    assert told(forgotten.write()) == [], "it is this job's from now on"
    assert jobs.there() == ["talk.en.srt"]


def test_a_file_that_somebody_corrected_is_left_and_told(jobs: Jobs) -> None:
    jobs.write()
    (jobs.folder / "talk.en.srt").write_text("corrected")
    for _ in range(2):
        done = jobs.write()
        assert (names(done), told(done)) == (["talk.en.srt"], [("file_changed", "talk.en.srt")])
    assert (jobs.folder / "talk.en.srt").read_text() == "corrected"


def test_back_at_the_first_rules_the_corrected_file_is_still_theirs(jobs: Jobs) -> None:
    jobs.write()
    (jobs.folder / "talk.en.srt").write_text("corrected")
    other = jobs.write(NETFLIX)
    assert (names(other), told(other)) == (["talk_2.en.srt"], [("file_of_before", "talk.en.srt", "talk_2.en.srt")])
    back = jobs.write(PLAIN)
    assert (names(back), told(back)) == (["talk.en.srt"], [("file_changed", "talk.en.srt")])
    assert told(jobs.write(NETFLIX)) == []
    assert jobs.there() == ["talk.en.srt", "talk_2.en.srt"]


def test_a_file_serves_all_layouts_that_say_the_same(jobs: Jobs) -> None:
    same = Layout(3, "plain", True)
    TEXTS[same] = TEXTS[PLAIN]
    jobs.write()
    assert told(jobs.write(same)) == [("file_left", "talk.en.srt")]
    (jobs.folder / "talk.en.srt").write_text("corrected")
    for layout in (PLAIN, same):
        assert told(jobs.write(layout)) == [("file_changed", "talk.en.srt")]
    assert jobs.there() == ["talk.en.srt"]


def test_what_is_overwritten_is_no_longer_what_it_was(jobs: Jobs) -> None:
    jobs.write()
    (jobs.folder / "talk.en.srt").write_text("corrected")
    assert (names(done := jobs.write(NETFLIX, overwrite=True)), told(done)) == (["talk.en.srt"], [])
    assert (jobs.folder / "talk.en.srt").read_text() != "corrected"
    back = jobs.write(PLAIN)
    assert (names(back), told(back)) == (["talk_2.en.srt"], [("file_of_before", "talk.en.srt", "talk_2.en.srt")])


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_file_of_another_recording_of_the_same_command_is_neither_shared_nor_replaced(jobs: Jobs, overwrite: bool) -> None:
    Jobs(jobs.folder).write()
    done = jobs.write(PLAIN, overwrite=overwrite, others=("talk.en.srt",))
    assert (names(done), told(done)) == (["talk_2.en.srt"], [("file_of_another", "talk.en.srt", "talk_2.en.srt")])


def test_written_anew_a_corrected_file_gets_a_neighbour_once(jobs: Jobs) -> None:
    jobs.write()
    (jobs.folder / "talk.en.srt").write_text("corrected")
    assert told(jobs.write(anew=True)) == [("file_of_before", "talk.en.srt", "talk_2.en.srt")]
    assert told(jobs.write(anew=True)) == [("file_left", "talk_2.en.srt")]
    assert jobs.there() == ["talk.en.srt", "talk_2.en.srt"]


def test_a_job_that_remembers_nothing_has_no_files(jobs: Jobs) -> None:
    assert written_of(jobs.job) == Written()
