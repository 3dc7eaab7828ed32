"""What a server says of workflows, tasks and workers, as far as the program needs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class WorkflowStatus(StrEnum):
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    TERMINATED = "TERMINATED"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens in it unless it is retried."""
        return self not in (WorkflowStatus.RUNNING, WorkflowStatus.PAUSED)


class TaskStatus(StrEnum):
    SCHEDULED = "SCHEDULED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    COMPLETED_WITH_ERRORS = "COMPLETED_WITH_ERRORS"
    FAILED = "FAILED"
    FAILED_WITH_TERMINAL_ERROR = "FAILED_WITH_TERMINAL_ERROR"
    CANCELED = "CANCELED"
    TIMED_OUT = "TIMED_OUT"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, slots=True)
class Task:
    """One try of a task. Times are the server's, in seconds since 1970; 0: it has not come to that."""

    id: str
    workflow: str
    type: str
    """SUB_WORKFLOW, JOIN and so on, or the name of a task definition."""
    reference: str
    status: TaskStatus
    tries_before: int
    """This one is the try after so many."""
    retried: bool
    """There is a later try."""
    worker: str
    """The worker that has it or had it; empty: none has."""
    polls: int
    input: dict[str, Any] = field(repr=False)
    output: dict[str, Any] = field(repr=False)
    reason: str
    """Why it failed or ended early, as its worker or the server says."""
    sub_workflow: str
    scheduled_at: float
    started_at: float
    updated_at: float
    ended_at: float


@dataclass(frozen=True, slots=True)
class TaskPage:
    tasks: tuple[Task, ...]
    total: int
    """Of all pages."""


@dataclass(frozen=True, slots=True)
class WorkflowState:
    """`reason` tells why it did not come to a good end, where that was asked for (`Conductor.found`)."""

    id: str
    status: WorkflowStatus
    correlation_id: str
    created_at: float = 0.0
    reason: str = ""
    output: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class LastPoll:
    """When a worker last asked for tasks of a type."""

    type: str
    domain: str
    worker: str
    at: float
    """Seconds since 1970, by the server's clock."""


def task_of(found: Mapping[str, Any]) -> Task:
    """From the server's JSON. Raises KeyError, TypeError, ValueError where it is none."""
    return Task(
        id=str(found["taskId"]),
        workflow=str(found["workflowInstanceId"]),
        type=str(found["taskType"]),
        reference=str(found["referenceTaskName"]),
        status=TaskStatus(found["status"]),
        tries_before=int(found.get("retryCount") or 0),
        retried=bool(found.get("retried")),
        worker=str(found.get("workerId") or ""),
        polls=int(found.get("pollCount") or 0),
        input=dict(found.get("inputData") or {}),
        output=dict(found.get("outputData") or {}),
        reason=str(found.get("reasonForIncompletion") or ""),
        sub_workflow=str(found.get("subWorkflowId") or ""),
        scheduled_at=_seconds(found.get("scheduledTime")),
        started_at=_seconds(found.get("startTime")),
        updated_at=_seconds(found.get("updateTime")),
        ended_at=_seconds(found.get("endTime")),
    )


def state_of(found: Mapping[str, Any]) -> WorkflowState:
    """Likewise."""
    return WorkflowState(
        id=str(found["workflowId"]),
        status=WorkflowStatus(found["status"]),
        correlation_id=str(found.get("correlationId") or ""),
        created_at=_seconds(found.get("createTime")),
        reason=str(found.get("reasonForIncompletion") or ""),
        output=dict(found.get("output") or {}),
    )


def poll_of(found: Mapping[str, Any]) -> LastPoll:
    """Likewise."""
    return LastPoll(
        type=str(found["queueName"]),
        domain=str(found.get("domain") or ""),
        worker=str(found.get("workerId") or ""),
        at=_seconds(found.get("lastPollTime")),
    )


def _seconds(milliseconds: Any) -> float:
    return float(milliseconds or 0) / 1000.0
