"""Which workflows are a job's parts is read from what a server says of its tasks."""

import json
from collections.abc import Mapping

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.runners.begun import begun_parts
from tests.little_server import Answer, Asked, little_server


def part(number: int, status: str, sub_workflow: str | None, *, retried: bool = False) -> Mapping[str, object]:
    return {
        "taskId": f"{number}{sub_workflow}",
        "workflowInstanceId": "job",
        "taskType": "SUB_WORKFLOW",
        "referenceTaskName": f"part_{number}",
        "status": status,
        "retried": retried,
        "subWorkflowId": sub_workflow,
    }


async def begun(*tasks: Mapping[str, object]) -> Mapping[int, str]:
    def behave(asked: Asked) -> Answer:
        return Answer(200, json.dumps({"results": tasks, "totalHits": len(tasks)}).encode())

    with little_server(behave) as url:
        async with Conductor(ServerAddress(url)) as server:
            return await begun_parts(server, "job")


async def test_parts_that_begin_anew_after_the_job_was_resumed_are_not_those_they_were() -> None:
    first, second = part(0, "CANCELED", "old", retried=True), part(1, "IN_PROGRESS", "one")
    assert await begun(first, second, part(0, "SCHEDULED", None)) == {1: "one"}
    assert await begun(first, second, part(0, "IN_PROGRESS", "new")) == {0: "new", 1: "one"}
    assert await begun(part(0, "IN_PROGRESS", "new"), first, second) == {0: "new", 1: "one"}


async def test_what_else_a_workflow_has_is_none() -> None:
    others = [{**part(0, "COMPLETED", "x"), "referenceTaskName": name} for name in ("join", "part_")]
    assert await begun(*others) == {}
