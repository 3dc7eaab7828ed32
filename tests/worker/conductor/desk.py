"""The desktop's side of a Conductor server, as little of it as the tests of the worker need."""

import base64
import io
import json
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import av
import httpx
import msgspec
import numpy as np
from dwhisper_worker.contract import SAMPLE_RATE, VERSION, Decoding, WindowAudio
from dwhisper_worker.sealing import new_key, seal, unseal
from dwhisper_worker.tasks import (
    DETECT_LANGUAGE,
    PREPARE_PART,
    TRANSCRIBE_CHUNK,
    ChunkFile,
    ClipsFile,
    LanguagesFile,
    ResultFile,
    Serving,
    Sound,
    chunk_purpose,
    key_purpose,
    result_purpose,
    serving,
)

from tests.conftest import REPOSITORY

T = TypeVar("T")
ENGINE = "faster-whisper"
MODEL = "tiny.en"
_WORKFLOW = {
    "name": "dwhisper_test_worker",
    "version": 1,
    "schemaVersion": 2,
    "ownerEmail": "tests@example.org",
    "timeoutPolicy": "ALERT_ONLY",
    "timeoutSeconds": 0,
    "tasks": [
        {"name": PREPARE_PART, "taskReferenceName": "prepare", "type": "SIMPLE"},
        {
            "name": "fork",
            "taskReferenceName": "fork",
            "type": "FORK_JOIN_DYNAMIC",
            "dynamicForkTasksParam": "tasks",
            "dynamicForkTasksInputParamName": "inputs",
            "inputParameters": {"tasks": "${prepare.output.tasks}", "inputs": "${prepare.output.inputs}"},
        },
        {"name": "join", "taskReferenceName": "join", "type": "JOIN", "joinMode": "SYNC"},
    ],
}


def until(met: Callable[[], T], seconds: float = 60.0, what: str = "") -> T:
    """What `met` returns, as soon as that is something."""
    deadline = time.monotonic() + seconds
    while not (found := met()):
        assert time.monotonic() < deadline, f"not met in {seconds} s: {what or met}"
        time.sleep(0.05)
    return found


def flac(pcm: bytes) -> bytes:
    """Sound as the desktop sends it where the link is quick."""
    file = io.BytesIO()
    with av.open(file, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="mono", format="s16")
        frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2").reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return file.getvalue()


