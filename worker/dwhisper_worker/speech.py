"""Where speech is: Silero's voice activity detection, version 6, from the file that comes with faster-whisper.

That package is looked up, not imported: a child that only finds speech has no use for what it would bring along (0.14 s, 23 MB)."""

import os
import threading
from collections.abc import Iterator
from functools import cache
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dwhisper_worker.contract import PEAKS_PER_SECOND, SAMPLE_RATE, SPEECH_FRAME_SECONDS, SpeechReply

FRAME = round(SPEECH_FRAME_SECONDS * SAMPLE_RATE)
CONTEXT = 64
"""Samples of the frame before that the model sees with each frame."""
FRAMES_AT_ONCE = 300
"""9.6 s. Measured on 10 min of speech: 100 are slower (381x realtime against 452x), 3000 no faster and take 50 MB more."""
SAMPLES_PER_PEAK = SAMPLE_RATE // PEAKS_PER_SECOND


_loading = threading.Lock()


def find_speech(pcm: bytes) -> SpeechReply:
    """How likely speech is, frame by frame, and the waveform's peaks; a last frame that is not full is filled with silence.
    The same audio gives the same bytes."""
    samples = np.frombuffer(pcm, dtype="<i2", count=len(pcm) // 2)
    return SpeechReply(b"".join(_probabilities(samples)), _peaks(samples))


def _probabilities(samples: NDArray[np.int16]) -> Iterator[bytes]:
    """Block by block: the model's memory and the last samples of one block go into the next."""
    session = _session()
    memory = {"h": np.zeros((1, 1, 128), np.float32), "c": np.zeros((1, 1, 128), np.float32)}
    before = np.zeros(CONTEXT, np.float32)
    for start in range(0, len(samples), FRAMES_AT_ONCE * FRAME):
        block = samples[start : start + FRAMES_AT_ONCE * FRAME].astype(np.float32) / 32768.0
        frames = np.pad(block, (0, -len(block) % FRAME)).reshape(-1, FRAME)
        contexts = np.vstack((before, frames[:-1, -CONTEXT:]))
        before = frames[-1, -CONTEXT:]
        output, memory["h"], memory["c"] = session.run(None, {"input": np.hstack((contexts, frames)), **memory})
        yield np.rint(output.reshape(-1) * 255).astype(np.uint8).tobytes()


def _peaks(samples: NDArray[np.int16]) -> bytes:
    missing = -len(samples) % SAMPLES_PER_PEAK
    rows = (np.pad(samples, (0, missing)) if missing else samples).reshape(-1, SAMPLES_PER_PEAK)
    # Widened before the sign is changed: 32768 is no 16-bit number with a sign.
    above, below = (extreme(axis=1, initial=0).astype(np.int32) for extreme in (rows.max, rows.min))
    peaks: NDArray[np.uint16] = np.maximum(above, -below).astype("<u2")
    return peaks.tobytes()


def _session() -> Any:
    with _loading:
        return _loaded()


@cache
def _loaded() -> Any:
    # Its official builds report to their maker unless they are told not to before they are loaded (their Privacy.md).
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime  # type: ignore[import-untyped]

    spec = util.find_spec("faster_whisper")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("faster-whisper, which brings the voice activity detection, is not installed")
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    model = Path(spec.origin).parent / "assets" / "silero_vad_v6.onnx"
    return onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"], sess_options=options)
