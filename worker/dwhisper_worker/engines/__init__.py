"""The libraries that can transcribe. To add one: a module with `load`, and its declaration here.

An engine's module, and with it its library, is imported when a model is loaded into it: what is declared here can be told by a worker
that lacks the library, and none waits for one that it does not use (PyTorch takes seconds)."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, metadata
from types import ModuleType
from typing import cast

from dwhisper_worker.contract import LANGUAGES, Code, EngineInfo, LoadRequest
from dwhisper_worker.engines.engine import Engine
from dwhisper_worker.errors import WorkerFailure
from dwhisper_worker.models import Weights

Loader = Callable[[LoadRequest, Weights], Engine]


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


def load(request: LoadRequest, weights: Weights) -> Engine:
    """Loads a model into its engine. Raises `WorkerFailure` where the engine is unknown or its library is not installed."""
    declared = _ENGINES.get(request.engine)
    if declared is None:
        raise WorkerFailure(Code.ENGINE_UNKNOWN, engine=request.engine, known=", ".join(_ENGINES))
    if _version(declared.library) is None:
        raise WorkerFailure(Code.ENGINE_MISSING, engine=request.engine, package=declared.package)
    return cast(Loader, _module(declared).load)(request, weights)


def _module(declared: _Declaration) -> ModuleType:
    return import_module(f"{__name__}.{declared.module}")


def _version(library: str) -> str | None:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None
