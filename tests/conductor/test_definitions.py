"""What is defined on a server is what the program and its workers mean by it."""

import dataclasses
import re
from typing import Any

import pytest
from dwhisper_worker import tasks as names
from dwhisper_worker.contract import VERSION

from dwhisper_gui.conductor import definitions
from dwhisper_gui.conductor.api import Conductor
from tests.conductor_server import Server
from tests.conftest import REPOSITORY

TASKS = {task["name"]: task for task in definitions.tasks()}
WORKFLOWS = {workflow["name"]: workflow for workflow in definitions.workflows()}


def test_the_tasks_are_those_that_workers_know() -> None:
    assert set(TASKS) == {names.PREPARE_PART, names.COMBINE_TRANSCRIPT, names.TRANSCRIBE_CHUNK, names.DETECT_LANGUAGE}
    for name in (names.TRANSCRIBE_CHUNK, names.DETECT_LANGUAGE):
        assert TASKS[name]["inputKeys"] == [field.name for field in dataclasses.fields(names.TaskInput)]
        assert TASKS[name]["outputKeys"] == [field.name for field in dataclasses.fields(names.TaskOutput)]


def test_the_workflows_have_the_contracts_version_and_use_tasks_that_are_defined() -> None:
    assert set(WORKFLOWS) == {definitions.TRANSCRIBE_JOB, definitions.TRANSCRIBE_PART, definitions.DETECT_LANGUAGE}
    assert {workflow["version"] for workflow in WORKFLOWS.values()} == {VERSION}
    used = {task["name"] for workflow in WORKFLOWS.values() for task in workflow["tasks"] if task["type"] == "SIMPLE"}
    assert used == {names.PREPARE_PART, names.COMBINE_TRANSCRIPT, names.DETECT_LANGUAGE}
    for workflow in WORKFLOWS.values():
        asked = set(re.findall(r"\$\{workflow\.input\.(\w+)\}", str(workflow["tasks"])))
        assert asked == set(workflow["inputParameters"])


def test_a_laptop_that_sleeps_is_no_failure_and_a_worker_that_vanishes_is_noticed() -> None:
    for name in (names.PREPARE_PART, names.COMBINE_TRANSCRIPT):
        desk = TASKS[name]
        assert (desk["retryCount"], desk["retryLogic"], desk["retryDelaySeconds"], desk["responseTimeoutSeconds"]) == (1000, "FIXED", 1, 60)
    for name in (names.TRANSCRIBE_CHUNK, names.DETECT_LANGUAGE):
        worker = TASKS[name]
        assert (worker["retryCount"], worker["responseTimeoutSeconds"], worker["timeoutSeconds"]) == (20, 30, 3600)
    for task in TASKS.values():
        assert task["timeoutPolicy"] == "RETRY"
        assert "pollTimeoutSeconds" not in task, "what waits in the queue would time out"


async def test_a_server_takes_them_and_has_them_as_they_were_meant(api: Conductor) -> None:
    for name, task in TASKS.items():
        there = await api.link.ask("GET", f"/metadata/taskdefs/{name}")
        assert differing(task, there) == {}
    for name, workflow in WORKFLOWS.items():
        there = await api.link.ask("GET", f"/metadata/workflow/{name}", query={"version": VERSION})
        without_tasks = {key: value for key, value in workflow.items() if key != "tasks"}
        assert differing(without_tasks, there) == {}
        for ours, theirs in zip(workflow["tasks"], there["tasks"], strict=True):
            assert differing(ours, theirs) == {}


def differing(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    return {key: (value, theirs.get(key)) for key, value in ours.items() if theirs.get(key) != value}


async def test_what_a_server_has_is_never_overwritten(conductor: Server, api: Conductor, job: str) -> None:
    task = {"name": f"{job}-task", "retryCount": 3, "ownerEmail": "a@b.example", "responseTimeoutSeconds": 5, "timeoutSeconds": 0}
    assert await api.define_task(task)
    assert not await api.define_task(task | {"retryCount": 9})
    assert (await api.link.ask("GET", f"/metadata/taskdefs/{job}-task"))["retryCount"] == 3

    workflow = definitions.workflows()[0] | {"name": f"{job}-workflow", "description": "ours"}
    assert await api.define_workflow(workflow)
    assert not await api.define_workflow(workflow | {"description": "another"})
    assert await api.define_workflow(workflow | {"version": 2})
    assert (await api.link.ask("GET", f"/metadata/workflow/{job}-workflow", query={"version": 1}))["description"] == "ours"


@pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=lambda workflow: workflow["name"])
def test_the_architectures_page_draws_them(workflow: dict[str, Any]) -> None:
    page = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = "".join(re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL))
    assert workflow["name"] in drawn
    for task in workflow["tasks"]:
        assert f"{task['type']} <b>{task['taskReferenceName']}</b>" in drawn
