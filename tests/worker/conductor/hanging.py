"""A worker whose engine hangs in its third batch, and that is impatient: run as `python -m tests.worker.conductor.hanging`."""

import sys
import threading
from itertools import count
from typing import Any

from dwhisper_worker import watch
from dwhisper_worker.__main__ import main
from dwhisper_worker.engines.faster_whisper import FasterWhisper

watch.AT_LEAST_SECONDS = 3.0
watch.TIMES_SLOWEST = 1

decode = FasterWhisper.decode
batches = count()


def hang(self: FasterWhisper, *arguments: Any) -> Any:
    if next(batches) >= 2:
        threading.Event().wait()
    return decode(self, *arguments)


if __name__ == "__main__":
    FasterWhisper.decode = hang  # type: ignore[method-assign]
    sys.exit(main())
