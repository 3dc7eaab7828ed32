"""Recordings that broke off are told from what is no recording."""

import os
from pathlib import Path

import pytest

from dwhisper_gui.media.unfinished import lacks_index


def box(kind: bytes, content: bytes = b"", *, wide: bool = False) -> bytes:
    if wide:
        return (1).to_bytes(4, "big") + kind + (16 + len(content)).to_bytes(8, "big") + content
    return (8 + len(content)).to_bytes(4, "big") + kind + content


FTYP = box(b"ftyp", b"isom\x00\x00\x02\x00isom")


@pytest.mark.parametrize(
    ("content", "lacks"),
    [
        (FTYP + box(b"mdat", b"x" * 50), True),
        (FTYP + box(b"mdat", b"x" * 50, wide=True), True),
        (FTYP + box(b"mdat", b"x" * 50)[:-20], True),
        (FTYP + b"\0\0\0\0mdat" + b"x" * 50, True),
        (FTYP + box(b"mdat", b"moov")[:-1], True),
        (FTYP, True),
        (FTYP + box(b"free") + box(b"mdat", b"x" * 50, wide=True) + box(b"moov", b"y" * 20), False),
        (FTYP + box(b"moov", b"y" * 20) + box(b"mdat", b"x" * 50)[:-20], False),
        (FTYP + box(b"moov", b"y" * 20)[:-1], True),
        (FTYP + b"\0\0\0\0moov" + b"y" * 20, False),
        (FTYP + (1).to_bytes(4, "big") + b"mdat" + b"\xff" * 8, True),
        (b"This is a text.\n" * 100, False),
        (box(b"mdat", b"x" * 50), False),
        (b"\0\0", False),
        (b"", False),
    ],
    ids=[
        "index due",
        "large",
        "cut",
        "open end",
        "the word inside",
        "begun",
        "whole",
        "index first",
        "index cut",
        "index to the end",
        "no offset",
        "text",
        "no beginning",
        "2 B",
        "0 B",
    ],
)
def test_what_lacks_its_index(content: bytes, lacks: bool, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(content)
    assert lacks_index(os.fsencode(tmp_path / "a")) is lacks


def test_a_file_that_has_gone_lacks_nothing(tmp_path: Path) -> None:
    assert not lacks_index(os.fsencode(tmp_path / "gone"))


def test_the_sample_has_its_index(sample: Path) -> None:
    assert not lacks_index(os.fsencode(sample))
