"""Which channel of a stereo track is heard: the sample, made into stereo of every kind that hides what is said, and of those that don't."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from dwhisper_worker.contract import Span

from dwhisper_gui.media.channels import LEFT, MIXED, RIGHT, lone_channel
from dwhisper_gui.media.extract import Source, extract
from dwhisper_gui.media.ffmpeg import find_ffmpeg
from dwhisper_gui.workers.child import Worker
from tests.media.conftest import Make, integration

pytestmark = pytest.mark.usefixtures("program")

WHOLE = Span(0.0, 33.4)
VOICE = "[0:a]aresample=48000,pan=mono|c0=c0"
"""The sample's, and behind it what is made of it and of the second input: the channels l and r."""
REVERSED = "asplit[x][y];[y]pan=mono|c0=-1*c0[z]"
NOISE = "anoisesrc=a={}:c=pink:r=48000"
HUM = "aevalsrc=0.4*sin(2*PI*50*t):s=48000"
TIME_CODE = "aevalsrc=0.4*sgn(sin(2*PI*(1000+500*gt(random(0)\\,0.5))*t)):s=48000"

EITHER = (LEFT, RIGHT)
KINDS = {
    "one voice in both": (VOICE + ",asplit[l][r]", HUM, (MIXED,)),
    "reversed": (f"{VOICE},{REVERSED};[x]anull[l];[z]anull[r]", HUM, EITHER),
    "reversed, the other is louder": (f"{VOICE},{REVERSED};[x]volume=0.6[l];[z]volume=0.9[r]", HUM, EITHER),
    "reversed, much quieter": (f"{VOICE},{REVERSED};[x]anull[l];[z]volume=0.3[r]", HUM, (LEFT,)),
    "reversed, in hum of one polarity": (
        f"{VOICE},{REVERSED};[1]asplit[h][i];[x][h]amix=2:normalize=0[l];[z][i]amix=2:normalize=0[r]",
        HUM,
        EITHER,
    ),
    "reversed, in noise": (f"{VOICE},{REVERSED};[x]anull[l];[z][1]amix=2:normalize=0[r]", NOISE.format(0.03), (LEFT,)),
    "nothing on the right": (f"{VOICE},asplit[l][y];[y]volume=0[r]", HUM, (MIXED,)),
    "nothing on the left": (f"{VOICE},asplit[r][y];[y]volume=0[l]", HUM, (MIXED,)),
    "hiss on the right": (f"{VOICE}[l];[1]anull[r]", NOISE.format(0.003), (MIXED,)),
    "noise on the left": (f"{VOICE}[r];[1]anull[l]", NOISE.format(0.3), (RIGHT,)),
    "time code on the right": (f"{VOICE}[l];[1]anull[r]", TIME_CODE, (LEFT,)),
    "two microphones a metre apart": (f"{VOICE},asplit[l][y];[y]adelay=3[r]", HUM, (MIXED,)),
    "two people, each on a channel": (
        f"{VOICE},asplit[x][y];[x]volume=0:enable='gt(t,16)'[l];[y]volume=0:enable='lt(t,16)'[r]",
        HUM,
        (MIXED,),
    ),
}


def stereo(made: Make, sample: Path, kind: str) -> Source:
    graph, other, _ = KINDS[kind]
    words = (
        "-i",
        sample,
        "-f",
        "lavfi",
        "-t",
        "34",
        "-i",
        other,
        "-filter_complex",
        f"{graph};[l][r]join=channel_layout=stereo,atrim=end=33.4",
    )
    return Source(os.fsencode(made(f"{kind}.flac", None, *words)), "flac", 0)


@integration
@pytest.mark.parametrize("kind", KINDS)
async def test_the_channel_that_is_heard(kind: str, worker: Worker, made: Make, sample: Path) -> None:
    assert await lone_channel(stereo(made, sample, kind), worker, WHOLE) in KINDS[kind][2]


@integration
async def test_a_channel_alone_is_that_channel_and_the_mix_what_it_always_was(made: Make, sample: Path) -> None:
    source = stereo(made, sample, "reversed, much quieter")

    def by_ffmpeg(before: str) -> bytes:
        af = f"{before}aresample=16000,aformat=sample_fmts=s16:channel_layouts=mono"
        command = [find_ffmpeg(), "-v", "error", "-i", os.fsdecode(source.path), "-af", af, "-f", "s16le", "pipe:1"]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=100).stdout

    for channel, before in ((MIXED, ""), (LEFT, "pan=mono|c0=c0,"), (RIGHT, "pan=mono|c0=c1,")):
        assert await extract(replace(source, channel=channel), WHOLE) == by_ffmpeg(before)[: 2 * round(WHOLE.end * 16_000)]


@integration
async def test_sound_that_becomes_mono_is_heard_on(made: Make, sample: Path) -> None:
    """As a broadcast's may: of that there is no right channel."""
    first = made("two.ts", None, "-i", sample, "-t", "10", "-ac", "2", "-c:a", "mp2", "-vn")
    second = made("one.ts", None, "-i", sample, "-t", "10", "-ac", "1", "-c:a", "mp2", "-vn", "-output_ts_offset", "10")
    path = first.with_name("becomes-mono.ts")
    path.write_bytes(first.read_bytes() + second.read_bytes())
    source = Source(os.fsencode(path), "mpegts", 0)
    alone = await extract(replace(source, channel=RIGHT), Span(0, 20))
    assert len(alone) == len(await extract(source, Span(0, 20)))
    assert max(alone[12 * 32_000 :]) > 0


@integration
async def test_where_nobody_speaks_or_nothing_can_be_read_all_is_heard(worker: Worker, made: Make, tmp_path: Path) -> None:
    words = ("-f", "lavfi", "-i", "anoisesrc=d=40:c=pink:a=0.1", "-af", "pan=stereo|c0=c0|c1=-1*c0")
    noise = made("reversed-noise.flac", None, *words)
    assert await lone_channel(Source(os.fsencode(noise), "flac", 0), worker, Span(0, 40)) is MIXED
    nothing = tmp_path / "nothing.flac"
    nothing.write_bytes(bytes(1000))
    assert await lone_channel(Source(os.fsencode(nothing), "flac", 0), worker, Span(0, 40)) is MIXED
