"""What a worker asks a Conductor server. The only page that knows conductor-python and httpx.

conductor-python polls, updates and keeps the token of key and secret; files, which it has no client for, go through the same httpx
client. Its runner is not used: it drops what it has just leased when it is stopped, and loses results that it can't deliver in a minute.
"""

import functools
import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import httpx
import msgspec
from conductor.client.configuration.configuration import Configuration
from conductor.client.configuration.settings.authentication_settings import AuthenticationSettings
from conductor.client.http.models.task_result import TaskResult
from conductor.client.http.rest import ApiException
from conductor.client.orkes.orkes_task_client import OrkesTaskClient

from dwhisper_worker.address import api_url, is_here
from dwhisper_worker.shown import as_shown, from_shown, is_there
from dwhisper_worker.storage import PUT_ELSEWHERE
from dwhisper_worker.tasks import NOW, PRESENCE, Invitation, Presence, TaskFailure, TaskOutput
from dwhisper_worker.trouble import EXCERPT, Away, Gone, Refused, ServerTrouble, Strange, Stumbled, of_answer

T = TypeVar("T")

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_CONTENT = "application/octet-stream"
_CONTENT_PATH = "/files/content/"
_STRANGE = "what answers is not Conductor"


@dataclass(frozen=True, slots=True)
class Lease:
    """A task that was given to this worker."""

    task: str
    workflow: str
    kind: str
    inputs: dict[str, Any]
    response_seconds: float
    """Without a sign of life for so long, the server gives it to another worker."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A worker that showed itself. `told` is what it said, None where that can't be understood."""

    worker: str
    seconds_ago: float
    """By the server's clock."""
    told: Presence | None

    @property
    def is_there(self) -> bool:
        """See `shown.is_there`."""
        return is_there(self.seconds_ago, self.told)


