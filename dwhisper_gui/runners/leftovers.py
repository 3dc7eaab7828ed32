"""What is left on a server of a job: ended where the job is paused or cancelled, deleted where it is removed."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.definitions import DETECT_LANGUAGE, TRANSCRIBE_PART
from dwhisper_gui.core.server_errors import WorkflowGone
from dwhisper_gui.reaching import way
from dwhisper_gui.runners.remembered import remembered
from dwhisper_gui.settings import Settings

WITHDRAWN = "paused, cancelled or removed"


async def withdraw(settings: Settings, memory: Mapping[str, str]) -> None:
    """Ends what goes on for a job that no program works on. `memory` is the job's. Raises `ServerError`."""
    known = remembered(memory)
    if known is not None and known.workflow is not None:
        async with Conductor((await way(settings, known.server)).address) as server:
            await end(server, known.workflow)


async def forget(settings: Settings, memory: Mapping[str, str], forget_files: Callable[[str], None]) -> None:
    """Deletes what is there of such a job; `forget_files` is called with the id of each workflow. Raises `ServerError`."""
    known = remembered(memory)
    if known is not None:
        async with Conductor((await way(settings, known.server)).address) as server:
            await forget_questions(server, known.correlation, forget_files)
            if known.workflow is not None:
                await delete(server, known.workflow, forget_files, known.correlation)


async def forget_questions(server: Conductor, correlation: str, forget_files: Callable[[str], None]) -> None:
    """Deletes what workers were asked about a job before it had a workflow. Raises `ServerError`."""
    for asked in await server.found(DETECT_LANGUAGE, correlation):
        await delete(server, asked.id, forget_files)


async def end(server: Conductor, workflow: str) -> None:
    """Takes from the workers what is left to do; that there is no such workflow is no error. Raises `ServerError`."""
    with suppress(WorkflowGone):
        await server.terminate(workflow, WITHDRAWN)


async def delete(server: Conductor, workflow: str, forget_files: Callable[[str], None], correlation: str = "") -> None:
    """Ends a workflow and deletes it with those in it; `forget_files` is called with the id of each. Where the workflow itself has gone,
    `correlation` finds those in it, which may go on. Raises `ServerError`."""
    inner: list[str] = []
    try:
        inner = [task.sub_workflow async for task in server.all_tasks(workflow) if task.sub_workflow]
        await server.terminate(workflow, WITHDRAWN)
    except WorkflowGone:
        for orphan in await server.found(TRANSCRIBE_PART, correlation) if correlation else ():
            await end(server, orphan.id)
            inner.append(orphan.id)
    for one in dict.fromkeys((*inner, workflow)):
        await server.remove(one)
        forget_files(one)
