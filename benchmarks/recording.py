"""Recordings in which known sentences are said at known times: a row of them with pauses, silences and faint room noise."""

import json
import os
import random
import subprocess
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np
import speech
import voices
from voices import SAMPLE_RATE, Sound

ROOM = 0.0008
"""The root mean square of room noise: about 38 dB below speech."""

Script = list[tuple[float, float, str]]
"""Start, end (seconds) and text of each sentence, by start."""


@dataclass(frozen=True)
class Recording:
    sound: Sound
    """Mono, at `SAMPLE_RATE`, within -1 to 1."""
    script: Script

    @property
    def seconds(self) -> float:
        """How long it is."""
        return float(len(self.sound) / SAMPLE_RATE)


@dataclass(frozen=True)
class Manner:
    """How sentences follow each other; all in seconds, drawn evenly between two bounds."""

    voices: tuple[str, ...] = (voices.HEART,)
    """They take turns, by sentence."""
    pauses: tuple[float, float] = (0.3, 1.0)
    """From one sentence's last sound to the next one's first, in a paragraph; negative: they overlap."""
    silences: tuple[float, float] = (2.0, 30.0)
    """Between paragraphs."""
    paragraph: int = 6
    """Sentences in one."""


def tell(seconds: float, manner: Manner, seed: int) -> Recording:
    """Sentences until `seconds` are full and a silence after the last one; the same for the same arguments."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    parts: list[tuple[int, Sound]] = []
    script: Script = []
    at, last = SAMPLE_RATE // 2, 0
    for number, (voice, text) in enumerate(zip(cycle(manner.voices), speech.sentences(seed), strict=False), 1):
        spoken = voices.speak(voice, text)
        parts.append((at, spoken))
        script.append((at / SAMPLE_RATE, (at + len(spoken)) / SAMPLE_RATE, text))
        gap = chance.uniform(*(manner.pauses if number % manner.paragraph else manner.silences))
        last = max(last, at + len(spoken))
        at += len(spoken) + round(gap * SAMPLE_RATE)
        if last >= seconds * SAMPLE_RATE:
            break
    sound = np.zeros(last + 5 * SAMPLE_RATE, np.float32)
    for start, spoken in parts:
        sound[start : start + len(spoken)] += spoken
    return Recording(with_room(sound, seed), script)


def with_room(sound: Sound, seed: int) -> Sound:
    """The sound in a quiet room."""
    return sound + np.random.default_rng(seed).normal(0, ROOM, len(sound)).astype(np.float32)


def joined(recordings: list[Recording]) -> Recording:
    """One after another."""
    script: Script = []
    samples = 0
    for one in recordings:
        shift = samples / SAMPLE_RATE
        script += [(start + shift, end + shift, text) for start, end, text in one.script]
        samples += len(one.sound)
    return Recording(np.concatenate([one.sound for one in recordings]), script)


def write(recording: Recording, medium: Path) -> None:
    """Writes the medium (AAC in mp4), and its script beside it as JSON."""
    encoder = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "s16le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", "pipe:0"]
    encoder += ["-c:a", "aac", "-b:a", "64k", os.fspath(medium)]
    samples = (np.clip(recording.sound, -1, 1) * 32767).astype("<i2")
    subprocess.run(encoder, input=samples.tobytes(), check=True)
    medium.with_suffix(".json").write_text(json.dumps(recording.script), encoding="utf-8")
