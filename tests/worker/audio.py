"""Real speech for the worker's tests: the bundled sample, decoded by PyAV, which the worker has anyway."""

from pathlib import Path

import av
import numpy as np
from dwhisper_worker.contract import SAMPLE_RATE, Span, Window, WindowAudio

STRETCHES = (Span(0.0, 16.9), Span(22.6, 33.4))
"""Where people speak in the sample: between them is a pause of 6 s."""


def pcm_of(path: Path) -> bytes:
    """The first audio track as the contract's PCM."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        frames = [made for frame in container.decode(audio=0) for made in resampler.resample(frame)] + resampler.resample(None)
        return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]).astype("<i2").tobytes()


def window(pcm: bytes, index: int, span: Span, *, sure: tuple[Span, ...] | None = None) -> WindowAudio:
    """A window of a medium that begins at 0, all of it speech unless `sure` says otherwise."""
    speech = (span,) if sure is None else sure
    begin, end = (2 * round(at * SAMPLE_RATE) for at in (span.start, span.end))
    return WindowAudio(Window(index, span.start, span.end, speech, speech), pcm[begin:end])
