"""Where shots begin, in films made of pictures that move and pictures that do not."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from dwhisper_gui.core.errors import ShotsUnknown
from dwhisper_gui.media.ffmpeg import shots_command
from dwhisper_gui.media.shots import find_shots
from tests.workers.children import Children

pytestmark = pytest.mark.integration

SHOTS = ("testsrc2", "mandelbrot", "smptebars", "gradients=seed=7", "rgbtestsrc")
FRAME = 0.04


def film(path: Path, seconds: Sequence[float], *words: str) -> Path:
    """Shots of these lengths at 25 frames a second, with sound from 0 on."""
    program = shutil.which("ffmpeg")
    assert program
    size = "size=320x240:rate=25"
    inputs = [
        word for name, length in zip(SHOTS, seconds, strict=False) for word in ("-f", "lavfi", "-t", str(length), "-i", _source(name, size))
    ]
    joined = "".join(f"[{number}:v]format=yuv420p,setsar=1[v{number}];" for number in range(len(seconds)))
    joined += "".join(f"[v{number}]" for number in range(len(seconds))) + f"concat=n={len(seconds)}[v]"
    sound = ["-f", "lavfi", "-t", str(sum(seconds)), "-i", "sine=frequency=300:sample_rate=16000"]
    made = ["-filter_complex", joined, "-map", "[v]", "-map", f"{len(seconds)}:a", "-c:v", "mpeg4", "-q:v", "3"]
    subprocess.run([program, "-v", "error", "-nostdin", "-y", *inputs, *sound, *made, *words, path], check=True, timeout=60)
    return path


def _source(name: str, size: str) -> str:
    return f"{name}{':' if '=' in name else '='}{size}"


async def test_each_cut_is_found_at_its_frame(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", (2.0, 1.48, 3.0, 2.0))
    assert await find_shots(os.fsencode(path), "mov") == pytest.approx((2.0, 3.48, 6.48), abs=0.002)


async def test_times_count_from_where_those_of_the_sound_do(tmp_path: Path) -> None:
    path = film(tmp_path / "film.ts", (2.0, 1.48, 3.0), "-output_ts_offset", "3600", "-f", "mpegts")
    assert await find_shots(os.fsencode(path), "mpegts") == pytest.approx((2.0, 3.48), abs=2 * FRAME)


async def test_a_single_shot_has_no_cut(tmp_path: Path) -> None:
    assert await find_shots(os.fsencode(film(tmp_path / "-film.mp4", (3.0,))), "mov") == ()


async def test_what_has_no_picture_or_is_not_there(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing of the kind" * 100)
    for path in (broken, tmp_path / "gone.mp4"):
        with pytest.raises(ShotsUnknown, match=path.name):
            await find_shots(os.fsencode(path), "mov")


async def test_cancelled_it_leaves_no_process(tmp_path: Path) -> None:
    path, children = film(tmp_path / "film.mp4", (30.0, 30.0)), Children()
    seeking = asyncio.ensure_future(find_shots(os.fsencode(path), "mov"))
    while not any(child.name().startswith("ffmpeg") for child in children.new()):
        assert not seeking.done()
        await asyncio.sleep(0.005)
    seeking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await seeking
    assert not children.new()


def test_the_command_takes_the_picture_that_is_no_cover() -> None:
    words = shots_command("ffmpeg", b"/a/-b.mp4", "mov,mp4", joined=False)
    assert words[words.index("-map") + 1] == "0:V:0"
    assert words[words.index("-f") + 1] == "mov"
    assert "-copyts" in words
    assert "-copyts" not in shots_command("ffmpeg", b"a.ts", "mpegts", joined=True)
