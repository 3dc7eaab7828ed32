"""What a medium holds and where its audio ends, with files that the real ffmpeg made."""

import os
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from dwhisper_worker.contract import Code, MediumInfo
from dwhisper_worker.errors import WorkerFailure
from dwhisper_worker.probe import probe as probe_bytes

from tests.worker.media import PICTURE, SECONDS, TONE, X264, cut, ffmpeg

pytestmark = pytest.mark.integration


def probe(path: Path) -> MediumInfo:
    return probe_bytes(os.fsencode(path))


def refusal(path: Path | bytes) -> WorkerFailure:
    with pytest.raises(WorkerFailure) as refused:
        probe_bytes(os.fsencode(path))
    return refused.value


def looks_cut(medium: MediumInfo) -> bool:
    """As the desktop judges it."""
    (track,) = medium.tracks
    assert track.last_packet_end is not None
    return track.declared_end is not None and track.last_packet_end < track.declared_end - 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def made(folder: Path) -> Callable[..., Path]:
    """A file of a name, made once: by ffmpeg with the arguments given."""

    def make(name: str, *arguments: str | Path) -> Path:
        path = folder / name
        if not path.exists():
            ffmpeg(*arguments, path)
        return path

    return make


Made = Callable[..., Path]


@pytest.fixture(scope="module")
def mp4(made: Made) -> Path:
    """60 s of picture and tone, the index in front."""
    return made("whole.mp4", *PICTURE, *TONE, *X264, "-c:a", "aac", "-movflags", "+faststart")


def streamed(path: Path, size: int) -> Path:
    """A WAV file whose header was never told how long it became."""
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", size)
    target = path.with_name(f"{size}.wav")
    target.write_bytes(content)
    return target


