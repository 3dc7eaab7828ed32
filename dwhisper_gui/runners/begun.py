"""Which workflows of a server are a job's parts."""

from dwhisper_gui.conductor.api import Conductor

PART = "part_"
"""How the parts' tasks are called in a job's workflow, with their number."""


async def begun_parts(server: Conductor, workflow: str) -> dict[int, str]:
    """The workflow of each part that the server has begun. Where the job was resumed and a part begins anew, the one that it had before is
    over, and does not count. Raises `ServerError`, of that `WorkflowGone`."""
    found: dict[int, str] = {}
    async for task in server.all_tasks(workflow):
        number = task.reference.removeprefix(PART)
        if number.isdigit() and task.sub_workflow and not task.retried:
            found[int(number)] = task.sub_workflow
    return found
