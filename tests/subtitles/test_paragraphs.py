"""Text for reading."""

import pytest

from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.document import document_of
from dwhisper_gui.subtitles.paragraphs import paragraphs, texts_of

from .hostile import hostile
from .texts import segment, spoken, talk, transcript


def read(of: Transcript, enough: int) -> list[str]:
    return ["".join(piece.shown for piece in paragraph).strip() for paragraph in paragraphs(of, enough)]


@pytest.mark.parametrize(
    ("enough", "found"),
    [
        (1_000, ["He came. “Really?” Yes, Mr. Smith... he did. So.", "It ends."]),
        (5, ["He came.", "“Really?”", "Yes, Mr. Smith... he did.", "So.", "It ends."]),
        (12, ["He came. “Really?”", "Yes, Mr. Smith... he did.", "So.", "It ends."]),
    ],
)
def test_a_paragraph_ends_at_a_pause_or_where_there_is_enough_of_it(enough: int, found: list[str]) -> None:
    said = " He came. “Really?” Yes, Mr. Smith... he did. So. (2.1) It ends."
    assert read(transcript(segment(spoken(said))), enough) == found


@pytest.mark.parametrize("of", [talk(), hostile()], ids=["talk", "hostile"])
def test_the_text_of_the_cues_is_all_that_was_said(of: Transcript) -> None:
    texts = [text for _, text in texts_of(document_of(of, "talk.mp4"))]
    said = "".join(segment.text for segment in of.segments).replace("\x00", " ")
    assert "".join("".join(texts).split()) == "".join(said.split())
    assert all(text == " ".join(text.split()) for text in texts)
