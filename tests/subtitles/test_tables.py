"""Tables, as Python's csv reads them."""

import csv
import io

import pytest

from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.document import document_of
from dwhisper_gui.subtitles.tables import csv_table, tsv

from .hostile import hostile, uttered
from .reading import JOINER, Found, expected
from .texts import letters, segment, spoken, talk, transcript

each = pytest.mark.parametrize("of", [talk(), hostile()], ids=["talk", "hostile"])


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@each
def test_csv_has_the_same_cues(of: Transcript) -> None:
    document = document_of(of, "talk.mp4")
    header, *found = rows(csv_table(document))
    assert header == ["number", "start", "end", "text"]
    assert [int(row[0]) for row in found] == list(range(1, len(document.cues) + 1))
    read: Found = [(int(start) / 1000, int(end) / 1000, text.removeprefix(JOINER)) for _, start, end, text in found]
    assert read == expected(document)


def test_csv_is_as_rfc_4180_and_excel_want_it() -> None:
    content = csv_table(document_of(transcript(segment(spoken(' He said: "no, never"'))), "talk.mp4"))
    assert content.startswith(b"\xef\xbb\xbfnumber,start,end,text\r\n")
    assert content.endswith(b',"He said: ""no, never"""\r\n')


@pytest.mark.parametrize(
    ("said", "guarded"),
    [
        (" =1+1", True),
        (" @SUM(A1)", True),
        (' =HYPERLINK("http://a.b")', True),
        (" - No. - Yes.", True),
        (" +1", True),
        (" 1984", True),
        (" 1/2", True),
        (" 3-4", True),
        (" 1984 was a year", False),
        (" a = b", False),
        (" “=1”", False),
    ],
)
def test_no_cell_of_text_becomes_anything_else(said: str, guarded: bool) -> None:
    _, row = rows(csv_table(document_of(transcript(uttered(said)), "talk.mp4")))
    assert row[3] == (JOINER if guarded else "") + said.strip()


@each
def test_tsv_has_the_same_cues_a_line_each(of: Transcript) -> None:
    document = document_of(of, "talk.mp4")
    header, *found = tsv(document).decode().removesuffix("\n").split("\n")
    assert header == "start\tend\ttext"
    read = [row.split("\t") for row in found]
    assert [(int(start) / 1000, int(end) / 1000) for start, end, _ in read] == [(cue.start, cue.end) for cue in document.cues]
    wanted = ["".join(text.split()) for _, _, text in expected(document)]
    assert ["".join(text.split()) for _, _, text in read] == wanted


def test_lines_are_joined_as_they_were_said() -> None:
    of = transcript(
        segment(spoken(" He followed her through the door and into the street")),
        segment(letters("吾輩は猫である名前はまだ無いどこで生れたか頓と見当がつかぬ", 10.0)),
        segment(spoken(" " + "x" * 60, 20.0)),
    )
    document = document_of(of, "talk.mp4")
    assert any(len(cue.lines) > 1 for cue in document.cues)
    texts = [row.split("\t")[2] for row in tsv(document).decode().splitlines()[1:]]
    assert " ".join(texts[:1]) == "He followed her through the door and into the street"
    assert "".join(texts[1:-1]) == "吾輩は猫である名前はまだ無いどこで生れたか頓と見当がつかぬ"
    assert texts[-1] == "x" * 60


@pytest.mark.parametrize("write", [tsv, csv_table])
def test_of_silence_there_is_the_header(write: object) -> None:
    assert callable(write)
    assert len(write(document_of(transcript(), "talk.mp4")).splitlines()) == 1
