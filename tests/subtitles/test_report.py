"""The report, for people and for programs."""

import json
from dataclasses import replace

from dwhisper_gui.core.job import Output
from dwhisper_gui.core.notes import sentence
from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.document import document_of
from dwhisper_gui.subtitles.report import REPORTS, note_of, problems_of, report_json, report_text, shows_cues, written_as
from dwhisper_gui.subtitles.rules import NETFLIX

from .texts import segment, spoken, talk, transcript


def hurried() -> Transcript:
    return transcript(
        segment(spoken(" It was all of ice; “é”.", 1.0)),
        segment(spoken(" and yet she was alive and followed him", 9.0, seconds_a_letter=0.03)),
    )


def test_it_names_each_cue_with_what_is_wrong() -> None:
    document = document_of(hurried(), "talk.mp4", NETFLIX, (25, 1))
    assert report_text(document).decode() == (
        "talk.mp4: 2 cues, 1 of them not within the rules “netflix”: 1 too fast to read.\n\n"
        "2  00:00:08,920 --> 00:00:10,440  and yet she was alive and followed him\n"
        "    too fast to read: 25 characters a second, where 20 is the limit\n"
    )


def test_for_programs_the_same() -> None:
    document = document_of(hurried(), "talk.mp4", NETFLIX, (25, 1))
    read = json.loads(report_json(document))
    (problem,) = read.pop("problems")
    assert read == {"medium": "talk.mp4", "rules": "netflix", "language": "en", "frame_rate": [25, 1], "cues": 2}
    assert (problem["cue"], problem["rule"], problem["limit"], problem["start"]) == (2, "too_fast", 20.0, 8.92)
    assert report_json(replace(document, medium="caf\udce9 é")).isascii()


def test_where_all_is_well_it_says_so() -> None:
    document = document_of(talk(), "talk.mp4", NETFLIX)
    assert problems_of(document) == []
    assert report_text(document).decode() == "talk.mp4: 5 cues, all within the rules “netflix”.\n"
    assert sentence(note_of(document, [])) == "5 cues, all within the rules “netflix”."


def test_it_is_written_where_it_was_asked_for() -> None:
    assert [made.extension for made in written_as(Output(("srt",), report=True))] == ["srt", "report.txt", "report.json"]
    assert [made.name for made in written_as(Output(("srt", "txt")))] == ["srt", "txt"]
    assert len({made.extension for made in (*REPORTS, *written_as(Output(("srt", "vtt", "txt", "json"))))}) == 6


def test_rules_mean_nothing_for_text_without_cues() -> None:
    assert not shows_cues(Output(("txt", "json")))
    assert shows_cues(Output(("txt", "srt")))
    assert shows_cues(Output(("txt",), report=True))
