"""Sounds that are no speech, made from nothing: music, noise, wind, applause, typing, tones, hum. Each at the level of speech."""

import numpy as np
import numpy.typing as npt
from voices import LEVEL, SAMPLE_RATE, Sound, rms

Chance = np.random.Generator
Wave = npt.NDArray[np.float64]

MAJOR = (0, 2, 4, 5, 7, 9, 11)
PROGRESSION = (0, 4, 5, 3, 0, 3, 1, 4)
"""Chords by their step in the scale, a bar each."""


def levelled(wave: Wave) -> Sound:
    """With the root mean square of speech, and no sample beyond 1."""
    sound = wave.astype(np.float32)
    return np.asarray(np.clip(sound * (LEVEL / max(rms(sound), 1e-9)), -0.98, 0.98), np.float32)


def noise(seconds: float, chance: Chance, fall: float = 0.0) -> Sound:
    """Noise whose power falls with frequency to the power of `fall`: 0 is white, 1 pink, 2 brown."""
    return levelled(_coloured(round(seconds * SAMPLE_RATE), chance, fall))


def wind(seconds: float, chance: Chance) -> Sound:
    """Brown noise that comes and goes."""
    samples = round(seconds * SAMPLE_RATE)
    return levelled(_coloured(samples, chance, 2.0) * _swell(seconds, chance, every=3.0))


def applause(seconds: float, chance: Chance) -> Sound:
    """Some sixty people's claps, more and fewer of them."""
    wave = np.zeros(round(seconds * SAMPLE_RATE))
    crowd = _swell(seconds, chance, every=6.0)
    for _ in range(60):
        clap = _burst(chance.uniform(0.008, 0.02), chance) * chance.uniform(0.2, 1.0)
        beat, at = chance.uniform(0.2, 0.4), chance.uniform(0, 0.4)
        while (start := round(at * SAMPLE_RATE)) + len(clap) < len(wave):
            wave[start : start + len(clap)] += clap * crowd[start]
            at += beat * chance.uniform(0.9, 1.1)
    return levelled(wave)


def typing(seconds: float, chance: Chance) -> Sound:
    """Keys, in runs with pauses between."""
    wave = _coloured(round(seconds * SAMPLE_RATE), chance, 1.0) * 0.002
    at = 0.3
    while at < seconds - 0.1:
        key = _burst(chance.uniform(0.003, 0.012), chance) * chance.uniform(0.3, 1.0)
        start = round(at * SAMPLE_RATE)
        wave[start : start + len(key)] += key
        at += chance.uniform(0.08, 0.25) if chance.random() < 0.93 else chance.uniform(0.6, 2.5)
    # Keys are sharp and rare: at speech's own level they would be cut off.
    return levelled(wave) * np.float32(0.4)


def tones(seconds: float, chance: Chance) -> Sound:
    """Test tones, dial tones and beeps."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = np.zeros(len(time))
    at = 0.0
    while at < seconds:
        lasts = float(chance.choice([0.1, 0.2, 0.5, 2.0, 8.0]))
        here = (time >= at) & (time < at + lasts)
        for frequency in chance.choice([350, 440, 480, 620, 697, 941, 1000, 1209, 1633, 3000], size=2, replace=False):
            wave[here] += np.sin(2 * np.pi * frequency * time[here])
        at += lasts + float(chance.choice([0.05, 0.1, 0.5, 1.0]))
    return levelled(wave)


def hum(seconds: float, chance: Chance) -> Sound:
    """Mains and a fan."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = sum(np.sin(2 * np.pi * 50 * i * time + chance.uniform(0, 6)) / i for i in (1, 2, 3, 5, 7))
    return levelled(np.asarray(wave) + 0.3 * _coloured(len(time), chance, 1.5))


def music(seconds: float, chance: Chance) -> Sound:
    """A band: chords, a bass, a tune, drums. Another key, pace and instruments every eight bars."""
    wave = np.zeros(round((seconds + 4) * SAMPLE_RATE))
    at = 0.0
    while at < seconds:
        beat, root = 60 / chance.uniform(76, 132), int(chance.integers(48, 58))
        bright, drums = chance.uniform(0.8, 2.5), bool(chance.random() < 0.7)
        step = int(chance.integers(7, 14))
        for chord in PROGRESSION:
            if at >= seconds:
                break
            for degree in (0, 2, 4):
                _add(wave, at, _note(_pitch(root, chord + degree), 4 * beat, bright, 0.25))
            for quarter in range(4):
                here = at + quarter * beat
                _add(wave, here, _note(_pitch(root - 12, chord), beat, 1.5, 0.5))
                if drums:
                    _add(wave, here, _drum(chance, snare=quarter % 2 == 1))
                for half in range(int(chance.integers(0, 3))):
                    step = int(np.clip(step + chance.integers(-2, 3), 5, 16))
                    _add(wave, here + half * beat / 2, _note(_pitch(root, step), beat * chance.uniform(0.4, 1.2), bright, 0.5, sung=True))
            at += 4 * beat
    return levelled(wave[: round(seconds * SAMPLE_RATE)])


def _pitch(root: int, step: int) -> float:
    """Hertz of a step of the scale on `root`, a MIDI note."""
    return float(440 * 2 ** ((root + 12 * (step // 7) + MAJOR[step % 7] - 69) / 12))


def _note(frequency: float, seconds: float, bright: float, loud: float, *, sung: bool = False) -> Wave:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    bend = 0.004 * np.sin(2 * np.pi * 5.5 * time) / (2 * np.pi * 5.5) if sung else 0.0
    phase = 2 * np.pi * frequency * (time + bend)
    parts = [np.sin(i * phase) / i**bright for i in range(1, 9) if i * frequency < SAMPLE_RATE / 2]
    fade = np.minimum(time / 0.01, 1) * np.minimum((seconds - time) / 0.03, 1) * np.exp(-time * (0.5 if sung else 2.0))
    return np.asarray(loud * fade * sum(parts), np.float64)


def _drum(chance: Chance, *, snare: bool) -> Wave:
    if snare:
        return _burst(0.12, chance) * 0.8
    time = np.arange(round(0.18 * SAMPLE_RATE)) / SAMPLE_RATE
    return np.asarray(np.sin(2 * np.pi * (50 * time + 5 * (1 - np.exp(-time * 40)))) * np.exp(-time * 18) * 1.2, np.float64)


def _burst(seconds: float, chance: Chance) -> Wave:
    """Noise that dies away."""
    samples = round(seconds * SAMPLE_RATE) * 3
    return np.asarray(chance.normal(0, 1, samples) * np.exp(-np.arange(samples) / (seconds * SAMPLE_RATE)), np.float64)


def _add(wave: Wave, at: float, part: Wave) -> None:
    start = round(at * SAMPLE_RATE)
    end = min(start + len(part), len(wave))
    wave[start:end] += part[: max(0, end - start)]


def _coloured(samples: int, chance: Chance, fall: float) -> Wave:
    bands = np.fft.rfft(chance.normal(0, 1, samples))
    frequency = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    # Below 40 Hz nobody hears it, and brown noise would be nothing else.
    bands *= np.where(frequency < 40, 0, np.maximum(frequency, 40) ** (-fall / 2))
    wave = np.fft.irfft(bands, samples)
    return np.asarray(wave / wave.std(), np.float64)


def _swell(seconds: float, chance: Chance, every: float) -> Wave:
    points = chance.uniform(0.15, 1.0, int(seconds / every) + 2)
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.asarray(np.interp(times, np.arange(len(points)) * every, points), np.float64)
