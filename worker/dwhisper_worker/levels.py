"""Loudness, stretch by stretch: speech that is far below its neighbours is brought nearer to them before it is decoded.

Whisper looks at a window relative to its loudest sound, and leaves out what is 20 dB below that as if nobody spoke. One gain for each
stretch of speech, never a change within one, mends this without the harm of a compressor, which lifts noise and echoes as well."""

from collections.abc import Sequence

import numpy as np

from dwhisper_worker.contract import SAMPLE_RATE, Span
from dwhisper_worker.engines.engine import Clip

FRAME = round(0.02 * SAMPLE_RATE)
LOUD_SHARE = 0.7
"""A stretch is as loud as its frames are at this place from the quietest to the loudest."""
QUIET_SHARE = 0.05
"""What lies behind the speech, likewise."""
MOST_GAIN_DB = 30.0
LEAST_BELOW_DB = 12.0
"""What lies behind the speech stays so far below the loudest stretch: in noise nothing is lifted."""
RAMP_SECONDS = 0.02
QUIETEST_FRAMES = 5


def levelled(samples: Clip, begin: float, stretches: Sequence[Span]) -> Clip:
    """The same sound with its stretches of speech (seconds of the medium, `begin` being the first sample's) equally loud, as far as
    that lifts no noise; between them it keeps the lower gain of the two."""
    edges = [(_sample(span.start - begin, samples), _sample(span.end - begin, samples)) for span in stretches]
    edges = [(first, last) for first, last in edges if last - first >= FRAME]
    if len(edges) < 2:
        return samples
    levels = [_levels(samples[first:last]) for first, last in edges]
    loudest = max(float(np.quantile(one, LOUD_SHARE)) for one in levels)
    floor = float(np.quantile(_levels(samples), QUIET_SHARE))
    most = min(MOST_GAIN_DB, loudest - LEAST_BELOW_DB - floor)
    gains = [min(max(0.0, loudest - float(np.quantile(one, LOUD_SHARE))), max(0.0, most)) for one in levels]
    if max(gains) < 1.0:
        return samples
    ramp = round(RAMP_SECONDS * SAMPLE_RATE)
    at: list[int] = []
    decibels: list[float] = []
    for i, ((first, last), gain) in enumerate(zip(edges, gains, strict=True)):
        lower = min(gain, gains[i - 1]) if i else gain
        after = min(gain, gains[i + 1]) if i + 1 < len(gains) else gain
        at += [first - ramp, first, last, last + ramp]
        decibels += [lower, gain, gain, after]
    curve = np.interp(np.arange(len(samples)), np.maximum.accumulate(at), decibels)
    return np.clip(samples * np.power(10.0, curve / 20.0, dtype=np.float64), -1.0, 1.0).astype(np.float32)


def quietest(samples: Clip, begin: float, inside: Span) -> float:
    """The middle of the quietest tenth of a second of a range, `begin` being the first sample's time: where a cut does least harm."""
    first = _sample(inside.start - begin, samples)
    levels = _levels(samples[first : _sample(inside.end - begin, samples)])
    if len(levels) < QUIETEST_FRAMES:
        return round((inside.start + inside.end) / 2, 3)
    summed = np.convolve(levels, np.ones(QUIETEST_FRAMES), "valid")
    return round(begin + (first + (int(np.argmin(summed)) + QUIETEST_FRAMES / 2) * FRAME) / SAMPLE_RATE, 3)


def _sample(seconds: float, samples: Clip) -> int:
    return min(max(0, round(seconds * SAMPLE_RATE)), len(samples))


def _levels(samples: Clip) -> Clip:
    """Of each frame, in dB."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    return np.asarray(10.0 * np.log10(np.mean(np.square(frames, dtype=np.float64), axis=1) + 1e-10))
