"""NVIDIA's libraries. CTranslate2 looks for them when it first computes, and only where the system does; pip puts them elsewhere."""

import ctypes
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_LIBRARIES = {"linux": ("libcublasLt.so.12", "libcublas.so.12"), "win32": ("cublasLt64_12.dll", "cublas64_12.dll")}
"""Those of CUDA 12, which CTranslate2's wheels are built for; each needs those before it."""


@cache
def missing_library() -> str:
    """Loads them, so that CTranslate2 finds them loaded. Returns the name of the first that is not there; empty: all are."""
    return next((name for name in _LIBRARIES.get(sys.platform, ()) if not _loaded(name)), "")


def _loaded(name: str) -> bool:
    for place in (name, *map(str, _of_pip(name))):
        try:
            # The last: Windows is to look in the PATH, too, as it does for CTranslate2.
            ctypes.CDLL(place, mode=ctypes.RTLD_GLOBAL, winmode=0 if place == name else None)
        except OSError:
            continue
        return True
    return False


def _of_pip(name: str) -> Iterator[Path]:
    """Where the package nvidia-cublas-cu12 has it."""
    try:
        found = find_spec("nvidia.cublas")
    except ModuleNotFoundError:
        return
    for folder in (found.submodule_search_locations or ()) if found is not None else ():
        yield from Path(folder).glob(f"*/{name}")
