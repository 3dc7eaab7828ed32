"""The probe and files damaged in all ways: one worker lives through all of them, and says soon what makes sense, or a sentence."""

import asyncio
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from dwhisper_worker.contract import MediumInfo
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dwhisper_gui.core.errors import MediumError
from dwhisper_gui.media.probe import probe
from dwhisper_gui.workers.child import Worker, worker_command
from tests.media.beeps import beeps, ffmpeg, raw

EXAMPLES = os.environ.get("DWHISPER_EXAMPLES")
"""How many to try, other ones each time; by default some, always the same."""
LONGEST_SECONDS = 12 * 3600
"""Of a second and a half, whatever its times say."""
MOST_SECONDS = 40.0
"""The worker reads for up to 30 s. Of all these files it should take as long only where libavformat believes in millions of packets."""

PICTURE = ("-f", "lavfi", "-i", "color=s=32x32:r=5:d=1.5", "-c:v", "mpeg4")
KINDS: dict[str, tuple[str, ...]] = {
    "a.mp4": (*PICTURE, "-c:a", "aac", "-movflags", "+faststart"),
    "fragments.mp4": ("-c:a", "aac", "-movflags", "empty_moov", "-frag_duration", "300000"),
    "a.mkv": (*PICTURE, "-c:a", "aac", "-cluster_time_limit", "400"),
    "a.webm": ("-c:a", "libopus", "-b:a", "16k"),
    "a.avi": (*PICTURE, "-c:a", "mp2"),
    "a.flv": ("-c:a", "aac"),
    "a.ts": (*PICTURE, "-c:a", "mp2"),
    "a.mpg": ("-c:a", "mp2", "-f", "mpeg"),
    "a.wav": ("-ar", "8000"),
    "a.mp3": ("-c:a", "libmp3lame", "-b:a", "16k"),
    "a.ogg": ("-c:a", "libvorbis"),
    "a.flac": ("-ar", "8000"),
    "a.wma": ("-c:a", "wmav2"),
}
ENDS = ((b"\0", b"\0"), (b"\x7f", b"\xff"), (b"\xff", b"\xff"))
HIGH_FIRST = [first + rest * (size - 1) for size in (1, 2, 4, 8) for first, rest in ENDS]
EXTREMES = HIGH_FIRST + [bytes(reversed(number)) for number in HIGH_FIRST]
"""What numbers in headers are at most and at least, whichever byte comes first."""


@dataclass(frozen=True)
class Damage:
    """One change. Places are counted from a file's beginning or (below 0) its end, and go around."""

    how: str
    at: int
    new: bytes = b""
    length: int = 0
    other: str = ""

    def done_to(self, content: bytes, media: dict[str, bytes]) -> bytes:
        at = self.at % max(1, len(content))
        end = at + self.length
        match self.how:
            case "cut":
                return content[:at]
            case "overwrite":
                return content[:at] + self.new + content[at + len(self.new) :]
            case "leave out":
                return content[:at] + content[end:]
            case "repeat":
                return content[:end] + content[at:]
            case "go on as another":
                other = media[self.other]
                return content[:at] + other[self.length % len(other) :]
        raise ValueError(self.how)


# Most of what is worth damaging lies at a file's beginning, or at its end.
places = st.integers(0, 600) | st.integers(-600, -1) | st.integers(0, 1 << 16)
names = st.sampled_from(sorted(KINDS))
damages = st.one_of(
    st.builds(Damage, st.just("overwrite"), places, st.sampled_from(EXTREMES) | st.binary(min_size=1, max_size=8)),
    st.builds(Damage, st.just("cut"), places),
    st.builds(Damage, st.sampled_from(["leave out", "repeat"]), places, length=st.integers(1, 300)),
    st.builds(Damage, st.just("go on as another"), places, length=places, other=names),
)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A second and a half of each container, by name."""
    folder = tmp_path_factory.mktemp("whole")
    for name, words in KINDS.items():
        ffmpeg(*raw(16_000), *words, folder / name, sound=beeps(1.5, (0.5,), 16_000))
    return {name: (folder / name).read_bytes() for name in KINDS}


def assert_sensible(info: MediumInfo) -> None:
    """Numbers that the rest of the program can reckon with."""
    times = [info.duration, info.declared_duration]
    for index, track in enumerate(info.tracks):
        assert track.index == index
        assert min(track.channels, track.sample_rate) >= 0
        times += [track.start, track.declared_end, track.last_packet_end]
    assert all(math.isfinite(time) and time >= 0 for time in times if time is not None), times
    assert not info.tracks or (info.duration or 0) <= LONGEST_SECONDS
    assert info.frame_rate is None or min(info.frame_rate) > 0
    assert info.format


@pytest.mark.integration
@pytest.mark.slow
def test_whatever_is_in_a_file_the_answer_makes_sense_or_is_a_sentence(media: dict[str, bytes], tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        worker = runner.run(Worker.start(worker_command(()), name="ears"))

        @settings(max_examples=int(EXAMPLES or 1500), derandomize=not EXAMPLES, database=None)
        @example("a.mpg", [Damage("overwrite", 32, b"\x00\x80\xc0\n\x00")])  # its times say that it ends before it begins,
        @example("a.wma", [Damage("overwrite", 90, bytes(8))])  # and its header does
        @given(names, st.lists(damages, min_size=1, max_size=5))
        def check(name: str, done: list[Damage]) -> None:
            content = media[name]
            for damage in done:
                content = damage.done_to(content, media)
            path = tmp_path / name
            path.write_bytes(content)
            began = time.monotonic()
            try:
                answer: MediumInfo | str = runner.run(probe(worker, os.fsencode(path)))
            except MediumError as error:
                answer = error.sentence()
            assert time.monotonic() - began < MOST_SECONDS
            assert worker.alive
            if isinstance(answer, str):
                assert name in answer
            else:
                assert_sensible(answer)

        try:
            check()
        finally:
            runner.run(worker.close())
