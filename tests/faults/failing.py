"""A worker to whom one chunk always happens to fail: run as `python -m tests.faults.failing SUBJECT` and a worker's options."""

import sys
from typing import Any

from dwhisper_worker.__main__ import main
from dwhisper_worker.held import Held

transcribed = Held._transcribed


def fail(self: Held, inputs: Any, opened: bytes) -> Any:
    if inputs.subject == SUBJECT:
        raise RuntimeError("as it was told to")
    return transcribed(self, inputs, opened)


if __name__ == "__main__":
    SUBJECT = sys.argv.pop(1)
    Held._transcribed = fail  # type: ignore[method-assign]
    sys.exit(main())