class Server:
    """A connection to one server. May be used from several threads; every method raises `ServerTrouble`."""

    def __init__(self, invitation: Invitation) -> None:
        _be_quiet()
        self.url = api_url(invitation.url)
        self._invitation = invitation
        trust = ssl.create_default_context()
        if invitation.authority:
            trust.load_verify_locations(cadata=invitation.authority)
        auth = httpx.BasicAuth(invitation.user, invitation.password) if invitation.user else None
        # A proxy that the environment names is for what is farther away than this computer.
        by_proxy = not is_here(self.url)
        self._http = httpx.Client(verify=trust, auth=auth, timeout=_TIMEOUT, http2=False, follow_redirects=False, trust_env=by_proxy)
        # For storage elsewhere, whose addresses carry a signature: our credentials are none of its business.
        self._elsewhere = httpx.Client(verify=trust, timeout=_TIMEOUT, http2=False)
        self._made: OrkesTaskClient | None = None

    def close(self) -> None:
        """Ends its connections."""
        self._http.close()
        self._elsewhere.close()

    def poll(self, kind: str, domain: str, worker: str, count: int, wait: float) -> list[Lease]:
        """Leases up to `count` tasks. With a count of 1 it returns as soon as there is one, at the latest after `wait` seconds; with more,
        the server waits that long until there are as many."""
        milliseconds = max(1, round(wait * 1000))
        found = self._ask(lambda tasks: tasks.batch_poll_tasks(kind, worker, count, milliseconds, domain)) or []
        # conductor-python takes whatever comes apart, a page's letters too.
        if not all(task.task_id for task in found):
            raise Strange(_STRANGE)
        return [
            Lease(task.task_id, task.workflow_instance_id, kind, task.input_data or {}, float(task.response_timeout_seconds or 3600))
            for task in found
        ]

    def extend(self, lease: Lease, worker: str) -> None:
        """A sign of life: the response time-out begins anew. Says nothing about whether the task is still ours."""
        self._update(lease, worker, "IN_PROGRESS", extend_lease=True)

    def give_back(self, lease: Lease, worker: str) -> None:
        """Lets others have the task at once, without counting it as a try."""
        self._update(lease, worker, "IN_PROGRESS", callback_after_seconds=0)

    def complete(self, lease: Lease, worker: str, output: TaskOutput) -> None:
        """Ends the task. Where it is no longer ours the server takes no notice."""
        self._update(lease, worker, "COMPLETED", output_data=msgspec.to_builtins(output))

    def fail(self, lease: Lease, worker: str, failure: TaskFailure, *, for_good: bool) -> None:
        """Ends the try, or, `for_good`, the task."""
        status = "FAILED_WITH_TERMINAL_ERROR" if for_good else "FAILED"
        self._update(lease, worker, status, output_data=msgspec.to_builtins(failure), reason_for_incompletion=failure.code)

    def holds(self, lease: Lease, worker: str) -> bool:
        """Whether the task is still at work here, as far as the server knows."""
        try:
            task = self._ask(lambda tasks: tasks.get_task(lease.task))
        except Gone:
            return False
        if task is None or task.task_id != lease.task:
            raise Strange(_STRANGE)
        return bool(task.status == "IN_PROGRESS" and task.worker_id == worker)

    def fetch(self, lease: Lease, handle: str) -> bytes:
        """The content of a file that belongs to the task's workflow or one above it."""
        asked = self._send("GET", f"/files/{lease.workflow}/{_file_id(handle)}/download-url")
        return self._content("GET", _text(asked, "downloadUrl")).content

    def put(self, lease: Lease, name: str, content: bytes) -> str:
        """Makes a file of the task's workflow; returns its handle."""
        made = self._send("POST", "/files", json={"workflowId": lease.workflow, "fileName": name, "contentType": _CONTENT})
        handle = _text(made, "fileHandleId")
        self._content("PUT", _text(made, "uploadUrl"), content)
        self._send("POST", f"/files/{lease.workflow}/{_file_id(handle)}/upload-complete")
        return handle

    def has_files(self) -> bool:
        """Whether it stores files at all, which a server does only where that was turned on."""
        try:
            self._send("POST", "/files", json={})
        except Gone:
            return False
        except Stumbled:
            pass  # over a question that it knows, then (3.32 answers 500 where fields are missing)
        return True

    def queued(self, kind: str, domain: str) -> int:
        """How many tasks wait there that nobody holds."""
        answer = self._send("GET", "/tasks/queue/size", params={"taskType": kind, "domain": domain})
        try:
            return int(answer.text)
        except ValueError as error:
            raise Strange(_STRANGE) from error

    def show(self, worker: str, presence: Presence) -> None:
        """Shows that this worker is there. The server notes who asks for tasks, one a domain, so each asks in a domain of its own."""
        self._ask(lambda tasks: tasks.poll_task(PRESENCE, as_shown(presence), worker))

    def workers(self) -> list[Seen]:
        """All workers that ever showed themselves."""
        self._ask(lambda tasks: tasks.poll_task(PRESENCE, NOW, NOW))
        rows = self._ask(lambda tasks: tasks.get_task_poll_data(PRESENCE)) or []
        now = max((row.last_poll_time for row in rows), default=0)
        shown = [row for row in rows if row.domain and row.domain != NOW]
        return [Seen(row.domain, (now - row.last_poll_time) / 1000, from_shown(row.worker_id or "")) for row in shown]

    def _update(self, lease: Lease, worker: str, status: str, **fields: Any) -> None:
        result = TaskResult(workflow_instance_id=lease.workflow, task_id=lease.task, worker_id=worker, status=status, **fields)
        try:
            answer = self._ask(lambda tasks: tasks.update_task(result))
            if str(answer).lstrip().startswith("<"):
                raise Strange(_STRANGE)
        except Gone:
            return  # its workflow was removed: whatever there was to say, nobody is left to hear it

    def _ask(self, question: Callable[[OrkesTaskClient], T]) -> T:
        with self._named():
            return question(self._tasks())

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except ApiException as error:
            raise self._noted(of_answer(error.status or 0, error.body or error.reason or "")) from None
        except (TypeError, AttributeError, KeyError, ValueError) as error:
            raise Strange(_STRANGE) from error

    def _tasks(self) -> OrkesTaskClient:
        """conductor-python's client, made anew where it has no token: of itself it would never ask for one again."""
        if self._made is None:
            settings = AuthenticationSettings(self._invitation.key_id, self._invitation.key_secret) if self._invitation.key_id else None
            configuration = Configuration(server_api_url=self.url, authentication_settings=settings)
            # It would take them from variables that are meant for other programs.
            configuration.authentication_settings = settings
            configuration.http_connection = _Connection(self._http)
            client = OrkesTaskClient(configuration)
            if settings and configuration.authentication_settings and not configuration.AUTH_TOKEN:
                return client
            self._made = client
        return self._made

    def _headers(self) -> dict[str, str]:
        with self._named():
            found = self._tasks().api_client.get_authentication_headers()
        return dict(found["header"]) if found else {}

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._checked(self._http, method, self.url + path, headers=self._headers(), **options)

    def _content(self, method: str, address: str, content: bytes | None = None) -> httpx.Response:
        """Sends or gets a file's bytes: through the server, or by a signed address elsewhere."""
        parts = urlsplit(address)
        _, through_server, rest = parts.path.partition(_CONTENT_PATH)
        headers = {"Content-Type": _CONTENT} if content is not None else {}
        if through_server:
            # Behind a proxy the server may not know by which name it is reached.
            own = urlunsplit(("", "", _CONTENT_PATH + rest, parts.query, ""))
            return self._checked(self._http, method, self.url + own, headers=headers | self._headers(), content=content)
        if content is not None:
            headers |= PUT_ELSEWHERE
        try:
            return self._checked(self._elsewhere, method, address, headers=headers, content=content)
        except Refused as error:  # the signature ran out
            raise Stumbled(str(error)) from error

    def _checked(self, client: httpx.Client, method: str, address: str, **options: Any) -> httpx.Response:
        try:
            answer = client.request(method, address, **options)
        except httpx.HTTPError as error:
            raise Away(_reason(error)) from None
        if not answer.is_success:
            raise self._noted(of_answer(answer.status_code, answer.text))
        return answer

    def _noted(self, trouble: ServerTrouble) -> ServerTrouble:
        if isinstance(trouble, Refused):
            self._made = None  # its token may be used up: the next question asks for another
        return trouble


class _Connection:
    """httpx's client as conductor-python uses one. What breaks is named so that it is not taken for a connection to heal: it would go on
    with a client of its own, without our credentials, authorities and time-outs, and close ours."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        try:
            return self._client.request(method, url, **options)
        except httpx.HTTPError as error:
            raise Away(_reason(error)) from None


@functools.cache
def _be_quiet() -> None:
    """httpx logs each address, and signed ones are secrets; conductor-python logs what we say ourselves."""
    for name in ("httpx", "httpcore", Configuration.get_logging_formatted_name("conductor")):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _reason(error: httpx.HTTPError) -> str:
    """Without the address, which may be signed."""
    return f"{type(error).__name__}: {error}"[:EXCERPT]


def _text(answer: httpx.Response, name: str) -> str:
    try:
        return str(answer.json()[name])
    except (ValueError, KeyError, TypeError) as error:
        raise Strange(_STRANGE) from error


def _file_id(handle: str) -> str:
    return handle.rsplit("/", 1)[-1]
