"""What is left on servers of a job: ended where the job is paused or cancelled, deleted where it is removed."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.definitions import DETECT_LANGUAGE, TRANSCRIBE_JOB, TRANSCRIBE_PART
from dwhisper_gui.core.errors import DWhisperError
from dwhisper_gui.core.server_errors import WorkflowGone
from dwhisper_gui.runners.remembered import Begun, remembered

log = logging.getLogger(__name__)

WITHDRAWN = "paused, cancelled or removed"

Reach = Callable[[str], Awaitable[ServerAddress]]
"""How the server of an address is reached, and as whom. Raises `DWhisperError`."""


async def withdraw(reach: Reach, memory: Mapping[str, str]) -> None:
    """Ends what goes on for a job, wherever. `memory` is the job's. Raises `DWhisperError` where one can't be had, once all were tried."""

    async def do(server: Conductor, begun: Begun) -> None:
        for workflow in await _ids(server, begun):
            await end(server, workflow)

    await _on_each(reach, memory, do)


async def forget(reach: Reach, memory: Mapping[str, str], forget_files: Callable[[str], None]) -> None:
    """Deletes all there is of a job, likewise; `forget_files` is called with the id of each workflow. Raises likewise."""
    await _on_each(reach, memory, lambda server, begun: clear(server, begun, forget_files))


async def _on_each(reach: Reach, memory: Mapping[str, str], do: Callable[[Conductor, Begun], Awaitable[None]]) -> None:
    """One server that is away does not keep what is on another."""
    known = remembered(memory)
    first: DWhisperError | None = None
    for begun in known.begun if known is not None else ():
        try:
            async with Conductor(await reach(begun.server)) as server:
                await do(server, begun)
        except DWhisperError as error:
            log.warning("what was begun as %s stays on %s", begun.correlation, begun.server, exc_info=True)
            first = first or error
    if first is not None:
        raise first


async def end(server: Conductor, workflow: str) -> None:
    """Takes from the workers what is left to do; that there is no such workflow is no error. Raises `ServerError`."""
    with suppress(WorkflowGone):
        await server.terminate(workflow, WITHDRAWN)


async def clear(server: Conductor, begun: Begun, forget_files: Callable[[str], None]) -> None:
    """`delete` for one of a job's workflows. Raises `ServerError`."""
    for workflow in await _ids(server, begun):
        await delete(server, workflow, forget_files, begun.correlation)


async def forget_questions(server: Conductor, correlation: str, forget_files: Callable[[str], None]) -> None:
    """Deletes what workers were asked about a job. Raises `ServerError`."""
    for asked in await server.found(DETECT_LANGUAGE, correlation):
        await delete(server, asked.id, forget_files)


async def _ids(server: Conductor, begun: Begun) -> list[str]:
    """With the questions that were asked before it. It may have been started, and the answer lost, or the program killed before it wrote
    that down."""
    names = (DETECT_LANGUAGE,) if begun.workflow is not None else (DETECT_LANGUAGE, TRANSCRIBE_JOB)
    found = [state.id for name in names for state in await server.found(name, begun.correlation)]
    return found if begun.workflow is None else [*found, begun.workflow]


async def is_known(server: Conductor, begun: Begun) -> bool:
    """Whether a server has anything of it. Raises `ServerError`."""
    for workflow in await _ids(server, begun):
        if await server.status(workflow) is not None:
            return True
    return bool(await server.found(TRANSCRIBE_PART, begun.correlation))


async def delete(server: Conductor, workflow: str, forget_files: Callable[[str], None], correlation: str = "") -> None:
    """Ends a workflow and deletes it with those in it; `forget_files` is called with the id of each. Where the workflow itself has gone,
    `correlation` finds those in it, which may go on. Raises `ServerError`."""
    inner: list[str] = []
    try:
        # Before it is looked at: one that still runs may begin another meanwhile.
        await server.terminate(workflow, WITHDRAWN)
        inner = [task.sub_workflow async for task in server.all_tasks(workflow) if task.sub_workflow]
    except WorkflowGone:
        for orphan in await server.found(TRANSCRIBE_PART, correlation) if correlation else ():
            await end(server, orphan.id)
            inner.append(orphan.id)
    for one in dict.fromkeys((*inner, workflow)):
        await server.remove(one)
        forget_files(one)
