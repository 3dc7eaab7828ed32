"""What the program asks of a Conductor server, by name. All of it raises `ServerError`; `transient` says which of them are worth another
try. Nothing here tries again by itself: how long to be patient is the caller's to know."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.link import Link, Parameters
from dwhisper_gui.conductor.records import (
    LastPoll,
    Task,
    TaskPage,
    TaskStatus,
    WorkflowState,
    WorkflowStatus,
    poll_of,
    state_of,
    task_of,
)
from dwhisper_gui.core.server_errors import ServerAnswersNonsense, ServerError, ServerRefuses, WorkflowGone, WorkflowNotResumable

PAGE = 100
FILE_HANDLE = "conductor://file/"

T = TypeVar("T")


class Conductor:
    """One server; an asynchronous context manager."""

    def __init__(self, address: ServerAddress) -> None:
        """Raises `AuthorityUnusable`."""
        self.link = Link(address)

    @property
    def address(self) -> ServerAddress:
        """How it is reached now."""
        return self.link.address

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends its connections."""
        await self.link.close()

    # --- workflows -------------------------------------------------------------------------------------------------

    async def start_workflow(
        self,
        name: str,
        version: int,
        *,
        correlation_id: str,
        input: Mapping[str, Any],  # noqa: A002 - Conductor's word
        task_to_domain: Mapping[str, str],
        priority: int = 0,
    ) -> str:
        """Starts one and returns its id. `priority` is from 0 to 99, the greatest first. Where the answer is lost it may have been started
        all the same: `found` tells. Raises `ServerRefuses` where its definition is not there."""
        body = {
            "name": name,
            "version": version,
            "correlationId": correlation_id,
            "input": dict(input),
            "taskToDomain": dict(task_to_domain),
            "priority": priority,
        }
        return await self.link.text("POST", "/workflow", body=body)

    async def state(self, workflow: str, *, output: bool = False) -> WorkflowState | None:
        """How a workflow stands, at little cost; None: there is none of that id. `reason` and `created_at` are not told here."""
        try:
            query = {"includeOutput": output, "includeVariables": False}
            found = await self.link.ask("GET", f"/workflow/{_in_path(workflow)}/status", query=query)
        except WorkflowGone:
            return None
        return self._read(state_of, found)

    async def status(self, workflow: str) -> WorkflowStatus | None:
        """Likewise, the status alone."""
        state = await self.state(workflow)
        return None if state is None else state.status

    async def found(self, name: str, correlation_id: str) -> tuple[WorkflowState, ...]:
        """The workflows of that name that were started with that correlation id, ended or not, the oldest first."""
        query = {"includeClosed": True, "includeTasks": False}
        found = await self.link.ask("POST", f"/workflow/{_in_path(name)}/correlated", query=query, body=[correlation_id])
        states = self._read(lambda given: [state_of(one) for one in given.get(correlation_id, ())], found)
        return tuple(sorted(states, key=lambda state: state.created_at))

    async def decide(self, workflow: str) -> None:
        """Has the server look at a workflow now, so that workers that vanished are noticed. Raises `WorkflowGone`."""
        await self.link.response("PUT", f"/workflow/decide/{_in_path(workflow)}")

    async def terminate(self, workflow: str, reason: str) -> None:
        """Ends a workflow and those in it; that one has ended already is no error. Raises `WorkflowGone`."""
        try:
            await self.link.response("DELETE", f"/workflow/{_in_path(workflow)}", query={"reason": reason})
        except ServerRefuses:
            status = await self.status(workflow)
            if status is None or not status.ended:
                raise

    async def retry(self, workflow: str) -> None:
        """Goes on with a workflow that failed or was terminated, doing again only what failed or was taken from it; one that runs, or is
        complete, is left as it is. Raises `WorkflowGone`, `WorkflowNotResumable`."""
        try:
            await self.link.response("POST", f"/workflow/{_in_path(workflow)}/retry", query={"resumeSubworkflowTasks": True})
        except ServerRefuses as error:
            # That it still runs comes as 404, as if it were not there.
            if await self.status(workflow) not in (WorkflowStatus.RUNNING, WorkflowStatus.COMPLETED):
                raise WorkflowNotResumable(server=self.address.url, workflow=workflow, detail=error.fields["detail"]) from None

    async def remove(self, workflow: str) -> None:
        """Deletes a workflow, though not those in it, nor their files; that there is none is no error."""
        try:
            await self.link.response("DELETE", f"/workflow/{_in_path(workflow)}/remove", query={"archiveWorkflow": False})
        except WorkflowGone:
            return

    # --- tasks -----------------------------------------------------------------------------------------------------

    async def task(self, task: str) -> Task | None:
        """One task; None: there is none of that id."""
        try:
            found = await self.link.ask("GET", f"/tasks/{_in_path(task)}")
        except ServerRefuses as error:
            if not _is_absent(error):
                raise
            return None
        return self._read(task_of, found)

    async def tasks(self, workflow: str, *, statuses: Iterable[TaskStatus] = (), start: int = 0, count: int = PAGE) -> TaskPage:
        """A page of a workflow's tasks in the order in which they were scheduled, tries that failed among them; `statuses` names those
        wanted, none: all. Raises `WorkflowGone`."""
        query: dict[str, str | int | bool | list[str]] = {"start": start, "count": count}
        if wanted := [status.value for status in statuses]:
            query["status"] = wanted
        found = await self.link.ask("GET", f"/workflow/{_in_path(workflow)}/tasks", query=query)
        return self._read(lambda page: TaskPage(tuple(map(task_of, page["results"])), int(page["totalHits"])), found)

    async def all_tasks(self, workflow: str, *, statuses: Iterable[TaskStatus] = ()) -> AsyncIterator[Task]:
        """All of them, a page at a time. Raises `WorkflowGone`."""
        wanted, start = tuple(statuses), 0
        while True:
            page = await self.tasks(workflow, statuses=wanted, start=start)
            for task in page.tasks:
                yield task
            start += len(page.tasks)
            if not page.tasks or start >= page.total:
                return

    async def poll(self, task_type: str, *, domain: str, worker: str, count: int = 1, wait: float = 0.1) -> tuple[Task, ...]:
        """Leases at most `count` tasks of a type, waiting so many seconds for the first. They come in no order that can be relied on."""
        query: Parameters = {"workerid": worker, "domain": domain, "count": count, "timeout": round(wait * 1000)}
        found = await self.link.ask("GET", f"/tasks/poll/batch/{_in_path(task_type)}", query=query)
        return self._read(lambda given: tuple(map(task_of, given or ())), found)

    async def update(
        self, task: Task, status: TaskStatus, output: Mapping[str, Any] | None = None, *, worker: str, reason: str = "", after: float = 0.0
    ) -> None:
        """Says how a leased task ended. What comes too late, or twice, is ignored by the server. With `IN_PROGRESS` the task is given back:
        it can be leased again after so many seconds. Raises `WorkflowGone`."""
        await self._update(task, status, output, worker, {"reasonForIncompletion": reason, "callbackAfterSeconds": round(after)})

    async def extend(self, task: Task, *, worker: str) -> None:
        """Says that a leased task is being worked on: its response time-out begins anew. Raises `WorkflowGone`."""
        await self._update(task, TaskStatus.IN_PROGRESS, None, worker, {"extendLease": True})

    async def _update(self, task: Task, status: TaskStatus, output: Mapping[str, Any] | None, worker: str, more: Mapping[str, Any]) -> None:
        body = {
            "taskId": task.id,
            "workflowInstanceId": task.workflow,
            "status": status.value,
            "outputData": dict(output or {}),
            "workerId": worker,
            **more,
        }
        await self.link.response("POST", "/tasks", body=body)

    async def complete(
        self, workflow: str, reference: str, output: Mapping[str, Any], *, worker: str, status: TaskStatus = TaskStatus.COMPLETED
    ) -> bool:
        """Says how the task of that reference name ended, whether or not anybody has leased it. False: none of that name waits for it (any
        more, or yet: a workflow has an id before it has tasks), or there is no such workflow."""
        path = f"/tasks/{_in_path(workflow)}/{_in_path(reference)}/{status.value}"
        return bool(await self.link.text("POST", path, query={"workerid": worker}, body=dict(output)))

    async def waiting(self, task_type: str, domain: str = "") -> int:
        """So many tasks of a type wait for a worker."""
        query = {"taskType": task_type} | ({"domain": domain} if domain else {})
        return self._read(int, await self.link.ask("GET", "/tasks/queue/size", query=query))

    async def last_polls(self, task_type: str) -> tuple[LastPoll, ...]:
        """Who asked for tasks of a type, and when last: the server remembers one worker a domain, the latest."""
        found = await self.link.ask("GET", "/tasks/queue/polldata", query={"taskType": task_type})
        return self._read(lambda given: tuple(map(poll_of, given or ())), found)

    # --- files -----------------------------------------------------------------------------------------------------

    async def upload(self, workflow: str, name: str, content: bytes, content_type: str = "application/octet-stream") -> str:
        """Puts a file up and returns its handle. It belongs to that workflow: those above and below it may fetch it, too. It can't be
        deleted. Raises `ServerWithoutFiles`, `ServerTooLarge`, `ServerFull`."""
        body = {"workflowId": workflow, "fileName": name, "contentType": content_type}
        made = await self.link.ask("POST", "/files", body=body)
        handle, url = self._read(lambda given: (str(given["fileHandleId"]), str(given["uploadUrl"])), made)
        await self.link.put_file(url, content, content_type)
        await self.link.response("POST", f"/files/{_in_path(workflow)}/{_file(handle)}/upload-complete")
        return handle

    async def download(self, workflow: str, handle: str) -> bytes:
        """The contents of a file, asked for in the name of a workflow related to the one it belongs to. Raises `FileGone`,
        `ServerForbids` where it is not related."""
        found = await self.link.ask("GET", f"/files/{_in_path(workflow)}/{_file(handle)}/download-url")
        return await self.link.get_file(self._read(lambda given: str(given["downloadUrl"]), found))

    # --- definitions -----------------------------------------------------------------------------------------------

    async def has_task_definition(self, name: str) -> bool:
        """Whether tasks of that name are defined."""
        return await self._is_there(f"/metadata/taskdefs/{_in_path(name)}")

    async def has_workflow_definition(self, name: str, version: int) -> bool:
        """Whether a workflow is defined in that version."""
        return await self._is_there(f"/metadata/workflow/{_in_path(name)}", {"version": version})

    async def _is_there(self, path: str, query: Mapping[str, int] | None = None) -> bool:
        try:
            await self.link.response("GET", path, query=query)
        except ServerRefuses as error:
            if not _is_absent(error):
                raise
            return False
        return True

    async def define_task(self, definition: Mapping[str, Any]) -> bool:
        """Defines a task unless there is one of that name; False: there was. The server would overwrite it."""
        if await self.has_task_definition(str(definition["name"])):
            return False
        await self.link.response("POST", "/metadata/taskdefs", body=[dict(definition)])
        return True

    async def define_workflow(self, definition: Mapping[str, Any]) -> bool:
        """Defines a workflow unless there is one of that name and version; False: there was."""
        name, version = str(definition["name"]), int(definition["version"])
        if await self.has_workflow_definition(name, version):
            return False
        try:
            await self.link.response("POST", "/metadata/workflow", body=dict(definition))
        except ServerRefuses:
            # Another program may have been quicker.
            if not await self.has_workflow_definition(name, version):
                raise
            return False
        return True

    def _read(self, read: Callable[[Any], T], found: Any) -> T:
        try:
            return read(found)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._nonsense(error) from error

    def _nonsense(self, error: Exception) -> ServerError:
        return ServerAnswersNonsense(server=self.address.url, detail=f"{type(error).__name__}: {error}")


def _is_absent(error: ServerRefuses) -> bool:
    """Whether it was refused since there is no such thing; the words for that differ."""
    said = str(error.fields["detail"]).lower()
    return "no such" in said or "not found" in said


def _in_path(name: str) -> str:
    return quote(name, safe="")


def _file(handle: str) -> str:
    return _in_path(handle.removeprefix(FILE_HANDLE))
