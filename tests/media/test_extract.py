"""Extraction: names of any kind, broken media, and what is left running (nothing)."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest
from dwhisper_worker.contract import BYTES_PER_SECOND, Span

from dwhisper_gui.core.errors import ExtractionFailed, FFmpegMissing
from dwhisper_gui.media.extract import Source, extract, hear, measure_duration
from dwhisper_gui.media.ffmpeg import find_ffmpeg
from tests.media.beeps import beeps, onsets, raw
from tests.media.conftest import Make
from tests.workers.children import Children

pytestmark = pytest.mark.integration

ENDLESS = Source(b"/dev/zero", "s16le", 0)
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")

NAMES = [
    b"with some spaces.wav",
    b'it\'s "quoted" \xe2\x80\x9ctwice\xe2\x80\x9d.wav',
    b"\xf0\x9f\x8e\xac\xf0\x9f\x8f\xb3\xef\xb8\x8f.wav",
    b"-leading.wav",
    b"%03d.wav",
    b"invalid \xff\xfe\xed\xa0\x80.wav",
    b"new\nline.wav",
    b"colon:and|bar.wav",
    b"[1]#?&$HOME`.wav",
]


@needs_posix
@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("name", NAMES)
async def test_any_name(name: bytes, tmp_path: Path, made: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = made("plain.wav", beeps(3, (1.5,)), *raw())
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118
    shutil.copy(os.fsencode(plain), path)
    monkeypatch.chdir(tmp_path)
    for named in (path, name):
        assert onsets(await extract(Source(named, "wav", 0), Span(0, 3)), 0) == pytest.approx([1.5], abs=0.001)


@pytest.mark.usefixtures("program")
async def test_a_file_cut_in_the_middle_yields_what_there_is(made: Make, tmp_path: Path) -> None:
    times = [float(time) for time in range(1, 60, 4)]
    whole = made("faststart.mp4", beeps(60, times), *raw(), "-c:a", "aac", "-movflags", "+faststart").read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) * 6 // 10])
    source = Source(os.fsencode(path), "mov", 0)
    pcm = await extract(source, Span(0, 60))
    seconds = len(pcm) / BYTES_PER_SECOND
    assert 20 < seconds < 50
    assert onsets(pcm, 0) == pytest.approx([time for time in times if time + 0.1 < seconds], abs=0.05)
    assert await extract(source, Span(50, 60)) == b""
    assert await measure_duration(source) == pytest.approx(seconds, abs=0.001)


NOISE = ("-f", "lavfi", "-i", "anoisesrc=d=60:a=0.3")
DAMAGED = [
    ("noise.m4a", "mov", ("-c:a", "aac")),
    ("noise.mka", "matroska", ("-c:a", "aac")),
    ("noise.ts", "mpegts", ("-c:a", "aac")),
    ("noise.flv", "flv", ("-c:a", "aac", "-ar", "44100")),
    ("noise.flac", "flac", ()),
]


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(("name", "container", "words"), DAMAGED)
async def test_damage_in_the_middle_is_told(name: str, container: str, words: tuple[str, ...], made: Make, tmp_path: Path) -> None:
    whole = made(name, None, *NOISE, *words)
    assert (await hear(Source(os.fsencode(whole), container, 0), Span(0, 60))).unreadable == ()
    content = bytearray(whole.read_bytes())
    hole = slice(len(content) * 4 // 10, len(content) * 6 // 10)
    content[hole] = bytes(hole.stop - hole.start)
    path = tmp_path / name
    path.write_bytes(content)
    source = Source(os.fsencode(path), container, 0)
    for span in (Span(0, 60), Span(20, 30), Span(26, 34), Span(30, 60)):
        (lost,) = (await hear(source, span)).unreadable
        assert lost.start == pytest.approx(max(24, span.start), abs=2)
        assert min(35, span.end) <= lost.end <= min(41, span.end)  # Matroska is read on from the next cluster, up to 5 s later
    for span in (Span(0, 22), Span(42, 59)):
        assert (await hear(source, span)).unreadable == ()


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(("name", "container", "words"), [("noise.aac", "aac", ()), ("noise.avi", "avi", ("-c:a", "libmp3lame"))])
async def test_damage_where_times_are_counted_shows_at_the_end(
    name: str, container: str, words: tuple[str, ...], made: Make, tmp_path: Path
) -> None:
    whole = made(name, None, *NOISE, *words)
    assert (await hear(Source(os.fsencode(whole), container, 0), Span(0, 60))).unreadable == ()
    content = whole.read_bytes()
    hole = slice(len(content) * 4 // 10, len(content) * 6 // 10)
    path = tmp_path / name
    path.write_bytes(content[: hole.start] + bytes(hole.stop - hole.start) + content[hole.stop :])
    (lost,) = (await hear(Source(os.fsencode(path), container, 0), Span(0, 60))).unreadable
    assert lost.start == pytest.approx(48, abs=2)
    assert lost.end == 60


@pytest.mark.usefixtures("program")
async def test_a_gap_without_damage_is_none(made: Make) -> None:
    whole = made("noise.m4a", None, *NOISE, "-c:a", "aac")
    path = made("hole.m4a", None, "-i", whole, "-c", "copy", "-bsf:a", r"noise=drop=between(pts*tb\,18\,30)")
    heard = await hear(Source(os.fsencode(path), "mov", 0), Span(10, 40))
    assert len(heard.pcm) == 30 * BYTES_PER_SECOND
    assert not any(heard.pcm[9 * BYTES_PER_SECOND : 19 * BYTES_PER_SECOND])
    assert heard.unreadable == ()


@pytest.mark.usefixtures("program")
async def test_after_the_end_there_is_nothing(made: Make) -> None:
    source = Source(os.fsencode(made("plain.wav", beeps(3, (1.5,)), *raw())), "wav", 0)
    assert await extract(source, Span(100, 110)) == b""
    assert len(await extract(source, Span(2, 10))) == BYTES_PER_SECOND


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("content", "container", "track", "says"),
    [
        (b"This is no recording.\n" * 100, "mov", 0, r"[Ii]nvalid|moov"),
        (None, "wav", 3, "matches no streams|0:a:3"),
        (None, "no-such-format", 0, "no-such-format|[Ii]nvalid"),
    ],
)
async def test_what_can_t_be_read_fails_with_ffmpeg_s_reason(
    content: bytes | None, container: str, track: int, says: str, made: Make, tmp_path: Path
) -> None:
    path = tmp_path / "broken.bin"
    path.write_bytes(content or made("plain.wav", beeps(3, (1.5,)), *raw()).read_bytes())
    with pytest.raises(ExtractionFailed, match=says) as raised:
        await extract(Source(os.fsencode(path), container, track), Span(0, 2))
    assert "broken.bin" in str(raised.value)
    with pytest.raises(ExtractionFailed):
        await measure_duration(Source(os.fsencode(path), container, track))


@pytest.mark.usefixtures("program")
async def test_nothing_is_fetched_whatever_a_file_says(tmp_path: Path) -> None:
    """Such files are refused before; this is the second bolt on the door."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode())
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a.wav"
        for container, text in (
            ("concat", f"ffconcat version 1.0\nfile {address}\n"),
            ("hls", f"#EXTM3U\n#EXTINF:5,\n{address}\n#EXT-X-ENDLIST\n"),
        ):
            path = tmp_path / f"list.{container}"
            path.write_text(text)
            with pytest.raises(ExtractionFailed):
                await extract(Source(os.fsencode(path), container, 0), Span(0, 2))
    assert asked == []


