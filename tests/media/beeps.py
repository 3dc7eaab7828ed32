"""Tone bursts at known times: made into media of every kind, and found again in what was extracted from them."""

import array
import math
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from dwhisper_worker.contract import SAMPLE_RATE

from dwhisper_gui.media.ffmpeg import find_ffmpeg

BEEP_SECONDS = 0.1
QUIET_SAMPLES = SAMPLE_RATE // 50
MAKER = shutil.which("ffmpeg") or find_ffmpeg()
"""The system's where there is one, also where a test hides that from the program: others know other words."""
LOUD = 2000
"""A sixth of a beep's height: an encoder's ringing before it is lower."""


def ffmpeg(*words: str | Path | float, sound: bytes | None = None, folder: Path | None = None) -> None:
    """Runs ffmpeg to make a medium; `sound` is its standard input."""
    command = [MAKER, "-hide_banner", "-loglevel", "error", "-y", *map(str, words)]
    subprocess.run(command, input=sound, check=True, cwd=folder, timeout=100)


def beeps(seconds: float, times: Iterable[float], rate: int = 44_100, *, hertz: float = 1000.0) -> bytes:
    """Mono PCM: silence with a tone burst of 0.1 s at each of the times."""
    sound = bytearray(2 * round(seconds * rate))
    length = round(BEEP_SECONDS * rate)
    tone = array.array("h", (round(12_000 * math.sin(2 * math.pi * hertz * i / rate)) for i in range(length))).tobytes()
    for time in times:
        at = 2 * round(time * rate)
        sound[at : at + len(tone)] = tone[: max(0, len(sound) - at)]
    return bytes(sound)


def raw(rate: int = 44_100) -> tuple[str, ...]:
    """ffmpeg's words for reading what `beeps` makes."""
    return ("-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "pipe:0")


def onsets(pcm: bytes, start: float) -> list[float]:
    """When bursts begin in extracted PCM, whose first sample is at `start`."""
    samples = array.array("h", pcm)
    found: list[float] = []
    last = -SAMPLE_RATE
    for i, sample in enumerate(samples):
        if abs(sample) > LOUD:
            if i - last > QUIET_SAMPLES:
                found.append(start + i / SAMPLE_RATE)
            last = i
    return found


def inside(times: Sequence[float], start: float, end: float) -> list[float]:
    """The bursts that lie wholly in a range."""
    return [time for time in times if time >= start and time + BEEP_SECONDS <= end]
