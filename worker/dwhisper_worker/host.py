"""What this process may use of its computer, and has used."""

import os
import sys

import psutil


def usable_cores() -> int:
    """The cores that this process may run on: a container or `taskset` may grant fewer than there are."""
    affinity = getattr(os, "sched_getaffinity", None)  # not there on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def peak_memory_bytes() -> int:
    """The most memory that this process has held so far, in bytes."""
    if sys.platform == "win32":
        peak: int = psutil.Process().memory_info().peak_wset
    else:
        import resource  # not there on Windows

        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return peak