@needs_posix
@pytest.mark.usefixtures("program")
async def test_once_the_range_is_full_ffmpeg_is_ended() -> None:
    children = Children()
    pcm = await asyncio.wait_for(extract(ENDLESS, Span(5, 7)), 20)
    assert len(pcm) == 2 * BYTES_PER_SECOND
    assert children.new() == []


@needs_posix
@pytest.mark.usefixtures("program")
async def test_cancelling_ends_ffmpeg_at_once() -> None:
    await asyncio.to_thread(find_ffmpeg)  # which is a process of its own, the first time
    children = Children()
    measuring = asyncio.ensure_future(measure_duration(ENDLESS))
    deadline = asyncio.get_running_loop().time() + 20
    while not children.new():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.wait({measuring}, timeout=0.02)
    began = asyncio.get_running_loop().time()
    measuring.cancel()
    with pytest.raises(asyncio.CancelledError):
        await measuring
    assert asyncio.get_running_loop().time() - began < 1
    assert children.new() == []


async def test_an_ffmpeg_that_is_not_there(monkeypatch: pytest.MonkeyPatch, made: Make) -> None:
    source = Source(os.fsencode(made("plain.wav", beeps(3, (1.5,)), *raw())), "wav", 0)
    monkeypatch.setenv("PATH", os.path.join(os.sep, "nowhere"))  # noqa: PTH118
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", os.path.join(os.sep, "nowhere", "ffmpeg"))  # noqa: PTH118
    with pytest.raises(FFmpegMissing):
        await extract(source, Span(0, 2))
