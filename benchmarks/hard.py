"""Speech that is hard to transcribe: six minutes a kind, made from clean speech, so that what is said is known to the word."""

import subprocess
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import sounds
import voices
from recording import Manner, Recording, joined, tell, with_room
from voices import SAMPLE_RATE, Sound, rms

SECONDS = 360.0
SEVERAL = Manner(voices=(voices.HEART, "slt", voices.HEART, "rms"), silences=(2.0, 8.0))
TEMPO = 1.3
RT60_SECONDS = 0.8
"""In that time a clap in the room falls by 60 dB."""
QUIET_DB = (0, -20, 0, -30)


def music(seconds: float = SECONDS) -> Recording:
    """Speech over music 10 dB below it, then as loud as it; as much music alone before, between and after."""
    return _over(seconds, (10.0, 0.0), sounds.music, alone=True)


def noise(seconds: float = SECONDS) -> Recording:
    """Pink noise, 10 dB below speech, then 5 dB."""
    return _over(seconds, (10.0, 5.0), lambda length, chance: sounds.noise(length, chance, 1.0), alone=False)


def quiet(seconds: float = SECONDS) -> Recording:
    """Sentence by sentence loud, 20 dB quieter, loud, 30 dB quieter."""
    clean = tell(seconds, SEVERAL, 13)
    gain = np.ones(len(clean.sound), np.float32)
    for number, (start, end, _) in enumerate(clean.script):
        # Its neighbours are at least 0.3 s away.
        here = slice(round((start - 0.1) * SAMPLE_RATE), round((end + 0.1) * SAMPLE_RATE))
        gain[here] = 10 ** (QUIET_DB[number % len(QUIET_DB)] / 20)
    # The room's noise would go down with the speech.
    return replace(clean, sound=with_room(clean.sound * gain, 13))


def reverberant(seconds: float = SECONDS) -> Recording:
    """In a hall where the echoes together are as loud as the speaker."""
    clean = tell(seconds, SEVERAL, 14)
    time = np.arange(round(1.5 * RT60_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    tail = np.random.default_rng(14).normal(0, 1, len(time)) * 10 ** (-3 * time / RT60_SECONDS)
    tail[: round(0.005 * SAMPLE_RATE)] = 0
    tail /= np.sqrt(np.sum(tail**2))
    tail[0] = 1
    size = len(clean.sound) + len(tail)
    sound = np.fft.irfft(np.fft.rfft(clean.sound, size) * np.fft.rfft(tail, size), size)[: len(clean.sound)]
    return replace(clean, sound=(sound * 0.7).astype(np.float32))


def quick(seconds: float = SECONDS) -> Recording:
    """All of it 1.3 times as fast, at the same pitch."""
    clean = tell(seconds * TEMPO, SEVERAL, 15)
    layout = ["-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", "1"]
    command = ["ffmpeg", "-nostdin", "-v", "error", *layout, "-i", "pipe:0", "-af", f"atempo={TEMPO}", *layout, "pipe:1"]
    made = subprocess.run(command, input=clean.sound.tobytes(), stdout=subprocess.PIPE, check=True).stdout
    script = [(start / TEMPO, end / TEMPO, text) for start, end, text in clean.script]
    return Recording(np.frombuffer(made, np.float32).copy(), script)


def no_pauses(seconds: float = SECONDS) -> Recording:
    """One sentence right after the other, to the end."""
    return tell(seconds, replace(SEVERAL, pauses=(0.05, 0.2), silences=(0.05, 0.2)), 16)


def two_voices(seconds: float = SECONDS) -> Recording:
    """Two who interrupt each other: the second speaks for a while before the first is done."""
    return tell(seconds, Manner(voices=(voices.HEART, "rms"), pauses=(-0.8, 0.1), silences=(2.0, 8.0)), 17)


def robot(seconds: float = SECONDS) -> Recording:
    """espeak-ng's voice."""
    return tell(seconds, replace(SEVERAL, voices=(voices.ESPEAK,)), 18)


KINDS: dict[str, Callable[[float], Recording]] = {
    "music": music,
    "noise": noise,
    "quiet": quiet,
    "reverberant": reverberant,
    "quick": quick,
    "no-pauses": no_pauses,
    "two-voices": two_voices,
    "robot": robot,
}


def _over(seconds: float, ratios: tuple[float, ...], make: Callable[[float, sounds.Chance], Sound], *, alone: bool) -> Recording:
    """Speech with something beside it, a stretch for each signal-to-noise ratio (dB)."""
    chance = np.random.default_rng(11)
    share = seconds / (2 * len(ratios) if alone else len(ratios))
    parts = []
    for number, ratio in enumerate(ratios):
        spoken = tell(share, SEVERAL, 110 + number)
        if alone:
            lead = Recording(np.zeros(round(share * 0.75 * SAMPLE_RATE), np.float32), [])
            spoken = joined([lead, spoken, replace(lead, sound=lead.sound[: len(lead.sound) // 3])])
        beside = make(spoken.seconds + 1, chance)[: len(spoken.sound)]
        level = rms(spoken.sound[np.abs(spoken.sound) > voices.LOUD / 4])
        parts.append(replace(spoken, sound=spoken.sound + beside * np.float32(level / rms(beside) * 10 ** (-ratio / 20))))
    return joined(parts)
