"""Recordings joined in one file, with a clock that starts anew: noticed, and read to the end."""

import os
from pathlib import Path

import pytest
from dwhisper_worker.contract import BYTES_PER_SECOND, Span

from dwhisper_gui.media.extract import Source, extract, measure_duration
from dwhisper_gui.media.joined import is_joined
from tests.media.beeps import beeps, inside, onsets, raw
from tests.media.conftest import Make

pytestmark = pytest.mark.integration

MPEG_1 = ("-f", "lavfi", "-i", "testsrc=r=25:s=64x48:d=60", "-c:v", "mpeg1video", "-shortest")
KINDS = [
    ("ts", "mpegts", ()),
    ("m2ts", "mpegts", ("-f", "mpegts", "-mpegts_m2ts_mode", "1")),
    ("vob", "mpeg", ("-f", "vob")),
    ("mpg", "mpeg", (*MPEG_1, "-f", "mpeg")),
]
FIRST, SECOND = (2.0, 12.0, 27.0), (3.0, 14.0, 30.0, 41.0)


def piece(made: Make, extension: str, words: tuple[str, ...], seconds: float, times: tuple[float, ...], *more: str) -> Path:
    name = f"{seconds}-{'-'.join(more)}.{extension}"
    return made(name, beeps(seconds, times), *raw(), *words, "-c:a", "mp2", "-b:a", "64k", *more)


def joined(path: Path, *pieces: Path) -> bytes:
    path.write_bytes(b"".join(one.read_bytes() for one in pieces))
    return os.fsencode(path)


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(("extension", "container", "words"), KINDS)
@pytest.mark.parametrize("longer_first", [False, True])
async def test_all_of_it_is_read(
    extension: str, container: str, words: tuple[str, ...], longer_first: bool, made: Make, tmp_path: Path
) -> None:
    first, second = (piece(made, extension, words, 30, FIRST), piece(made, extension, words, 50, SECOND))
    if longer_first:
        path, times = joined(tmp_path / "film", second, first), [*SECOND, *(50 + time for time in FIRST)]
    else:
        path, times = joined(tmp_path / "film", first, second), [*FIRST, *(30 + time for time in SECOND)]
    assert await is_joined(path, container)
    assert not await is_joined(os.fsencode(first), container)
    source = Source(path, container, 0, joined=True)
    assert await measure_duration(source) == pytest.approx(80, abs=0.5)
    for span in (Span(0, 79), Span(20, 60), Span(55, 79)):
        pcm = await extract(source, span)
        assert len(pcm) == span.duration * BYTES_PER_SECOND
        assert onsets(pcm, span.start) == pytest.approx(inside(times, span.start, span.end), abs=0.3)


async def test_an_overlap_a_gap_or_a_clock_that_wraps_is_no_new_beginning(made: Make, tmp_path: Path) -> None:
    whole = piece(made, "ts", (), 30, FIRST)
    for offset in ("27", "29.5", "300"):
        later = piece(made, "ts", (), 50, SECOND, "-output_ts_offset", offset)
        assert not await is_joined(joined(tmp_path / "film", whole, later), "mpegts")
    wrapping = piece(made, "ts", (), 50, SECOND, "-output_ts_offset", "95423")
    assert not await is_joined(os.fsencode(wrapping), "mpegts")


async def test_one_odd_clock_is_damage(made: Make, tmp_path: Path) -> None:
    content = bytearray(piece(made, "ts", (), 50, SECOND).read_bytes())
    clocks = [at for at in range(0, len(content), 188) if content[at + 3] & 0x20 and content[at + 4] >= 7 and content[at + 5] & 0x10]
    assert len(clocks) > 10
    for at, odd in ((clocks[len(clocks) // 3], 0x10), (clocks[len(clocks) * 2 // 3], 0x00)):
        content[at + 6 : at + 10] = bytes((odd, 0, 0, 0))
    (tmp_path / "odd.ts").write_bytes(content)
    assert not await is_joined(os.fsencode(tmp_path / "odd.ts"), "mpegts")


async def test_other_containers_are_not_looked_into() -> None:
    assert not await is_joined(b"/nowhere", "mov")
