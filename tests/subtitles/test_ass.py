"""Advanced SubStation Alpha, as others read it."""

import shutil
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import pysubs2
import pytest

from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.subtitles.ass import ass
from dwhisper_gui.subtitles.document import document_of

from .hostile import hostile
from .reading import JOINER, Found, as_subrip, expected
from .texts import segment, spoken, subrip, talk, transcript


def to_hundredths(cues: Found) -> Found:
    return [(round(start * 1000) // 10 / 100, round(end * 1000) // 10 / 100, text) for start, end, text in cues]


@pytest.mark.integration
@pytest.mark.parametrize("ffmpeg", [imageio_ffmpeg.get_ffmpeg_exe(), shutil.which("ffmpeg")], ids=["new", "system"])
@pytest.mark.parametrize("of", [talk(), hostile()], ids=["talk", "hostile"])
def test_ffmpeg_reads_the_same_cues(tmp_path: Path, ffmpeg: str, of: Transcript) -> None:
    document = document_of(of, "talk.mp4")
    (tmp_path / "talk.ass").write_bytes(ass(document))
    assert subrip(as_subrip(tmp_path / "talk.ass", ffmpeg)) == to_hundredths(expected(document))


@pytest.mark.parametrize("of", [talk(), hostile()], ids=["talk", "hostile"])
def test_pysubs2_reads_the_same_cues(of: Transcript) -> None:
    document = document_of(of, "talk.mp4")
    read = pysubs2.SSAFile.from_string(ass(document).decode("utf-8-sig"), format_="ass")
    found = []
    for event in read:
        # It knows no escape of a brace.
        text = event.text.replace(r"\{{}", "\x00")
        text = pysubs2.SSAEvent(text=text).plaintext.replace(JOINER, "").replace("\x00", "{")
        found.append((event.start / 1000, event.end / 1000, text))
    assert found == to_hundredths(expected(document))
    assert read.info["Title"] == "talk.mp4"
    assert set(read.styles) == {"Default"} == {event.style for event in read}


def test_times_are_never_after_the_frame_they_are_meant_for() -> None:
    document = document_of(transcript(segment(spoken(" Hello", 1.125))), "talk.mp4")
    document = replace(document, cues=(replace(document.cues[0], start=1.125, end=35_999.999),))
    assert "Dialogue: 0,0:00:01.12,9:59:59.99," in ass(document).decode()


def test_a_name_of_several_lines_stays_in_its_header() -> None:
    assert "\nTitle: a\ufffd[Events]\ufffd.mp4\n" in ass(document_of(talk(), "a\n[Events]\r.mp4")).decode()


def test_of_silence_it_is_empty_but_valid() -> None:
    read = pysubs2.SSAFile.from_string(ass(document_of(transcript(), "talk.mp4")).decode("utf-8-sig"), format_="ass")
    assert len(read) == 0
    assert "Default" in read.styles