def sound(clips: Sequence[bytes]) -> Sound:
    return Sound(flac(b"".join(clips)) if clips else b"", tuple(len(clip) // 2 for clip in clips))


@dataclass(frozen=True)
class Task:
    """A try at a chunk, as the server knows it."""

    id: str
    reference: str
    status: str
    tries: int
    worker: str
    output: dict[str, Any]


class Desk:
    """A job of its own, in a pool of its own, whose workflow is removed with the block."""

    def __init__(self, url: str, pool: str = "", pool_key: bytes = b"") -> None:
        self.url = url
        self.job = uuid.uuid4().hex[:12]
        self.pool = pool or f"wtest_{self.job}"
        self.pool_key = pool_key or new_key()
        self.key = new_key()
        self.workflow = ""
        self._http = httpx.Client(base_url=url, timeout=30)

    @property
    def serving(self) -> Serving:
        """Whose tasks it gives out."""
        return serving(self.pool, self.pool_key, ENGINE, MODEL)

    def __enter__(self) -> "Desk":
        known = {one["name"] for one in self._call("GET", "/metadata/taskdefs").json()}
        # As the program does it: other tests have the same server.
        for definition in json.loads((REPOSITORY / "workflows" / "tasks.json").read_text(encoding="utf-8")):
            if definition["name"] not in known:
                keys = {f"{kind}Keys": list(definition.pop(f"{kind}s")) for kind in ("input", "output")}
                self._call("POST", "/metadata/taskdefs", json=[definition | keys])
        self._call("PUT", "/metadata/workflow", json=[_WORKFLOW])
        domain = self.serving.domain
        domains = {PREPARE_PART: f"desk-wtest-{self.job}", TRANSCRIBE_CHUNK: domain, DETECT_LANGUAGE: domain}
        self.workflow = self._call("POST", "/workflow", json={"name": _WORKFLOW["name"], "version": 1, "taskToDomain": domains}).text
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()
        self._call("DELETE", f"/workflow/{self.workflow}/remove?archiveWorkflow=false")
        self._http.close()

    def ask(
        self, *chunks: tuple[str, Sequence[WindowAudio]], clips: Sequence[bytes] = (), response: int = 30, contract: int = VERSION
    ) -> None:
        """Lets chunks be transcribed; `clips` are a question after their language besides. `response` is the time-out in seconds."""
        tasks, inputs = [], {}
        for subject, windows in chunks:
            file = ChunkFile(Decoding("en"), tuple(one.window for one in windows), sound([one.pcm for one in windows]))
            tasks.append(_task(TRANSCRIBE_CHUNK, subject, response))
            inputs[subject] = self._input(subject, file, contract)
        if clips:
            tasks.append(_task(DETECT_LANGUAGE, "language", response))
            inputs["language"] = self._input("language", ClipsFile(sound(clips)), contract)
        self._call("POST", f"/tasks/{self.workflow}/prepare/COMPLETED", json={"tasks": tasks, "inputs": inputs})

    def tasks(self) -> list[Task]:
        """All tries so far."""
        answer = self._call("GET", f"/workflow/{self.workflow}/tasks", params={"start": 0, "count": 200}).json()
        return [
            Task(one["taskId"], one["referenceTaskName"], one["status"], one["retryCount"], one.get("workerId") or "", one["outputData"])
            for one in answer["results"]
            if one["taskType"] in (TRANSCRIBE_CHUNK, DETECT_LANGUAGE)
        ]

    def states(self, status: str) -> list[Task]:
        return [task for task in self.tasks() if task.status == status]

    def decide(self) -> None:
        """Has the server look for workers that vanished."""
        self._call("PUT", f"/workflow/decide/{self.workflow}")

    def done(self, count: int) -> list[Task]:
        """The completed tasks, once there are so many."""

        def enough() -> list[Task]:
            self.decide()
            found = self.states("COMPLETED")
            return found if len(found) >= count else []

        return until(enough, 90, f"{count} tasks are completed")

    def cancel(self) -> None:
        self._http.delete(f"/workflow/{self.workflow}", params={"reason": "test"})

    def result(self, task: Task) -> ResultFile:
        return self._opened(task, ResultFile)

    def languages(self, task: Task) -> LanguagesFile:
        return self._opened(task, LanguagesFile)

    def put(self, content: bytes) -> str:
        made = self._call(
            "POST", "/files", json={"workflowId": self.workflow, "fileName": "sound", "contentType": "application/octet-stream"}
        ).json()
        self._call("PUT", made["uploadUrl"], content=content, headers={"Content-Type": "application/octet-stream"})
        self._call("POST", f"/files/{self.workflow}/{made['fileHandleId'].rsplit('/', 1)[-1]}/upload-complete")
        return str(made["fileHandleId"])

    def _input(self, subject: str, file: ChunkFile | ClipsFile, contract: int) -> dict[str, Any]:
        sealed = seal(self.key, msgspec.msgpack.encode(file), chunk_purpose(self.job, subject))
        key = base64.b64encode(seal(self.pool_key, self.key, key_purpose(self.job))).decode()
        return {"contract": contract, "job": self.job, "subject": subject, "file": self.put(sealed), "key": key}

    def file(self, handle: str) -> bytes:
        where = self._call("GET", f"/files/{self.workflow}/{handle.rsplit('/', 1)[-1]}/download-url").json()["downloadUrl"]
        return self._call("GET", where).content

    def _opened(self, task: Task, kind: type[T]) -> T:
        content = unseal(self.key, self.file(task.output["file"]), result_purpose(self.job, task.reference))
        return msgspec.msgpack.decode(content, type=kind)

    def _call(self, method: str, address: str, **options: Any) -> httpx.Response:
        return self._http.request(method, address, **options).raise_for_status()


def _task(kind: str, reference: str, response: int) -> dict[str, Any]:
    definition = {"name": kind, "retryCount": 5, "retryLogic": "FIXED", "retryDelaySeconds": 0, **_timing(response)}
    return {"name": kind, "taskReferenceName": reference, "type": "SIMPLE", "permissive": True, "taskDefinition": definition}


def _timing(response: int) -> dict[str, Any]:
    return {"responseTimeoutSeconds": response, "timeoutSeconds": 600, "timeoutPolicy": "RETRY"}
