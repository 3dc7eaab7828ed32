"""A real worker whose GPU is one by name only: `python -m tests.worker.gpu FAULT MARK …`, or `pretend` in a test.

What the processor decodes for it fails as on a GPU (the words are CTranslate2's, seen on one): it `lacks` a library, or from its third
batch on it `breaks` for good, or is `full`. Where there is a file MARK a worker has nothing of it; what breaks makes it."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import ctranslate2
from dwhisper_worker import room
from dwhisper_worker.__main__ import main
from dwhisper_worker.contract import Decoding, LoadRequest
from dwhisper_worker.engines import faster_whisper
from dwhisper_worker.engines.engine import Clip, Decoded, Effort, Engine
from dwhisper_worker.models import Weights

LACKS = "Library libcublas.so.12 is not found or cannot be loaded"
BREAKS = "CUDA failed with error unspecified launch failure"
FULL = "CUDA failed with error out of memory"

load = faster_whisper.load


def fault(kind: str, mark: Path) -> Callable[[Sequence[Clip]], None]:
    batches = count()

    def fail(clips: Sequence[Clip]) -> None:
        if mark.exists():
            return
        if kind == "lacks":
            raise RuntimeError(LACKS)
        if next(batches) < 2:
            return
        if kind == "full":
            raise RuntimeError(FULL)
        broken.append(True)
        mark.touch()
        raise RuntimeError(BREAKS)

    broken: list[bool] = []

    def fail_for_good(clips: Sequence[Clip]) -> None:
        if broken:
            raise RuntimeError(BREAKS)
        fail(clips)

    return fail_for_good


def pretend(fail: Callable[[Sequence[Clip]], None]) -> Callable[[LoadRequest, Weights], Engine]:
    """Stands for the engine's `load`, on a computer with a GPU that `fail` is asked about before each batch."""

    def loaded(request: LoadRequest, weights: Weights) -> Engine:
        if request.device == "cpu":
            return load(request, weights)
        engine = load(replace(request, device="cpu", threads=request.threads or 1), weights)
        engine.device = "cuda:0"
        decode = engine.decode

        def on_gpu(clips: Sequence[Clip], decoding: Decoding, effort: Effort) -> list[Decoded]:
            fail(clips)
            return decode(clips, decoding, effort)

        engine.decode = on_gpu  # type: ignore[method-assign]
        return engine

    return loaded


if __name__ == "__main__":
    room.WAIT_SECONDS, room.MOST_SECONDS = 0.05, 0.5
    faster_whisper.load = pretend(fault(sys.argv[1], Path(sys.argv[2])))
    ctranslate2.get_cuda_device_count = lambda: 1
    sys.argv[1:3] = []
    sys.exit(main())
