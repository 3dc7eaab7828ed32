"""The last answers of this worker, for when it is asked the same again."""

import threading
from dataclasses import dataclass

from dwhisper_worker.contract import Figures

_MOST = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """What a task came to, not sealed yet, and what it cost."""

    content: bytes
    figures: Figures | None


class Answers:
    """Answers by the file that they answer. Where a server is away for so long that it takes a task from its worker, the worker can't
    deliver what it has done, and may well be given the task again. That an answer came too late it is not told."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}
        self._lock = threading.Lock()

    def get(self, file: str) -> Answer | None:
        """What was answered before."""
        with self._lock:
            return self._answers.get(file)

    def keep(self, file: str, answer: Answer) -> None:
        """Until there are many newer ones."""
        with self._lock:
            self._answers[file] = answer
            if len(self._answers) > _MOST:
                del self._answers[next(iter(self._answers))]
