"""Why a worker elsewhere did not do its task, from what it left with it."""

import msgspec
from dwhisper_worker.contract import Code, Failure
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


def lacking_key(task: Task) -> set[str]:
    """The worker that gave it back since it has another key than the pool's; empty: none did."""
    worker = task.output.get("fields", {}).get("worker")
    return {str(worker)} if task.output.get("code") == Code.POOL_KEY_WRONG and worker else set()
