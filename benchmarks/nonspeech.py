"""Half an hour of what is no speech, and a few sentences between: any word elsewhere was invented."""

from collections.abc import Callable

import numpy as np
import sounds
import voices
from recording import Manner, Recording, joined, tell, with_room
from voices import SAMPLE_RATE, Sound

SECONDS = 1800.0
SPOKEN_SECONDS = 6.0
"""After that much a paragraph ends, with the sentence."""

KINDS: tuple[Callable[[float, sounds.Chance], Sound], ...] = (
    sounds.music,
    sounds.noise,
    sounds.applause,
    sounds.typing,
    sounds.tones,
    sounds.music,
    lambda seconds, chance: sounds.noise(seconds, chance, 1.0),
    sounds.hum,
    sounds.wind,
    lambda seconds, _: with_room(np.zeros(round(seconds * SAMPLE_RATE), np.float32), 1),
    sounds.music,
)


def make(seconds: float = SECONDS) -> Recording:
    """A paragraph, a stretch of each kind, and so on; it ends with music."""
    chance = np.random.default_rng(21)
    share = seconds / len(KINDS)
    parts = []
    for number, kind in enumerate(KINDS):
        spoken = tell(SPOKEN_SECONDS, Manner(voices=(voices.HEART, "slt", "rms")), 210 + number)
        parts += [spoken, Recording(kind(max(2.0, share - spoken.seconds), chance), [])]
    return joined(parts)
