"""What subtitle files are called."""

import os
from pathlib import Path

import pytest

from dwhisper_gui.subtitles.names import file_name, longest_name


@pytest.mark.parametrize(
    ("medium", "number", "name"),
    [
        ("video.mp4", 1, "video.en.srt"),
        ("a/b/video.mp4", 2, "video_2.en.srt"),
        ("talk.2024.final.mkv", 11, "talk.2024.final_11.en.srt"),
        ("no extension", 1, "no extension.en.srt"),
        (".mp4", 1, ".mp4.en.srt"),
        ("-rf “é” 👩‍👧.mov", 1, "-rf “é” 👩‍👧.en.srt"),
        (os.fsdecode(b"caf\xe9.wav"), 1, os.fsdecode(b"caf\xe9.en.srt")),
    ],
)
def test_a_name_is_the_mediums_with_the_language(medium: str, number: int, name: str) -> None:
    assert file_name(Path(medium), number, "en", "srt") == name


def test_a_long_name_is_shortened_to_what_fits() -> None:
    assert file_name(Path("v" * 251 + ".mp4"), 2, "en", "srt") == "v" * 246 + "_2.en.srt"


def test_but_never_inside_a_character() -> None:
    name = file_name(Path("ab" + "👩" * 63 + ".x"), 1, "en", "srt")
    assert name == "ab" + "👩" * 61 + ".en.srt"
    assert len(os.fsencode(name)) == 253


def test_bytes_that_are_no_text_are_shortened_too() -> None:
    name = file_name(Path(os.fsdecode(b"\xe9" * 254)), 1, "en", "srt")
    assert os.fsencode(name) == b"\xe9" * 248 + b".en.srt"


def test_how_long_a_name_may_be_is_known_even_of_no_folder(tmp_path: Path) -> None:
    assert 100 < longest_name(tmp_path) <= 4096
    assert longest_name(tmp_path / "missing") == 255
