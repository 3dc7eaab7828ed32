"""Times are as a player shows them: tone bursts at known times are found where they were, in media of every kind, by both ffmpegs,
whether reading begins at the start or somewhere inside."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from dwhisper_worker.contract import BYTES_PER_SECOND, Span

from dwhisper_gui.media.extract import Source, extract, measure_duration
from tests.media.beeps import beeps, inside, onsets, raw
from tests.media.conftest import Make

pytestmark = pytest.mark.integration

TOLERANCE = 0.05
SECONDS = 60.0
TIMES = (0.5, 7.0, 13.3, 20.2, 26.0, 32.0, 39.7, 44.0, 51.0, 59.5)
SPANS = (Span(0, 60), Span(20.333, 40.678), Span(38.9, 41.1), Span(50, 60))

VIDEO = ("-f", "lavfi", "-i", "testsrc=r=25:s=64x48:d=60", "-g", "250")
WEBM = (*VIDEO, "-r", "5", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8")
MPEG = (*VIDEO, "-c:v", "mpeg2video")


async def check(path: Path, container: str, times: Sequence[float], spans: Sequence[Span] = SPANS, *, track: int = 0) -> None:
    """That a medium's bursts are found at `times` in all of the spans, and each span has its length."""
    source = Source(os.fsencode(path), container, track)
    for span in spans:
        pcm = await extract(source, span)
        found = onsets(pcm, span.start)
        assert found == pytest.approx(inside(times, span.start, span.end), abs=TOLERANCE), span
        assert len(pcm) <= round(span.duration * BYTES_PER_SECOND)
        if span.end <= times[-1]:
            assert len(pcm) == 2 * (round(span.end * 16_000) - round(span.start * 16_000))


@dataclass(frozen=True, slots=True)
class Kind:
    """How to make a medium of one kind, and its container's name."""

    name: str
    container: str
    words: tuple[str, ...]
    rate: int = 44_100


KINDS = [
    Kind("sound.wav", "wav", ()),
    Kind("sound.flac", "flac", ()),
    Kind("cbr.mp3", "mp3", ("-b:a", "64k")),
    Kind("vbr.mp3", "mp3", ("-q:a", "5")),
    Kind("vbr-without-index.mp3", "mp3", ("-q:a", "5", "-write_xing", "0", "-id3v2_version", "0")),
    Kind("adts.aac", "aac", ()),
    Kind("vorbis.ogg", "ogg", ("-c:a", "libvorbis")),
    Kind("opus.opus", "ogg", ("-c:a", "libopus"), 48_000),
    Kind("sound.m4a", "mov", ()),
    Kind("video.mp4", "mov", (*VIDEO, "-c:a", "aac")),
    Kind("variable-frame-rate.mp4", "mov", (*VIDEO, "-vf", r"select=lt(mod(n\,50)\,5)", "-fps_mode", "vfr", "-c:a", "aac")),
    Kind("video.mkv", "matroska", (*VIDEO, "-c:a", "aac")),
    Kind("vorbis.webm", "matroska", (*WEBM, "-c:a", "libvorbis")),
    Kind("opus.webm", "matroska", (*WEBM, "-c:a", "libopus"), 48_000),
    Kind("from-an-hour.ts", "mpegts", (*VIDEO, "-c:a", "mp2", "-output_ts_offset", "3600"), 48_000),
    Kind("ac3.ts", "mpegts", (*VIDEO, "-c:a", "ac3"), 48_000),
    Kind("program-stream.mpg", "mpeg", (*MPEG, "-c:a", "mp2", "-f", "vob"), 48_000),
    Kind("mp3.avi", "avi", (*VIDEO, "-c:a", "libmp3lame", "-q:a", "5")),
    Kind("video.flv", "flv", (*VIDEO, "-c:a", "aac")),
    Kind("video.mov", "mov", (*VIDEO, "-c:a", "pcm_s16le")),
]


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_every_container(kind: Kind, made: Make) -> None:
    path = made(kind.name, beeps(SECONDS, TIMES, kind.rate), *raw(kind.rate), *kind.words)
    await check(path, kind.container, TIMES)


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(("name", "container"), [("late.mp4", "mov"), ("late.mkv", "matroska"), ("late.ts", "mpegts")])
async def test_sound_that_begins_after_the_picture_is_as_late_as_it_is(name: str, container: str, made: Make) -> None:
    # In the mp4 this is an edit list with an empty edit.
    path = made(name, beeps(SECONDS, TIMES), "-itsoffset", "3.2", *raw(), *VIDEO, "-map", "0:a", "-map", "1:v", "-c:a", "aac")
    late = [time + 3.2 for time in TIMES]
    await check(path, container, late, [Span(0, 60), Span(0, 3), Span(0.5, 4.5), Span(30, 50)])
    start = await extract(Source(os.fsencode(path), container, 0), Span(0, 3))
    assert start == bytes(3 * BYTES_PER_SECOND)


