"""The workflows and tasks that a server must know, from the JSON in `workflows/`."""

import importlib.resources
import json
from functools import cache
from typing import Any

from dwhisper_worker.contract import VERSION

from dwhisper_gui.conductor.api import Conductor

TRANSCRIBE_JOB = "dwhisper_transcribe_job"
TRANSCRIBE_PART = "dwhisper_transcribe_part"
DETECT_LANGUAGE = "dwhisper_detect_language"
WORKFLOW_VERSION = VERSION
"""Of each of these workflows: the contract's."""

_WORKFLOWS = ("detect_language.json", "transcribe_part.json", "transcribe_job.json")
_TASKS = "tasks.json"

Definition = dict[str, Any]


async def ensure_defined(conductor: Conductor) -> None:
    """Sees to it that the server knows all of them. What it has is left as it is: another version of DWhisper may work with it, and a
    workflow keeps what it was started with. Raises `ServerError`."""
    for task in tasks():
        await conductor.define_task(task)
    for workflow in workflows():
        await conductor.define_workflow(workflow)


@cache
def tasks() -> tuple[Definition, ...]:
    """The definitions of tasks, as the server takes them."""
    return tuple(_with_keys(task, "inputKeys", "outputKeys") for task in _read(_TASKS))


@cache
def workflows() -> tuple[Definition, ...]:
    """Those of workflows, each after those that it starts."""
    return tuple(_with_keys(_read(name), "inputParameters", None) for name in _WORKFLOWS)


def _with_keys(written: Definition, inputs: str, outputs: str | None) -> Definition:
    """Our files say what each input and output is; the server has room for their names only."""
    sent = {key: value for key, value in written.items() if key not in ("inputs", "outputs")}
    sent[inputs] = list(written["inputs"])
    if outputs is not None:
        sent[outputs] = list(written["outputs"])
    return sent


def _read(name: str) -> Any:
    return json.loads(importlib.resources.files("dwhisper_gui.workflows").joinpath(name).read_text(encoding="utf-8"))
