"""Command lines for ffmpeg, and what it says."""

import math
import os
import sys

import pytest

from dwhisper_gui.core.errors import FFmpegMissing
from dwhisper_gui.media.ffmpeg import Complaint, complaint, decode_command, find_ffmpeg, first_sound, level, mapped_stream, start_time


def test_the_command_names_container_track_and_place() -> None:
    words = decode_command("/bin/ffmpeg", b"/a/b.mp4", "mov", 2, 12.5)
    assert words[0] == "/bin/ffmpeg"
    before_input = words[1 : words.index("-i")]
    assert before_input[before_input.index("-f") :][:2] == ["-f", "mov"]
    assert before_input[before_input.index("-protocol_whitelist") :][:2] == ["-protocol_whitelist", "file"]
    assert before_input[before_input.index("-ss") :][:2] == ["-ss", "12.500"]
    assert words[words.index("-i") + 1] == f"file:{os.path.abspath('/a/b.mp4')}"  # noqa: PTH100
    assert words[words.index("-map") + 1] == "0:a:2"
    assert "-nostdin" in words


def test_from_the_beginning_nothing_is_sought() -> None:
    assert "-ss" not in decode_command("ffmpeg", b"a.mp4", "mov", 0, 0.0)


def test_where_the_clock_starts_anew_ffmpeg_makes_the_times_and_reads_from_the_beginning() -> None:
    words = decode_command("ffmpeg", b"a.ts", "mpegts", 0, 500.0, joined=True)
    assert "-ss" not in words
    assert "-copyts" not in words
    assert "-copyts" in decode_command("ffmpeg", b"a.ts", "mpegts", 0, 500.0)


def test_of_several_names_of_a_container_one_is_given() -> None:
    words = decode_command("ffmpeg", b"a.mp4", "mov,mp4,m4a,3gp,3g2,mj2", 0, 0.0)
    assert words[words.index("-f") + 1] == "mov"


@pytest.mark.skipif(sys.platform == "win32", reason="names there are no bytes")
@pytest.mark.parametrize(
    "name", [b"-i", b"a b.mp4", b"%03d.mp4", b'it\'s "x".mp4', b"a:b|c.mp4", b"\xff\xfe.mp4", b"\xf0\x9f\x8e\xac.mp4", b"a\nb"]
)
def test_any_name_arrives_byte_for_byte(name: bytes) -> None:
    words = decode_command("ffmpeg", b"/somewhere/" + name, "mov", 0, 0.0)
    assert os.fsencode(words[words.index("-i") + 1]) == b"file:/somewhere/" + name


@pytest.mark.parametrize(
    ("line", "start"),
    [
        ("[info]   Duration: 00:03:03.02, start: 1.440000, bitrate: 111 kb/s", 1.44),
        ("[info]   Duration: 00:03:00.01, start: -0.007000, bitrate: 25 kb/s", -0.007),
        ("[info]   Duration: N/A, start: 3600.000000, bitrate: N/A", 3600.0),
        ("[info]   Duration: N/A, bitrate: N/A", 0.0),
        ("[info]     title           : Duration: N/A, start: 5.000000", None),
        ("[error]   Duration: N/A, start: 5.000000", None),
        ("[info] Input #0, wav, from 'file:/a/  Duration: N/A, start: 5.000000.wav':", None),
    ],
)
def test_what_times_count_from(line: str, start: float | None) -> None:
    assert start_time(line) == start


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("[mov,mp4,m4a @ 0x5563] [error] moov atom not found", Complaint("moov atom not found", "mov,mp4,m4a")),
        ("[in#0 @ 0x5563] [error] Error opening input: Invalid data", Complaint("Error opening input: Invalid data", "in#0")),
        ("[aist#0:1/mp2 @ 0x55] [dec:mp2 @ 0x56] [error] Error submitting", Complaint("Error submitting", "aist#0:1/mp2")),
        ("[fatal] Stream map '0:a:3' matches no streams.", Complaint("Stream map '0:a:3' matches no streams.")),
        ("[h264 @ 0x55] [warning] something", None),
        (
            "[mpegts @ 0x55] [warning] Packet corrupt (stream = 0, dts = 1).",
            Complaint("Packet corrupt (stream = 0, dts = 1).", "mpegts", 0),
        ),
        ("[warning] a.ts: corrupt input packet in stream 12", Complaint("a.ts: corrupt input packet in stream 12", "", 12)),
        ("[info] [error] is only a name", None),
    ],
)
def test_what_it_complains_of(line: str, told: Complaint | None) -> None:
    assert complaint(line) == told


@pytest.mark.parametrize(
    ("line", "decibels"),
    [
        ("[Parsed_astats_3 @ 0x55f77651da00] [info] RMS level dB: -27.654708", -27.654708),
        ("[Parsed_astats_3 @ 0x55f77651da00] [info] RMS level dB: -inf", -math.inf),
        ("[Parsed_astats_3 @ 0x55f77651da00] [info] RMS level dB: 0.5", 0.5),
        ("[Parsed_astats_3 @ 0x55f77651da00] [info] Channel: 1", None),
        ("[info]     title           : RMS level dB: -3", None),
    ],
)
def test_how_loud_a_channel_is(line: str, decibels: float | None) -> None:
    assert level(line) == decibels


def test_which_stream_is_decoded_and_when_something_was() -> None:
    assert mapped_stream("[info]   Stream #0:12 -> #0:0 (aac (native) -> pcm_s16le (native))") == 12
    assert mapped_stream("[info]   Stream #0:1[0x101](eng): Audio: aac (LC)") is None
    assert first_sound("[info] Output #0, matroska, to 'pipe:1':")
    assert not first_sound("[info] Input #0, matroska,webm, from 'file:/a/Output #0, ':")


@pytest.mark.integration
def test_without_one_on_the_path_the_wheel_s_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.path.join(os.sep, "nowhere"))  # noqa: PTH118
    assert "imageio_ffmpeg" in find_ffmpeg()


def test_no_ffmpeg_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setenv("PATH", os.path.join(os.sep, "nowhere"))  # noqa: PTH118
    monkeypatch.setattr("imageio_ffmpeg.get_ffmpeg_exe", none)
    with pytest.raises(FFmpegMissing, match="Install ffmpeg"):
        find_ffmpeg()
