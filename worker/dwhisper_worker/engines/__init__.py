"""The libraries that can transcribe. To add one: a module with `load`, and its declaration here.

An engine's module, and with it its library, is imported when a model is loaded into it: what is declared here can be told by a worker
that lacks the library, and none waits for one that it does not use (PyTorch takes seconds)."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module, metadata
from types import ModuleType
from typing import cast

from dwhisper_worker.contract import LANGUAGES, Code, EngineInfo, LoadRequest
from dwhisper_worker.engines.engine import CPU, Engine, prove
from dwhisper_worker.errors import WorkerFailure, is_out_of_memory
from dwhisper_worker.models import Weights

log = logging.getLogger(__name__)

Loader = Callable[[LoadRequest, Weights], Engine]

AUTO, CUDA = "auto", "cuda"
"""What a request names besides the processor: whatever is best, a GPU (`cuda`, `cuda:1`)."""


@dataclass(frozen=True, slots=True)
class _Declaration:
    module: str
    library: str
    package: str


_ENGINES = {
    "faster-whisper": _Declaration("faster_whisper", "faster-whisper", "dwhisper-worker"),
    "openai-whisper": _Declaration("openai_whisper", "openai-whisper", "dwhisper-worker[openai]"),
}


def engines() -> tuple[EngineInfo, ...]:
    """What each engine declares; the default comes first."""
    return tuple(
        EngineInfo(
            name=name,
            version=_version(declared.library),
            package=declared.package,
            translates=True,
            takes_prompt=True,
            takes_hotwords=True,
            word_times=True,
            languages=LANGUAGES,
            devices=("cpu", "cuda"),
        )
        for name, declared in _ENGINES.items()
    )


def get_ready(name: str) -> None:
    """Imports an engine's library, where it is known and installed: `load` says what is wrong where it is not."""
    declared = _ENGINES.get(name)
    if declared is not None and _version(declared.library) is not None:
        _module(declared)


def load(request: LoadRequest, weights: Weights) -> tuple[Engine, str]:
    """Loads a model into its engine. With it comes why the processor does the work although there is a GPU and the choice was left to the
    engine; empty: it does not. Raises `WorkerFailure` where the engine is unknown, its library is not installed, or the GPU that was
    asked for can't compute."""
    declared = _ENGINES.get(request.engine)
    if declared is None:
        raise WorkerFailure(Code.ENGINE_UNKNOWN, engine=request.engine, known=", ".join(_ENGINES))
    if _version(declared.library) is None:
        raise WorkerFailure(Code.ENGINE_MISSING, engine=request.engine, package=declared.package)
    loader = cast(Loader, _module(declared).load)
    try:
        engine = loader(request, weights)
        if engine.device != CPU:
            prove(engine)
    except (RuntimeError, MemoryError) as error:
        if request.device == AUTO and _has_gpu():
            log.warning("the GPU can't be used", exc_info=True)
            return loader(replace(request, device=CPU, compute_type=AUTO), weights), str(error)
        if request.device.startswith(CUDA) and not is_out_of_memory(error):
            raise WorkerFailure(Code.DEVICE_BROKEN, device=request.device, detail=str(error)) from error
        raise
    return engine, ""


def _has_gpu() -> bool:
    from ctranslate2 import get_cuda_device_count

    return bool(get_cuda_device_count())


def _module(declared: _Declaration) -> ModuleType:
    return import_module(f"{__name__}.{declared.module}")


def _version(library: str) -> str | None:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None