@pytest.mark.usefixtures("program")
async def test_what_an_edit_list_cuts_off_is_not_there(made: Make) -> None:
    whole = made("whole.m4a", beeps(SECONDS, TIMES), *raw(), "-c:a", "aac")
    path = made("edited.m4a", None, "-ss", "2.3", "-i", whole, "-c", "copy")
    await check(path, "mov", [time - 2.3 for time in TIMES if time > 2.3])


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("name", "container", "codec"),
    [
        ("gap.mkv", "matroska", "aac"),
        ("gap.webm", "matroska", "libvorbis"),
        ("gap.mp4", "mov", "aac"),
        ("gap.ts", "mpegts", "mp2"),
        ("gap.mka", "matroska", "flac"),
    ],
)
async def test_gaps_in_the_timestamps_are_silence(name: str, container: str, codec: str, made: Make) -> None:
    """One of 12 s, more than ffmpeg takes for a jump of the clock."""
    whole = made(f"before-{name}", beeps(SECONDS, TIMES, 48_000), *raw(48_000), "-c:a", codec)
    path = made(name, None, "-i", whole, "-c", "copy", "-bsf:a", r"noise=drop=between(pts*tb\,18\,30)")
    left = [time for time in TIMES if not 17.9 < time < 30]
    # The third ends inside the gap, the fourth lies in it, the fifth begins in it.
    await check(path, container, left, [Span(0, 60), Span(10, 35), Span(10, 25), Span(20, 28), Span(25, 50), Span(40, 60)])


@pytest.mark.usefixtures("program")
async def test_where_timestamps_jump_back_what_comes_twice_counts_once(made: Make) -> None:
    """Two recordings in one file, the second of which begins 2 s before the first ends."""
    first = made("first.ts", beeps(20, (1, 8, 17), 48_000), *raw(48_000), "-c:a", "mp2")
    second = made("second.ts", beeps(20, (1, 8, 17), 48_000), *raw(48_000), "-c:a", "mp2", "-output_ts_offset", "18")
    path = first.with_name("overlap.ts")
    path.write_bytes(first.read_bytes() + second.read_bytes())
    await check(path, "mpegts", [1, 8, 17, 26, 35], [Span(0, 38), Span(10, 30), Span(24, 36)])


@pytest.mark.usefixtures("program")
async def test_a_change_from_stereo_to_surround_changes_no_time(made: Make) -> None:
    first = made("stereo.ts", beeps(20, (1, 8, 17), 48_000), *raw(48_000), "-ac", "2", "-c:a", "ac3")
    second = made("surround.ts", beeps(20, (1, 8, 17), 48_000), *raw(48_000), "-ac", "6", "-c:a", "ac3", "-output_ts_offset", "20")
    path = first.with_name("changing.ts")
    path.write_bytes(first.read_bytes() + second.read_bytes())
    await check(path, "mpegts", [1, 8, 17, 21, 28, 37], [Span(0, 40), Span(10, 30), Span(24, 39)])