COPY = ("-c", "copy")
WHOLE: dict[str, tuple[str, ...]] = {
    "a.mkv": COPY,
    "a.mov": COPY,
    "a.flv": COPY,
    "a.ts": COPY,
    "fragments.mp4": (*COPY, "-movflags", "frag_keyframe+empty_moov"),
    "a.avi": ("-c:v", "mpeg4", "-c:a", "libmp3lame"),
    "a.webm": ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k", "-c:a", "libopus"),
    "a.mpg": ("-c:v", "mpeg2video", "-c:a", "mp2", "-ar", "44100"),
    "a.m4a": ("-vn", *COPY, "-movflags", "+faststart"),
    "a.wav": ("-vn",),
    "a.w64": ("-vn",),
    "a.flac": ("-vn",),
    "a.ogg": ("-vn", "-c:a", "libvorbis"),
    "a.opus": ("-vn", "-c:a", "libopus"),
    "a.mp3": ("-vn", "-c:a", "libmp3lame"),
    "a.aac": ("-vn", *COPY),
    "a.ac3": ("-vn", "-c:a", "ac3"),
    "a.wma": ("-vn", "-c:a", "wmav2", "-ar", "44100"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_of_any_kind_has_its_length_and_does_not_look_cut(made: Made, mp4: Path, name: str) -> None:
    medium = probe(made(name, "-i", mp4, *WHOLE[name]))
    assert medium.duration == pytest.approx(SECONDS, abs=0.15)  # some codecs pad at both ends
    assert not looks_cut(medium)
    assert medium.has_video == ("-vn" not in WHOLE[name])
    assert (medium.frame_rate == (25, 1)) == medium.has_video
    assert av.ContainerFormat(medium.format, "r").is_input


@pytest.mark.parametrize("name", ["whole.mp4", "a.mkv", "a.webm", "a.flv", "a.m4a", "a.flac", "a.mp3"])
def test_a_file_that_was_cut_in_the_middle_is_noticed(made: Made, mp4: Path, folder: Path, name: str) -> None:
    medium = probe(cut(made(name, "-i", mp4, *WHOLE.get(name, ())), folder / f"cut-{name}"))
    assert looks_cut(medium)
    assert medium.duration == pytest.approx(SECONDS / 2, abs=2)


def test_a_matroska_file_without_tags_is_known_as_cut_by_its_own_length(made: Made, mp4: Path, folder: Path) -> None:
    """Its streams declare nothing then; that none of them reaches the file's declared length tells."""
    untagged = made("untagged.mkv", "-i", mp4, *COPY)
    untagged.write_bytes(untagged.read_bytes().replace(b"DURATION", b"XURATION"))
    assert probe(untagged).tracks[0].declared_end is None
    medium = probe(cut(untagged, folder / "cut-untagged.mkv"))
    assert looks_cut(medium)
    assert medium.duration == pytest.approx(SECONDS / 2, abs=2)


def test_a_length_left_over_from_another_file_counts_for_nothing(made: Made, mp4: Path, folder: Path) -> None:
    stale = ("-metadata:s:a:0", "DURATION-eng=00:10:00.000000000")
    medium = probe(made("stale.mkv", "-i", mp4, *COPY, *stale))
    assert medium.tracks[0].declared_end == pytest.approx(SECONDS, abs=0.2)
    assert not looks_cut(medium)
    only = made("only-stale.mkv", "-i", mp4, *COPY, *stale)
    only.write_bytes(only.read_bytes().replace(b"DURATION\x44", b"XURATION\x44"))
    assert not looks_cut(probe(only))
    assert looks_cut(probe(cut(made("stale.mkv"), folder / "cut-stale.mkv")))


def test_a_plain_length_left_over_counts_for_nothing_either(made: Made, mp4: Path, folder: Path) -> None:
    """As programs leave it that cut a file and copy its tags."""
    stale = made("plain-stale.mkv", "-i", mp4, *COPY)
    stale.write_bytes(stale.read_bytes().replace(b"00:01:00.", b"01:01:00."))
    assert b"01:01:00." in stale.read_bytes()
    assert not looks_cut(probe(stale))
    medium = probe(cut(stale, folder / "cut-plain-stale.mkv"))
    assert looks_cut(medium)
    assert medium.tracks[0].declared_end == pytest.approx(SECONDS, abs=0.2)


@pytest.mark.parametrize("codec", ["libmp3lame", "aac"])
def test_sound_that_begins_late_in_an_avi_is_not_cut(made: Made, mp4: Path, folder: Path, codec: str) -> None:
    """FFmpeg delays it by empty chunks, which only the header counts."""
    late = ("-i", mp4, "-itsoffset", "10", "-i", mp4, "-map", "0:v", "-map", "1:a", "-c:v", "mpeg4", "-c:a", codec)
    path = made(f"late-{codec}.avi", *late)
    assert not looks_cut(probe(path))
    assert looks_cut(probe(cut(path, folder / f"cut-late-{codec}.avi")))


@pytest.mark.parametrize("name", ["short.mp4", "short.mkv", "short.ts", "short-untagged.mkv"])
def test_audio_that_ends_before_the_picture_is_not_cut(made: Made, mp4: Path, name: str) -> None:
    short = made("short.mp4", *PICTURE, *TONE, *X264, "-c:a", "aac", "-af", "atrim=end=20", "-movflags", "+faststart")
    path = made(name, "-i", short, *COPY)
    if "untagged" in name:
        path.write_bytes(path.read_bytes().replace(b"DURATION", b"XURATION"))
    medium = probe(path)
    assert medium.duration == pytest.approx(20, abs=0.1)
    assert medium.declared_duration == pytest.approx(SECONDS, abs=0.2)
    assert not looks_cut(medium)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_streamed_wav_is_as_long_as_what_is_in_it(made: Made, mp4: Path, size: int) -> None:
    medium = probe(streamed(made("a.wav", "-i", mp4, *WHOLE["a.wav"]), size))
    assert medium.duration == pytest.approx(SECONDS, abs=0.05)
    assert not looks_cut(medium)


@pytest.mark.parametrize("order", ["[0][1]", "[1][0]"], ids=["quiet first", "loud first"])
def test_an_mp3_without_a_header_is_as_long_as_its_packets_say(made: Made, order: str) -> None:
    """Its bit rate varies, so that libavformat's guess from the first seconds is far off, either way."""
    noise = ("-f", "lavfi", "-i", "anullsrc=d=30", "-f", "lavfi", "-i", "anoisesrc=d=30", "-ar", "44100")
    joined = ("-filter_complex", f"{order}concat=v=0:a=1")
    medium = probe(made(f"vbr{order}.mp3", *noise, *joined, "-c:a", "libmp3lame", "-q:a", "0", "-write_xing", "0"))
    assert medium.duration == pytest.approx(SECONDS, abs=0.1)
    assert medium.declared_duration is None
    assert not looks_cut(medium)


def test_a_recording_of_a_browser_has_no_declared_length(made: Made, mp4: Path, folder: Path) -> None:
    live = folder / "live.webm"
    ffmpeg("-i", made("a.webm", "-i", mp4, *WHOLE["a.webm"]), *COPY, "-live", "1", "-f", "webm", live)
    medium = probe(live)
    assert medium.declared_duration is None
    assert medium.duration == pytest.approx(SECONDS, abs=0.1)
    assert not looks_cut(medium)


def test_times_count_from_the_containers_first(made: Made, mp4: Path) -> None:
    late = probe(made("late.ts", "-i", mp4, *COPY, "-output_ts_offset", "3600"))
    assert late.duration == pytest.approx(SECONDS, abs=0.1)
    assert late.tracks[0].start == pytest.approx(0, abs=0.1)
    behind = probe(made("behind.mp4", "-i", mp4, "-itsoffset", "3.2", "-i", mp4, "-map", "0:v", "-map", "1:a", *COPY))
    assert behind.tracks[0].start == pytest.approx(3.2, abs=0.1)
    assert behind.tracks[0].last_packet_end == pytest.approx(SECONDS + 3.2, abs=0.1)


@pytest.mark.slow
def test_a_header_that_claims_a_thousand_hours_costs_no_time(made: Made, mp4: Path, folder: Path) -> None:
    content = made("a.mkv", "-i", mp4, *COPY).read_bytes()
    at = content.index(b"\x44\x89\x88") + 3  # Matroska's Duration, in milliseconds
    absurd = folder / "absurd.mkv"
    absurd.write_bytes(content[:at] + struct.pack(">d", 3_600_000_000.0) + content[at + 8 :])
    began = time.monotonic()
    medium = probe(absurd)
    assert medium.declared_duration == pytest.approx(3_600_000)
    assert medium.duration == pytest.approx(SECONDS, abs=0.1)
    assert time.monotonic() - began < 5


def test_tracks_have_what_their_tags_say(made: Made, mp4: Path) -> None:
    tracks = probe(
        made(
            "tracks.mkv",
            *("-i", mp4, "-map", "0:v", "-map", "0:a", "-map", "0:a", "-map", "0:a", *COPY),
            *("-metadata:s:a:0", "language=eng", "-metadata:s:a:0", "title=Kommentar für Hörer"),
            *("-metadata:s:a:1", "language=ger", "-disposition:a:1", "default", "-disposition:a:0", "0", "-disposition:a:2", "0"),
        )
    ).tracks
    assert [track.index for track in tracks] == [0, 1, 2]
    assert [track.language for track in tracks] == ["eng", "ger", None]
    assert [track.title for track in tracks] == ["Kommentar für Hörer", None, None]
    assert [track.default for track in tracks] == [False, True, False]
    assert {(track.codec, track.channels, track.sample_rate) for track in tracks} == {("aac", 1, 16000)}


def test_a_cover_is_no_video_and_a_video_may_have_no_sound(made: Made, mp4: Path) -> None:
    picture = made("cover.png", "-i", mp4, "-frames:v", "1")
    covered = probe(made("covered.m4a", "-i", mp4, "-i", picture, "-map", "0:a", "-map", "1", *COPY, "-disposition:v:0", "attached_pic"))
    assert (covered.has_video, covered.frame_rate) == (False, None)
    assert covered.duration == pytest.approx(SECONDS, abs=0.1)
    mute = probe(made("mute.mp4", "-i", mp4, "-an", *COPY))
    assert mute.tracks == ()
    assert mute.duration == pytest.approx(SECONDS, abs=0.1)


NAMES = [
    b"-i leading dash.m4a",
    b"with spaces and 'quotes' \"twice\".m4a",
    "雪 ☃️ 🎬.m4a".encode(),
    b"100%d %2F %s.m4a",
    b"http:: colons: and [brackets]*?.m4a",
    b"no suffix",
]


@pytest.mark.parametrize(
    "name",
    [
        *NAMES,
        pytest.param(b"no \xff\xfe utf-8 \xc3.m4a", marks=pytest.mark.skipif(sys.platform != "linux", reason="names are text there")),
    ],
)
def test_any_name_will_do(made: Made, mp4: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: bytes) -> None:
    monkeypatch.chdir(tmp_path)  # the names are relative, so that their first characters count
    Path(os.fsdecode(name)).write_bytes(made("a.m4a", "-i", mp4, *WHOLE["a.m4a"]).read_bytes())
    assert probe_bytes(name).duration == pytest.approx(SECONDS, abs=0.1)


LISTS = {
    "hls.m3u8": ("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:1/a.ts\n", "M3U playlist"),
    "hidden.mp4": ("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/passwd\n", "M3U playlist"),
    "plain.m3u": ("\ufeff#EXTM3U\na.mp3\n", "M3U playlist"),
    "list.ffconcat": ("ffconcat version 1.0\nfile 'a.m4a'\n", "concat list"),
    "headless.txt": ("file 'a.m4a'\nfile 'b.m4a'\n", "concat list"),
    "a.mpd": ('<?xml version="1.0"?>\n<!-- x --><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"></MPD>', "DASH manifest"),
    "a.sdp": ("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nm=audio 5004 RTP/AVP 96\r\n", "SDP description"),
    "odd.sdp": ("s=x\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 96\n", "playlist or manifest"),
    "a.pls": ("[playlist]\nFile1=a.mp3\n", "PLS playlist"),
    "a.xspf": ('<?xml version="1.0"?><playlist version="1"><trackList/></playlist>', "XSPF playlist"),
    "a.asx": ('<ASX version="3.0"><entry><ref href="mms://x/y"/></entry></ASX>', "ASX playlist"),
    "a.ram": ("rtsp://127.0.0.1:1/a.rm\n", "list of addresses"),
    "a.cue": ('PERFORMER "x"\nFILE "a.wav" WAVE\n  TRACK 01 AUDIO\n', "cue sheet"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_other_files_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(LISTS[name][0], encoding="utf-8", newline="")
    refused = refusal(path)
    assert refused.code == Code.REFERS_ELSEWHERE
    assert refused.fields == {"path": str(path), "format": LISTS[name][1]}


def test_nothing_else_is_opened_even_where_a_list_passes_for_harmless(
    made: Made, mp4: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the other two defences gone, libavformat follows the list, but no protocol is left to it."""
    monkeypatch.setattr("dwhisper_worker.probe.kind_of_list", lambda head: None)
    monkeypatch.setattr("dwhisper_worker.probe.harmless_formats", lambda: "concat,hls,mov")
    (tmp_path / "a.m4a").write_bytes(made("a.m4a", "-i", mp4, *WHOLE["a.m4a"]).read_bytes())
    path = tmp_path / "list.ffconcat"
    path.write_text("ffconcat version 1.0\nfile 'a.m4a'\n")
    monkeypatch.chdir(tmp_path)
    assert refusal(path).code == Code.REFERS_ELSEWHERE


NO_MEDIA = {
    "text": b"Dear reader,\nthis is no film.\n",
    "empty": b"",
    "zeros": bytes(5000),
    "xml": b"<html><body>404</body></html>",
    "noise": bytes(range(256)) * 50,
}


@pytest.mark.parametrize("kind", NO_MEDIA)
def test_what_is_no_medium_is_said_to_be_none(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(NO_MEDIA[kind])
    refused = refusal(path)
    assert refused.code == Code.NOT_MEDIA
    assert refused.fields["path"] == str(path)
    assert refused.fields["detail"]


def test_a_wav_that_was_cut_says_how_long_it_was(made: Made, folder: Path) -> None:
    whole = made("whole.wav", *TONE)
    (track,) = probe(cut(whole, folder / "half.wav")).tracks
    (full,) = probe(whole).tracks
    assert full.declared_end == full.last_packet_end
    assert track.declared_end == full.declared_end
    assert track.last_packet_end is not None
    assert full.last_packet_end is not None
    assert track.last_packet_end < full.last_packet_end - 1


def test_a_picture_is_no_list(folder: Path) -> None:
    """By its suffix libavformat takes it for a row of numbered pictures."""
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=640x360", "-frames:v", "1", "-f", "mjpeg", folder / "picture.jpg")
    refused = refusal(folder / "picture.jpg")
    assert (refused.code, refused.fields["detail"]) == (Code.NOT_MEDIA, "it is a picture")


def test_an_mp4_without_its_index_is_said_to_lack_it(made: Made, folder: Path) -> None:
    whole = made("index-behind.mp4", *TONE, "-c:a", "aac")
    assert refusal(cut(whole, folder / "no-index.mp4")).fields["detail"] == "moov atom not found"


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    assert refusal(tmp_path / "missing.mp4").code == Code.UNREADABLE
    assert refusal(tmp_path).code == Code.UNREADABLE
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.mp4")
        assert refusal(tmp_path / "pipe.mp4").code == Code.UNREADABLE
        (tmp_path / "device.mp4").symlink_to("/dev/zero")
        assert refusal(tmp_path / "device.mp4").code == Code.UNREADABLE


def test_where_time_runs_out_the_end_is_not_known(made: Made, mp4: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made("a.webm", "-i", mp4, *WHOLE["a.webm"])
    live = path.with_name("live-too.webm")
    ffmpeg("-i", path, *COPY, "-live", "1", "-f", "webm", live)
    clock = iter(range(1000))
    monkeypatch.setattr("dwhisper_worker.tails.time.monotonic", lambda: float(next(clock)))
    medium = probe(live)
    assert (medium.duration, medium.tracks[0].last_packet_end) == (None, None)


@pytest.mark.skipif(sys.platform != "linux", reason="a file that can be opened but not read")
def test_a_file_that_can_not_be_read_is_told_with_the_systems_words() -> None:
    refused = refusal(b"/proc/self/mem")
    assert (refused.code, refused.fields["detail"]) == (Code.UNREADABLE, "Input/output error")
