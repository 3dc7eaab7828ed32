"""What is found out about a file, and how it is said."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from dwhisper_worker.contract import AudioTrack, MediumInfo

from dwhisper_gui.core.errors import (
    BrokenOff,
    DWhisperError,
    MediumEmpty,
    MediumMissing,
    MediumUnreadable,
    NoAudio,
    NotMedia,
    RefersElsewhere,
    TrackMissing,
)
from dwhisper_gui.media.probe import choose_track, display_name, fingerprint, probe
from dwhisper_gui.workers.child import Worker
from tests.media.beeps import beeps, raw
from tests.media.conftest import Make, integration

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")


def track(index: int, language: str | None = None, *, default: bool = False, title: str | None = None) -> AudioTrack:
    return AudioTrack(index, "aac", language, title, default, 2, 48_000, 0.0, None, None)


def medium(*tracks: AudioTrack) -> MediumInfo:
    return MediumInfo("mov", 10.0, 10.0, tracks, True, (25, 1))


MANY = medium(track(0, "eng"), track(1, "ger", title="Kommentar"), track(2, "deu", default=True), track(3))


@pytest.mark.parametrize(
    ("info", "wanted", "index"),
    [
        (MANY, "", 2),
        (medium(track(0), track(1)), "", 0),
        (MANY, "1", 0),
        (MANY, "4", 3),
        (MANY, "en", 0),
        (MANY, "de", 2),
        (MANY, "German", 2),
        (medium(track(0), track(1, "zho")), "MANDARIN", 1),
        (medium(track(0, "ger"), track(1, "de-AT")), "deu", 0),
    ],
)
def test_the_track_to_take(info: MediumInfo, wanted: str, index: int) -> None:
    assert choose_track(info, wanted, b"a.mkv").index == index


@pytest.mark.parametrize("wanted", ["0", "5", "fr", "klingonisch", "1.5", "²"])
def test_a_track_that_is_not_there(wanted: str) -> None:
    with pytest.raises(TrackMissing, match="Kommentar") as raised:
        choose_track(MANY, wanted, b"a.mkv")
    assert f"“{wanted}”" in str(raised.value)


def test_no_audio_at_all() -> None:
    with pytest.raises(NoAudio, match=r"a\.mkv"):
        choose_track(medium(), "", b"a.mkv")


@needs_posix
@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/a/ä 🎬.mp4".encode(), "/a/ä 🎬.mp4"),
        (b"/a/\xff\xfe.mp4", r"/a/\xff\xfe.mp4"),
        (b"/a/\n\x1b[31m.mp4", r"/a/\n\x1b[31m.mp4"),
    ],
)
def test_a_path_as_it_is_shown_can_be_printed(path: bytes, shown: str) -> None:
    assert display_name(path) == shown
    shown.encode("utf-8")


@integration
async def test_a_medium_is_described(worker: Worker, made: Make, sample: Path) -> None:
    info = await probe(worker, os.fsencode(sample))
    assert info.format == "mov"
    assert info.duration == pytest.approx(33.4, abs=0.1)
    assert info.has_video
    path = made("plain.wav", beeps(3, (1.5,)), *raw())
    assert (await probe(worker, os.fsencode(path))).tracks[0].codec == "pcm_s16le"


@integration
async def test_a_name_that_is_no_text_arrives_and_is_shown(worker: Worker, tmp_path: Path, sample: Path) -> None:
    (tmp_path / "text").write_text("This is no recording.\n" * 100)
    folder = os.fsencode(tmp_path)
    good, bad = folder + b"/\xff \xf0\x9f\x8e\xac.mp4", folder + b"/text \xff.mp4"
    os.link(tmp_path / "text", bad)
    shutil.copy(os.fsencode(sample), good)
    assert (await probe(worker, good)).duration == pytest.approx(33.4, abs=0.1)
    with pytest.raises(NotMedia) as raised:
        await probe(worker, bad)
    assert r"text \xff.mp4" in str(raised.value)
    str(raised.value).encode()


@integration
@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("missing.mp4", None, MediumMissing),
        ("file.txt/inside.mp4", None, MediumMissing),
        ("empty.mp4", b"", MediumEmpty),
        ("folder", None, NotMedia),
        ("list.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1/a.ts\n#EXT-X-ENDLIST\n", RefersElsewhere),
    ],
)
async def test_what_is_no_medium(worker: Worker, tmp_path: Path, name: str, content: bytes | None, error: type[DWhisperError]) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").touch()
    path = os.fsencode(tmp_path / name)
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error) as raised:
        await probe(worker, path)
    assert name in str(raised.value)


@integration
async def test_a_recording_that_broke_off_is_told_from_a_text(worker: Worker, tmp_path: Path, sample: Path) -> None:
    whole = sample.read_bytes()  # noqa: ASYNC240
    (tmp_path / "broken off.mp4").write_bytes(whole.replace(b"moov", b"xxxx"))
    with pytest.raises(BrokenOff, match=r"broken off\.mp4.*untrunc"):
        await probe(worker, os.fsencode(tmp_path / "broken off.mp4"))
    for name in ("text.mp4", "text.txt"):
        (tmp_path / name).write_text("This is no recording.\n" * 100)
        with pytest.raises(NotMedia) as raised:
            await probe(worker, os.fsencode(tmp_path / name))
        assert type(raised.value) is NotMedia
        assert "is not a recording that FFmpeg can read" in str(raised.value)
        assert "untrunc" not in str(raised.value)


@integration
@needs_posix
async def test_a_recording_whose_index_is_cut_broke_off_too(worker: Worker, tmp_path: Path, sample: Path) -> None:
    """Its index comes first, and of what is left libavformat makes a film without sound."""
    path = tmp_path / "cut.mp4"
    path.write_bytes(sample.read_bytes()[:9000])  # noqa: ASYNC240
    with pytest.raises(BrokenOff, match="the index is cut"):
        await probe(worker, os.fsencode(path))


@integration
async def test_pipes_sockets_and_devices_are_not_opened(worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's name must be short
    os.mkfifo("pipe.mp4")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.mp4")
        for path in (b"pipe.mp4", b"socket.mp4", b"/dev/zero"):
            with pytest.raises(NotMedia):
                await probe(worker, path)
            with pytest.raises(NotMedia):
                await fingerprint(path)


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Mode bits mean nothing to root."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@integration
@needs_posix
async def test_what_may_not_be_read(worker: Worker) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103
        path = Path(folder) / "secret.mp4"
        path.write_bytes(b"x" * 100)
        path.chmod(0)
        with as_somebody_else():
            with pytest.raises(MediumUnreadable, match="Permission denied"):
                await probe(worker, os.fsencode(path))
            with pytest.raises(MediumUnreadable, match="Permission denied"):
                await fingerprint(os.fsencode(path))


@integration
async def test_a_fingerprint_tells_a_change_of_any_of_three_blocks(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    content = bytearray(1_000_000)
    path.write_bytes(content)
    os.utime(path, ns=(0, 10**18))
    first = await fingerprint(os.fsencode(path))
    assert first == await fingerprint(os.fsencode(path))
    assert (first.size, first.modified_ns) == (1_000_000, 10**18)
    for place in (0, 500_000, 999_999):
        changed = bytearray(content)
        changed[place] = 1
        path.write_bytes(changed)
        os.utime(path, ns=(0, 10**18))
        assert (await fingerprint(os.fsencode(path))).blocks != first.blocks
    path.write_bytes(content)
    assert (await fingerprint(os.fsencode(path))).blocks == first.blocks
    assert (await fingerprint(os.fsencode(path))).modified_ns != first.modified_ns
    path.write_bytes(b"short")
    assert (await fingerprint(os.fsencode(path))).size == 5


@integration
async def test_a_fingerprint_of_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MediumMissing):
        await fingerprint(os.fsencode(tmp_path / "missing.mp4"))
