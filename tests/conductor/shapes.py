"""Jobs as the program starts them, for tests."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from dwhisper_worker.tasks import COMBINE_TRANSCRIPT, PREPARE_PART, TRANSCRIBE_CHUNK

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.definitions import TRANSCRIBE_JOB, TRANSCRIBE_PART, WORKFLOW_VERSION
from dwhisper_gui.conductor.records import Task

PATIENCE_SECONDS = 60.0


def desk(job: str) -> str:
    return f"desk-{job}"


def pool(job: str) -> str:
    return f"pool-{job}"


def job_input(job: str, parts: int) -> dict[str, Any]:
    domains = {PREPARE_PART: desk(job), TRANSCRIBE_CHUNK: pool(job)}
    branches = [
        {
            "name": TRANSCRIBE_PART,
            "taskReferenceName": f"p{i}",
            "type": "SUB_WORKFLOW",
            "permissive": True,
            "subWorkflowParam": {"name": TRANSCRIBE_PART, "version": WORKFLOW_VERSION, "priority": 99 - i, "taskToDomain": domains},
        }
        for i in range(parts)
    ]
    return {
        "contract": 1,
        "job": job,
        "tasks": branches,
        "inputs": {f"p{i}": {"contract": 1, "job": job, "part": i} for i in range(parts)},
    }


async def started(api: Conductor, job: str, parts: int) -> str:
    return await api.start_workflow(
        TRANSCRIBE_JOB,
        WORKFLOW_VERSION,
        correlation_id=job,
        input=job_input(job, parts),
        task_to_domain={COMBINE_TRANSCRIPT: desk(job)},
    )


def chunks_of(job: str, part: int, count: int) -> dict[str, Any]:
    references = [f"c{k}" for k in range(count)]
    return {
        "tasks": [{"name": TRANSCRIBE_CHUNK, "taskReferenceName": name, "type": "SIMPLE", "permissive": True} for name in references],
        "inputs": {name: {"contract": 1, "job": job, "subject": f"{part}.{k}", "file": "", "key": ""} for k, name in enumerate(references)},
        "chunks": count,
    }


async def leased(api: Conductor, task_type: str, domain: str, worker: str = "w1", *, of: Sequence[str] = ()) -> Task:
    """A task, once there is one. The server is asked to look at the workflows in `of` meanwhile, as the program does: where two things
    happen to one at once it may leave the second for minutes."""
    found: list[Task] = []

    async def is_there() -> bool:
        found.extend(await api.poll(task_type, domain=domain, worker=worker))
        for workflow in () if found else of:
            await api.decide(workflow)
        return bool(found)

    await until(is_there)
    return found[0]


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = PATIENCE_SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - it is another computer's to know
            await asyncio.sleep(0.05)
