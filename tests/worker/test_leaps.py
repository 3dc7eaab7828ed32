"""Clocks that leap: one damaged time makes no thousand hours of a minute."""

import os
import struct
from pathlib import Path

import pytest
from dwhisper_worker.probe import probe

from tests.worker.media import PICTURE, SECONDS, TONE, X264, ffmpeg

pytestmark = pytest.mark.integration

TIMECODE = b"\xe7\x84"
"""Matroska's, of a cluster, in four bytes of milliseconds."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def late(folder: Path) -> bytes:
    """60 s whose times begin so late that each takes four bytes."""
    ffmpeg(*PICTURE, *TONE, *X264, "-c:a", "aac", "-output_ts_offset", "20000", folder / "late.mkv")
    return (folder / "late.mkv").read_bytes()


def leaping(content: bytes, milliseconds: int) -> bytes:
    """The same with another time in the middle cluster."""
    clusters = [at for at in range(len(content)) if content.startswith(TIMECODE, at)]
    at = clusters[len(clusters) // 2] + len(TIMECODE)
    return content[:at] + struct.pack(">I", milliseconds) + content[at + 4 :]


def test_a_clock_that_leaps_by_a_thousand_hours_is_not_believed(late: bytes, folder: Path) -> None:
    path = folder / "leaps.mkv"
    path.write_bytes(leaping(late[: len(late) * 3 // 4], 3_620_000_000))
    medium = probe(os.fsencode(path))
    assert medium.leaps
    assert (medium.duration, medium.tracks[0].last_packet_end) == (None, None)


def test_a_minute_that_would_take_a_day_is_not_believed(folder: Path) -> None:
    ffmpeg(*TONE, "-c:a", "mp2", folder / "whole.mpg")
    content = bytearray((folder / "whole.mpg").read_bytes())
    at = content.index(b"\x00\x00\x01\xc0") + 6  # the first packet, behind its length
    while content[at] & 0xF0 not in (0x20, 0x30):
        at += 1
    content[at + 1 : at + 3] = b"\x48\x01"  # of its time, which then is behind the others': they seem to have begun anew at 26.5 h
    (folder / "first.mpg").write_bytes(content)
    medium = probe(os.fsencode(folder / "first.mpg"))
    assert medium.leaps
    assert medium.duration is None


def test_a_long_pause_and_a_wrong_header_are_believed(late: bytes, folder: Path) -> None:
    (folder / "pause.mkv").write_bytes(leaping(late, 20_000_000 + 5 * 3_600_000))
    assert not probe(os.fsencode(folder / "pause.mkv")).leaps
    at = late.index(b"\x44\x89\x88") + 3
    (folder / "header.mkv").write_bytes(late[:at] + struct.pack(">d", 3_600_000_000.0) + late[at + 8 :])
    medium = probe(os.fsencode(folder / "header.mkv"))
    assert not medium.leaps
    assert medium.duration == pytest.approx(SECONDS, abs=0.2)
