"""Voices that speak English on any machine: hibari-tts's, those of Debian's flite, and espeak-ng, which is hard to understand."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from hibari import SAMPLE_RATE as RATE  # type: ignore[import-untyped]  # it ships no types
from hibari import Hibari

sys.path.append(str(Path(__file__).resolve().parent.parent / "tools"))
import system_packages

Sound = npt.NDArray[np.float32]

SAMPLE_RATE = int(RATE)
HEART = "heart"
FLITE = ("slt", "rms", "awb", "kal16")
ESPEAK = "espeak"
LOUD = 0.02
"""Where speech begins and ends: the first and last sample beyond it."""
LEVEL = 0.065
"""The root mean square that the other voices get: that of hibari's speech without its silences."""


def needed() -> dict[str, Callable[[], bool]]:
    """The system packages that voices and media need, and whether they are there."""
    commands = {"flite": "flite", "espeak-ng": "espeak-ng", "ffmpeg": "ffmpeg"}
    return {package: partial(_is_there, command) for package, command in commands.items()}


def _is_there(command: str) -> bool:
    return shutil.which(command) is not None


def ensure() -> None:
    """Installs what is missing. Raises `system_packages.Missing`."""
    system_packages.ensure(needed())


def speak(voice: str, text: str) -> Sound:
    """The text spoken, from its first loud sample to its last, at `SAMPLE_RATE`; the same each time."""
    if voice == HEART:
        spoken = np.asarray(_hibari()(text, seed=1), np.float32)
    else:
        spoken = _by_program(voice, text)
        spoken *= LEVEL / rms(spoken[np.abs(spoken) > np.abs(spoken).max() / 50])
    loud = np.flatnonzero(np.abs(spoken) > LOUD)
    return spoken[loud[0] : loud[-1] + 1]


def rms(sound: Sound) -> float:
    """The root mean square."""
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


@lru_cache(maxsize=1)
def _hibari() -> Any:
    return Hibari(HEART)


def _by_program(voice: str, text: str) -> Sound:
    with tempfile.TemporaryDirectory() as place:
        wav = os.path.join(place, "spoken.wav")  # noqa: PTH118 - for a command
        command = ["espeak-ng", "-v", "en-us", "-w", wav, text] if voice == ESPEAK else ["flite", "-voice", voice, "-t", text, "-o", wav]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        decode = ["ffmpeg", "-nostdin", "-v", "error", "-i", wav, "-f", "f32le", "-ac", "1", "-ar", str(SAMPLE_RATE), "-"]
        return np.frombuffer(subprocess.run(decode, check=True, stdout=subprocess.PIPE).stdout, np.float32).copy()
