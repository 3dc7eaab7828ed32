"""Why a worker elsewhere did not do its task, from what it left with it."""

import msgspec
from dwhisper_worker.contract import Failure
from dwhisper_worker.tasks import TaskFailure

from dwhisper_gui.conductor.records import Task
from dwhisper_gui.core.errors import DWhisperError, WorkerDied, from_failure


def failure_of(task: Task) -> DWhisperError:
    """Why a worker failed."""
    try:
        failure = msgspec.convert(task.output, TaskFailure)
    except msgspec.ValidationError:
        return WorkerDied(detail=task.reason or "it did not say why")
    return from_failure(Failure(failure.code, failure.fields))
