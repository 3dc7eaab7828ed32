"""Whether an engine still works: a GPU may hang, and signs of life from a worker that does nothing would keep its chunks from others."""

from dwhisper_worker.transcribe import Transcriber

FIRST_BATCH_SECONDS = 900.0
"""The first batch may compile kernels, or read weights from a slow disk."""
AT_LEAST_SECONDS = 60.0
TIMES_SLOWEST = 10
_MOST_COUNTED_SECONDS = 2.0


class Watch:
    """Tells whether an engine hangs: one batch is at work for much longer than any before it."""

    def __init__(self, transcriber: Transcriber) -> None:
        self._transcriber = transcriber
        self._batch: float | None = None
        self._seconds = 0.0

    def hangs(self, elapsed: float) -> bool:
        """To be asked about every second; `elapsed` since the last time. What is much longer is not held against the engine: then the whole
        process was stopped."""
        batch = self._transcriber.oldest_batch
        if batch is None or batch != self._batch:
            self._batch, self._seconds = batch, 0.0
            return False
        self._seconds += min(elapsed, _MOST_COUNTED_SECONDS)
        slowest = self._transcriber.slowest_seconds
        return self._seconds > (max(AT_LEAST_SECONDS, TIMES_SLOWEST * slowest) if slowest else FIRST_BATCH_SECONDS)
