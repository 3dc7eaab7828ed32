"""A worker under libfaketime, whose clock_nanosleep refuses to sleep by a clock that it leaves right (0.9.10): this one waits instead.
Run as `python -m tests.faults.shifted` with a worker's options."""

import sys
import threading
import time

if __name__ == "__main__":
    time.sleep = lambda seconds: threading.Event().wait(float(seconds)) and None  # type: ignore[assignment]
    from dwhisper_worker.__main__ import main

    sys.exit(main())
