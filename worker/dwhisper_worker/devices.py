"""What an engine can compute on here, as CTranslate2 and the CUDA driver see it."""

import ctypes
import platform
import sys
from pathlib import Path

import ctranslate2

from dwhisper_worker.contract import Device
from dwhisper_worker.engines.gpu import missing_library
from dwhisper_worker.host import usable_cores

_USEFUL = ("int8", "int8_float16", "int8_bfloat16", "float16", "bfloat16", "float32")
"""Of CTranslate2's compute types those worth offering: int8_float32 is what int8 becomes, int16 is slower than int8 and no better."""


def available(*, thorough: bool = False) -> tuple[Device, ...]:
    """The CPU, then each CUDA device that CTranslate2 sees; `thorough`: with what they lack."""
    cpu = Device("cpu", _processor(), _compute_types("cpu"), cores=usable_cores())
    count = ctranslate2.get_cuda_device_count()
    missing = missing_library() if count and thorough else ""
    return (cpu, *(_cuda(index, f"{missing} is not there" if missing else "") for index in range(count)))


def _compute_types(kind: str, index: int = 0) -> tuple[str, ...]:
    supported = ctranslate2.get_supported_compute_types(kind, index)
    return tuple(name for name in _USEFUL if name in supported)


def _cuda(index: int, trouble: str) -> Device:
    name, memory = _ask_driver(index)
    try:
        types = _compute_types("cuda", index)
    except RuntimeError as error:  # an old driver, a device that another program has to itself
        types, trouble = (), str(error)
    return Device(f"cuda:{index}", name, types, memory_bytes=memory, trouble=trouble)


def _ask_driver(index: int) -> tuple[str, int | None]:
    """A device's name and memory from the CUDA driver itself: it numbers devices as CTranslate2 does, which nvidia-smi may not."""
    unknown = ("CUDA device", None)
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return unknown
    handle, memory, name = ctypes.c_int(), ctypes.c_size_t(), ctypes.create_string_buffer(256)
    if (
        driver.cuInit(0)
        or driver.cuDeviceGet(ctypes.byref(handle), index)
        or driver.cuDeviceGetName(name, len(name), handle)
        or driver.cuDeviceTotalMem_v2(ctypes.byref(memory), handle)
    ):
        return unknown
    return name.value.decode(errors="replace"), memory.value


def _processor() -> str:
    """The processor's model where the system says it, else its architecture."""
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