@pytest.mark.usefixtures("program")
async def test_sound_that_lies_long_before_its_picture_in_the_file_is_found(made: Make) -> None:
    import av

    plain = made("plain.mkv", beeps(SECONDS, TIMES), *raw(), *VIDEO, "-c:a", "aac")
    path = plain.with_name("ahead.mkv")
    if not path.exists():
        with av.open(plain) as source, av.open(path, "w", options={"max_interleave_delta": "1"}) as target:
            copies = {stream.index: target.add_stream_from_template(stream) for stream in (*source.streams.video, *source.streams.audio)}
            packets = [
                (float(packet.dts * packet.time_base) - 8 * (packet.stream.type == "audio"), packet)
                for packet in source.demux()
                if packet.dts is not None and packet.time_base is not None
            ]
            for _, packet in sorted(packets, key=lambda pair: pair[0]):
                packet.stream = copies[packet.stream.index]
                target.mux(packet)
    # The picture that is sought for 12 s is that of 10 s, and the sound beside it that of 18 s.
    await check(path, "matroska", TIMES, [Span(12.8, 25), Span(35, 50), Span(0, 60)])


@pytest.mark.usefixtures("program")
async def test_the_track_that_is_asked_for(made: Make) -> None:
    one = made("one.wav", beeps(SECONDS, (2, 30)), *raw())
    path = made("tracks.mkv", beeps(SECONDS, (5, 40)), *raw(), "-i", one, *VIDEO, *"-map 2:v -map 1:a -map 0:a -c:a aac".split())
    await check(path, "matroska", [2, 30], [Span(0, 60), Span(25, 35)], track=0)
    await check(path, "matroska", [5, 40], [Span(0, 60), Span(25, 45)], track=1)


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("name", ["adts.aac", "vbr-without-index.mp3", "late.mp4"])
async def test_a_duration_that_no_header_tells_is_measured(name: str, made: Make) -> None:
    if name == "late.mp4":
        path = made(name, beeps(SECONDS, TIMES), "-itsoffset", "3.2", *raw(), *VIDEO, "-map", "0:a", "-map", "1:v", "-c:a", "aac")
        expected, container = SECONDS + 3.2, "mov"
    else:
        kind = next(kind for kind in KINDS if kind.name == name)
        path = made(kind.name, beeps(SECONDS, TIMES), *raw(), *kind.words)
        expected, container = SECONDS, kind.container
    assert await measure_duration(Source(os.fsencode(path), container, 0)) == pytest.approx(expected, abs=TOLERANCE)


HOURS = 7200.0
LONG_TIMES = (1.0, *(float(time) for time in range(60, 7200, 60)), 7199.0)
LONG_SPANS = (Span(0, 62), Span(1234.567, 1265), Span(3590, 3610), Span(7130, 7200))
LONG_KINDS = [
    Kind("2h.m4a", "mov", ()),
    Kind("2h.mka", "matroska", ()),
    Kind("2h.ts", "mpegts", ("-output_ts_offset", "3600")),
    Kind("2h.flv", "flv", ()),
    Kind("2h.aac", "aac", ()),
]


@pytest.mark.slow
@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("kind", LONG_KINDS, ids=lambda kind: kind.name)
async def test_nothing_drifts_in_2_hours(kind: Kind, made: Make) -> None:
    sound = made("2h.m4a", beeps(HOURS, LONG_TIMES, 22_050), *raw(22_050), "-c:a", "aac", "-b:a", "16k")
    path = made(kind.name, None, "-i", sound, "-c", "copy", *kind.words)
    await check(path, kind.container, LONG_TIMES, LONG_SPANS)


@pytest.mark.slow
@pytest.mark.usefixtures("program")
async def test_nothing_drifts_in_2_hours_of_mp3_without_an_index(made: Make) -> None:
    words = ("-q:a", "9", "-write_xing", "0", "-id3v2_version", "0")
    path = made("2h.mp3", beeps(HOURS, LONG_TIMES, 32_000), *raw(32_000), *words)
    await check(path, "mp3", LONG_TIMES, LONG_SPANS)


@pytest.mark.slow
@pytest.mark.usefixtures("program")
async def test_read_from_the_start_2_hours_end_where_they_should(made: Make) -> None:
    """Without any seeking: times do not depend on where reading begins."""
    sound = made("2h.m4a", beeps(HOURS, LONG_TIMES, 22_050), *raw(22_050), "-c:a", "aac", "-b:a", "16k")
    pcm = await extract(Source(os.fsencode(sound), "mov", 0), Span(0, HOURS))
    tail = pcm[-70 * BYTES_PER_SECOND :]
    assert onsets(tail, len(pcm) / BYTES_PER_SECOND - 70) == pytest.approx([7140, 7199], abs=TOLERANCE)
