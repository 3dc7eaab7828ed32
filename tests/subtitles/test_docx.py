"""The document for people who write, as python-docx reads it."""

import io
import zipfile
from dataclasses import replace
from itertools import pairwise

import docx as word
import pytest
from docx.document import Document as WordDocument
from docx.enum.text import WD_UNDERLINE
from dwhisper_worker.contract import Segment, Span, Word

from dwhisper_gui.core.job import Missing
from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.document import document_of
from dwhisper_gui.subtitles.docx import docx
from dwhisper_gui.subtitles.paragraphs import paragraphs

from .hostile import hostile
from .reading import as_written
from .texts import segment, spoken, talk, transcript


def opened(of: Transcript, medium: str = "talk.mp4") -> WordDocument:
    return word.Document(io.BytesIO(docx(document_of(of, medium))))


def timed(of: Transcript) -> list[tuple[str, str]]:
    """The time of each paragraph, and its text."""
    found = []
    for paragraph in opened(of).paragraphs:
        if paragraph.style is not None and paragraph.style.name == "Timed text":
            time, _, text = paragraph.text.partition("\t")
            found.append((time, text))
    return found


def test_it_has_the_text_with_its_times_and_what_is_missing() -> None:
    assert timed(talk()) == [
        (
            "0:01",
            "The Snow Queen was a beautiful woman, so delicate and white, dazzling. It was all of ice; and yet she was alive, and he"
            " followed her through the door into the street.",
        ),
        ("0:15", "Fish & chips <i>cost</i> 5 > 4 € — “déjà vu”."),
        ("0:20", "[until 0:23: somebody speaks here, but no words were heard]"),
        ("0:30", "[until 0:45: missing, since every try failed]"),
        ("0:59", "Tschüß!"),
    ]


def test_it_begins_with_what_it_is_of() -> None:
    made = opened(replace(talk(), translated=True, language="de"), "a\n\x00<b>.mp4")
    assert [paragraph.text for paragraph in made.paragraphs[:2]] == [
        "a\ufffd\ufffd<b>.mp4",
        "Language: en · translated from de · Length: 1 min 02 s · Model: base",
    ]
    assert made.core_properties.title == "a\ufffd\ufffd<b>.mp4"
    assert (made.core_properties.author, made.core_properties.created) == ("", None)


@pytest.mark.parametrize("of", [talk(), hostile()], ids=["talk", "hostile"])
def test_every_word_of_it_is_there(of: Transcript) -> None:
    said = ["".join(piece.shown for piece in paragraph).strip() for paragraph in paragraphs(of, 500)]
    found = [text for _, text in timed(of) if not text.startswith("[until")]
    assert found == [as_written(text) for text in said]


def test_every_reason_for_missing_text_has_its_words() -> None:
    reasons = ("failed", "not_done", "unreadable", "cut")
    missing = tuple(Missing(Span(10.0 * i, 10.0 * i + 5), reason) for i, reason in enumerate(reasons))
    assert [text.split(":")[2][:8] for _, text in timed(replace(transcript(), missing=missing))] == [" missing"] * 4


def test_unsure_words_are_marked_and_no_others() -> None:
    words = [Word(0.0, 0.3, " Surely", 0.95), Word(0.3, 0.6, " Moritz", 0.2), Word(0.6, 0.9, " Maier", 0.3), Word(0.9, 1.2, " came", 0.5)]
    bare = Segment(2.0, 3.0, " Without words.", (), -0.2, 0.1, 1.2, 0.0)
    paragraph = opened(transcript(segment(words), bare)).paragraphs[-1]
    assert [run.text for run in paragraph.runs if run.style.name == "Unsure"] == ["Moritz Maier"]
    assert paragraph.text == "0:00\tSurely Moritz Maier came Without words."
    style = opened(talk()).styles["Unsure"]
    assert style.font.underline == WD_UNDERLINE.DOTTED


def test_long_speech_is_in_paragraphs_that_end_with_sentences() -> None:
    said = " ".join(f"Sentence number {i} has some words in it, but not many." for i in range(60))
    found = [text for _, text in timed(transcript(segment(spoken(" " + said))))]
    assert " ".join(found) == said
    assert len(found) > 4
    for one, _ in pairwise(found):
        assert one.endswith(".")
        assert 500 <= len(one) < 600


def test_it_says_its_language_to_the_spelling_checker() -> None:
    of = transcript(segment(spoken(" هل أنت بخير؟")), language="ar")
    made = opened(of)
    lang = next(made.styles.element.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}lang"))
    assert set(lang.attrib.values()) == {"ar"}
    assert made.paragraphs[-1].runs[-1].font.rtl


def test_equal_documents_give_equal_bytes_whenever() -> None:
    with zipfile.ZipFile(io.BytesIO(docx(document_of(talk(), "talk.mp4")))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


def test_of_silence_there_is_no_text() -> None:
    assert timed(transcript()) == []
