"""What is left on a real server of a job is ended or deleted, wherever it is."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from dwhisper_worker.tasks import PREPARE_PART

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.definitions import WORKFLOW_VERSION, ensure_defined
from dwhisper_gui.conductor.records import WorkflowStatus
from dwhisper_gui.core.server_errors import ServerUnreachable
from dwhisper_gui.runners.leftovers import delete, forget, withdraw
from dwhisper_gui.runners.remembered import MEMORY, Begun, Remembered
from tests.conductor.shapes import leased, started, until
from tests.conductor_server import Server
from tests.faults.gate import Gate
from tests.little_server import Answer, Asked

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def job() -> str:
    """Which is its correlation id, too."""
    return f"job{uuid.uuid4().hex[:8]}"


@pytest.fixture
async def server(conductor: Server) -> AsyncIterator[Conductor]:
    async with Conductor(conductor.address) as server:
        await ensure_defined(server)
        yield server


async def reach(url: str) -> ServerAddress:
    return ServerAddress(url)


def memory(server: Conductor, job: str, workflow: str | None, *former: Begun) -> dict[str, str]:
    return {MEMORY: Remembered(server.address.url, "pool", job, "", workflow, former).written()}


async def parts_of(server: Conductor, workflow: str, count: int) -> list[str]:
    """Their workflows, once all have begun; of one that was begun anew, the later."""
    found: list[str] = []

    async def begun() -> bool:
        found[:] = [task.sub_workflow async for task in server.all_tasks(workflow) if task.sub_workflow and not task.retried]
        return len(found) == count

    await until(begun)
    return found


def has(server: Conductor, workflow: str, status: WorkflowStatus | None) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return await server.status(workflow) is status

    return holds


async def test_what_is_withdrawn_is_ended_with_its_parts_and_can_be_resumed(server: Conductor, job: str) -> None:
    workflow = await started(server, job, 2)
    parts = await parts_of(server, workflow, 2)
    for _ in parts:  # what has no task yet has none to be resumed
        assert await leased(server, PREPARE_PART, f"desk-{job}")
    await withdraw(reach, memory(server, job, workflow))
    for one in (workflow, *parts):
        await until(has(server, one, WorkflowStatus.TERMINATED))
    await withdraw(reach, memory(server, job, workflow))  # twice is no error
    await server.retry(workflow)
    assert (await leased(server, PREPARE_PART, f"desk-{job}")).workflow in await parts_of(server, workflow, 2)


async def test_what_is_forgotten_is_deleted_with_its_parts_and_their_files(server: Conductor, job: str) -> None:
    workflow = await started(server, job, 2)
    parts = await parts_of(server, workflow, 2)
    files: list[str] = []
    await forget(reach, memory(server, job, workflow), files.append)
    assert [await server.status(one) for one in (workflow, *parts)] == [None] * 3
    assert sorted(files) == sorted((workflow, *parts))
    await forget(reach, memory(server, job, workflow), files.append)


async def test_parts_whose_job_somebody_deleted_go_too(server: Conductor, job: str) -> None:
    workflow = await started(server, job, 2)
    parts = await parts_of(server, workflow, 2)
    await server.remove(workflow)
    assert await server.status(parts[0]) is WorkflowStatus.RUNNING
    files: list[str] = []
    await forget(reach, memory(server, job, workflow), files.append)
    assert [await server.status(part) for part in parts] == [None, None]
    assert set(parts) <= set(files)


async def test_one_whose_id_never_came_is_found(server: Conductor, job: str) -> None:
    workflow = await started(server, job, 1)
    await withdraw(reach, memory(server, job, None))
    await until(has(server, workflow, WorkflowStatus.TERMINATED))
    await forget(reach, memory(server, job, None), lambda _: None)
    assert await server.status(workflow) is None


async def test_a_server_that_is_away_is_told_and_keeps_nothing_on_others(server: Conductor, job: str) -> None:
    workflow = await started(server, job, 1)
    elsewhere = {MEMORY: Remembered(NOWHERE, "pool", "x", "", "w", (Begun(server.address.url, job, workflow),)).written()}
    with pytest.raises(ServerUnreachable):
        await withdraw(reach, elsewhere)
    await until(has(server, workflow, WorkflowStatus.TERMINATED))
    with pytest.raises(ServerUnreachable):
        await forget(reach, elsewhere, lambda _: None)
    assert await server.status(workflow) is None


async def test_a_job_that_was_never_on_a_server_has_nothing_there() -> None:
    await withdraw(reach, {})
    await forget(reach, {}, lambda _: pytest.fail("there is none"))


def late(job: str) -> dict[str, Any]:
    """A workflow that begins its only part when it is told to."""
    part = {
        "name": "part",
        "taskReferenceName": "part",
        "type": "SUB_WORKFLOW",
        "inputParameters": {"job": job},
        "subWorkflowParam": {
            "name": "dwhisper_transcribe_part",
            "version": WORKFLOW_VERSION,
            "taskToDomain": {PREPARE_PART: f"desk-{job}"},
        },
    }
    return {
        "name": f"late_{job}",
        "version": 1,
        "schemaVersion": 2,
        "ownerEmail": "tests@example.org",
        "timeoutPolicy": "ALERT_ONLY",
        "timeoutSeconds": 0,
        "tasks": [{"name": "wait", "taskReferenceName": "wait", "type": "WAIT"}, part],
    }


async def test_a_part_that_begins_while_its_job_is_being_deleted_goes_too(server: Conductor, conductor: Server, job: str) -> None:
    await server.define_workflow(late(job))
    workflow = await server.start_workflow(f"late_{job}", 1, correlation_id=job, input={}, task_to_domain={})
    begun: list[str] = []

    async def begin() -> None:
        async with Conductor(conductor.address) as other:
            await until(lambda: other.complete(workflow, "wait", {}, worker="w"))
            begun.extend(await parts_of(other, workflow, 1))

    gate = Gate(conductor.url)

    def when_it_ends(asked: Asked) -> Answer | None:
        if asked.method == "DELETE" and not begun:
            asyncio.run(begin())  # the gate has threads of its own
        return None

    gate.refuse = when_it_ends
    files: list[str] = []
    with gate.opened():
        async with Conductor(ServerAddress(gate.url)) as behind:
            await delete(behind, workflow, files.append, job)
    (part,) = begun
    assert [await server.status(one) for one in (workflow, part)] == [None, None]
    assert sorted(files) == sorted((workflow, part))
