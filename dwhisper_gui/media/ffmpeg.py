"""FFmpeg's program: where it is, and the command lines it is given. Nothing else here uses ffmpeg-python."""

import os
import re
import shutil
from dataclasses import dataclass

import ffmpeg
import imageio_ffmpeg
from dwhisper_worker.contract import SAMPLE_RATE

from dwhisper_gui.core.errors import FFmpegMissing


def find_ffmpeg() -> str:
    """The program: the system's, else the one in the wheel imageio-ffmpeg, which is tried out the first time (some 0.1 s).

    Raises `FFmpegMissing`."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise FFmpegMissing from error


SHIFT_SECONDS = 100_000
"""Added to all times that `decode_command` puts out: Matroska knows none below 0, some media do."""


_MEDIUM = "file:medium"


def decode_command(
    program: str, path: bytes, container: str, track: int, seek: float, *, joined: bool = False, channel: int | None = None
) -> list[str]:
    """Decodes one audio track (counted among the audio tracks) to standard output, from `seek` seconds of the medium on or some before.

    What comes out is Matroska with mono 16-bit PCM at `SAMPLE_RATE`: a container, since its blocks carry the times of the file, however
    those jump (plus `SHIFT_SECONDS`). What the file's times count from is told on standard error (see `start_time`).

    Filling gaps by `aresample=async=1:first_pts=0` was tried: where a broadcast changes from stereo to 5.1, FFmpeg builds that filter
    anew, and all of the time before comes out once more as silence. `-start_at_zero` counts from the track's start in an MPEG-TS, not
    from the medium's.

    In a `joined` medium (see `joined.py`) the file's times would go back; there FFmpeg makes its own, which go on and count from 0.
    They are right only if read from the beginning.

    `channel`: of a stereo track the one that is heard alone."""
    seeking: dict[str, str | None] = {"ss": f"{seek:.3f}", "noaccurate_seek": None} if seek > 0 and not joined else {}
    # Stereo first: a broadcast may change to mono, which has no right channel, and back.
    alone = "" if channel is None else f"aformat=channel_layouts=stereo,pan=mono|c0=c{channel},"
    sound = _input(container, **seeking)[f"a:{track}"].output(
        "pipe:1",
        format="matroska",
        acodec="pcm_s16le",
        # By one filter, which mixes down, resamples and rounds at once.
        af=f"{alone}aresample={SAMPLE_RATE},aformat=sample_fmts=s16:channel_layouts=mono",
        output_ts_offset=SHIFT_SECONDS,
        map_metadata=-1,
        map_chapters=-1,
    )
    return _words(program, path, sound, joined)


def levels_command(program: str, path: bytes, container: str, track: int, start: float, seconds: float) -> list[str]:
    """Tells in its log how loud the left channel, the right one and their mix are in a range, in that order (see `level`)."""
    heard = _input(container, ss=f"{start:.3f}", t=f"{seconds:.3f}")[f"a:{track}"].output(
        "-",
        format="null",
        # The band of a voice: what hums below it is often the same in channels whose voices are opposite. A second at once is quicker,
        # since FFmpeg wakes its threads for each frame.
        af="aformat=channel_layouts=stereo,aresample=8000,asetnsamples=8000,highpass=f=200,pan=2.1|c0=c0|c1=c1|c2=0.5*c0+0.5*c1,"
        "astats=measure_overall=none:measure_perchannel=RMS_level",
    )
    return _words(program, path, heard, joined=True)  # no time of the file's is told


SHOT_SCORE = 10
"""Of 100; FFmpeg's documentation calls 8 to 14 good for its filter scdet."""
SHOT_WIDTH = 160
"""Pixels. A shot is seen as well in a small picture, and sooner."""


def shots_command(program: str, path: bytes, container: str, *, joined: bool = False) -> list[str]:
    """Tells on standard output, in lines of the filter metadata, each frame of the picture with which a shot begins.

    Its times are the file's; `joined` and what they count from: as of `decode_command`."""
    seen = _input(container)["V:0"].output(
        "-",
        format="null",
        vf=f"scale={SHOT_WIDTH}:-2:flags=fast_bilinear,scdet=threshold={SHOT_SCORE}:sc_pass=1,metadata=mode=print:file=-",
    )
    return _words(program, path, seen, joined)


def _input(container: str, **options: str | None) -> "ffmpeg.nodes.FilterableStream":
    """The medium, as probed: nothing is guessed anew, and a list of other files is not taken for one."""
    return ffmpeg.input(_MEDIUM, format=container.partition(",")[0], protocol_whitelist="file", **options)


def _words(program: str, path: bytes, made: "ffmpeg.nodes.OutputStream", joined: bool) -> list[str]:
    options = (*(() if joined else ("-copyts",)), "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info")
    words = [str(word) for word in made.global_args(*options).compile(cmd=program)]
    # "file:" keeps a colon or a leading dash in a name from meaning anything. The name is put in here, since ffmpeg-python takes no
    # surrogates, by which Python's strings carry bytes that can't be decoded.
    words[words.index(_MEDIUM)] = "file:" + os.fsdecode(os.path.abspath(path))  # noqa: PTH100 - bytes
    return words


def start_time(line: str) -> float | None:
    """What the file's times count from, in seconds, where a line of ffmpeg's log says so."""
    told = _START.match(line)
    return None if told is None else float(told["start"] or 0)


def mapped_stream(line: str) -> int | None:
    """Which of the file's streams is decoded, where a line of ffmpeg's log says so."""
    told = _MAPPED.match(line)
    return None if told is None else int(told["stream"])


def level(line: str) -> float | None:
    """How loud a channel is, in dB of full scale, where a line of the log of `levels_command` says so."""
    told = _LEVEL.match(line)
    return None if told is None else float(told["decibels"])


def first_sound(line: str) -> bool:
    """Whether a line of ffmpeg's log is the one that it writes once it has decoded something."""
    return line.startswith(_OUTPUT)


@dataclass(frozen=True, slots=True)
class Complaint:
    """`speaker`: what in ffmpeg complains, a demuxer or a decoder, mostly by its format's name; empty where it does not say. `stream`: the
    only one of the file's streams that it is about; None where it may be about any."""

    text: str
    speaker: str = ""
    stream: int | None = None


def complaint(line: str) -> Complaint | None:
    """What ffmpeg complains of, where a line of its log is an error, or a warning of corrupt data."""
    told = _ERROR.match(line)
    if told is None:
        return None
    stream = _CORRUPT.search(told["text"])
    return Complaint(told["text"].strip(), told["speaker"] or "", stream and int(stream["stream"]))


_SPEAKER = r"(?:\[(?P<speaker>[^\]]*) @ \w+\] )?(?:\[[^\]]* @ \w+\] )*"
_START = re.compile(_SPEAKER + r"\[info\]   Duration: (?:N/A|[\d:.]+)(?:, start: (?P<start>-?[\d.]+))?")
_MAPPED = re.compile(r"\[info\]   Stream #0:(?P<stream>\d+) -> #0:0 ")
_LEVEL = re.compile(r"\[Parsed_astats_\d+ @ \w+\] \[info\] RMS level dB: (?P<decibels>-?(?:inf|nan|[\d.]+))")
_OUTPUT = "[info] Output #0, "
_ERROR = re.compile(_SPEAKER + r"\[(?:error|fatal|panic|warning(?=\] .*\b[Cc]orrupt))\] (?P<text>.*)")
_CORRUPT = re.compile(r"corrupt (?:\(stream =|input packet in stream) (?P<stream>\d+)")
