"""Which language is spoken: a question to the workers, in a workflow of its own, since no part is prepared before it is answered."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec
from dwhisper_worker.tasks import DETECT_LANGUAGE, TaskOutput

from dwhisper_gui.conductor import definitions
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.records import Task, TaskStatus, WorkflowStatus
from dwhisper_gui.core.errors import WorkerNonsense
from dwhisper_gui.core.server_errors import WorkflowGone, WorkflowsEnd
from dwhisper_gui.media.encode import encoded
from dwhisper_gui.runners.attendance import Attendance
from dwhisper_gui.runners.failures import failure_of
from dwhisper_gui.runners.leftovers import forget_questions
from dwhisper_gui.runners.patience import Patience
from dwhisper_gui.runners.rules import DECIDE_SECONDS, LOOK_SECONDS, MOST_TRIES, MOST_WORKFLOWS, POISONED
from dwhisper_gui.runners.sealed import ResultDamaged, Seals
from dwhisper_gui.runners.sense import are_shares

log = logging.getLogger(__name__)

CLIPS = "clips"
"""The task that waits for them."""
SUBJECT = "language"


@dataclass(frozen=True, slots=True)
class Question:
    """Of one job. `correlation` is that of the job's workflows, by which one is found of which only the server knows; `domain` is whose
    tasks they are, `name` as which the clips are put up; `lossless` measures, with a workflow, as what sound travels."""

    server: Conductor
    name: str
    domain: str
    correlation: str
    seals: Seals
    patience: Patience
    attendance: Attendance
    forget_files: Callable[[str], None]
    lossless: Callable[[str], Awaitable[bool]]

    async def answer(self, clips: Sequence[bytes]) -> tuple[dict[str, float], ...]:
        """For each clip the probability of each language, by the first worker that is free. Raises `WorkflowsEnd` where somebody ends the
        question again and again, `WorkerNonsense`, what workers refuse it for, and `ServerError`."""
        await self.patience.with_server(partial(definitions.ensure_defined, self.server))
        for _ in range(MOST_WORKFLOWS):
            workflow = await self.patience.with_server(self._begin)
            output = await self._output(workflow, clips)
            if output is None:
                log.warning("the question %s after the language of job %s has ended without an answer", workflow, self.seals.job)
                continue
            try:
                found = await self.patience.with_server(partial(self.server.download, workflow, output.file))
                answer = self.seals.languages(SUBJECT, output, found)
            except ResultDamaged as error:
                raise WorkerNonsense(detail=error) from error
            if not are_shares(answer, len(clips)):
                raise WorkerNonsense(detail=f"detect_language: what it says of {len(clips)} clips makes no sense")
            return answer
        raise WorkflowsEnd(job=self.seals.job, tries=MOST_WORKFLOWS)

    async def forget(self) -> None:
        """Deletes all that was asked, also where the answer to its start was lost. Raises `ServerError`."""
        await forget_questions(self.server, self.correlation, self.forget_files)

    async def _begin(self) -> str:
        await self.forget()
        return await self.server.start_workflow(
            definitions.DETECT_LANGUAGE,
            definitions.WORKFLOW_VERSION,
            correlation_id=self.correlation,
            input=self.seals.input(SUBJECT, ""),
            task_to_domain={DETECT_LANGUAGE: self.domain},
        )

    async def _output(self, workflow: str, clips: Sequence[bytes]) -> TaskOutput | None:
        """None: it has ended, or gone, without one."""
        now = asyncio.get_running_loop().time
        decided = now()
        try:
            sealed = self.seals.clips(SUBJECT, await encoded(clips, lossless=await self.lossless(workflow)))
            put = partial(self.server.upload, workflow, f"{SUBJECT}.sound", sealed)
            given = {"file": await self.patience.with_server(put)}
            while True:
                await self.patience.with_server(self.attendance.look)
                tasks = (await self.patience.with_server(partial(self.server.tasks, workflow))).tasks
                if any(task.status is TaskStatus.CANCELED for task in tasks):
                    return None
                # Said until it is seen: a workflow has an id before it has tasks, and an answer may be lost.
                if not any(task.status is TaskStatus.COMPLETED for task in tasks if task.reference == CLIPS):
                    await self.patience.with_server(partial(self.server.complete, workflow, CLIPS, given, worker=self.name))
                asked = [task for task in tasks if task.type == DETECT_LANGUAGE]
                for task in asked:
                    if task.status is TaskStatus.COMPLETED:
                        return msgspec.convert(task.output, TaskOutput)
                _raise_failed(asked)
                if now() - decided >= DECIDE_SECONDS:
                    decided = now()
                    await self.patience.with_server(partial(self.server.decide, workflow))
                    status = await self.patience.with_server(partial(self.server.status, workflow))
                    if status is not WorkflowStatus.COMPLETED and (status is None or status.ended):
                        return None
                await asyncio.sleep(LOOK_SECONDS)
        except WorkflowGone:
            return None
        except msgspec.ValidationError as error:
            raise WorkerNonsense(detail=error) from error


def _raise_failed(asked: Sequence[Task]) -> None:
    """Raises what is wrong with a question that failed too often, or for good."""
    counts = Counter(task.status for task in asked)
    failed = [task for task in asked if task.status in (TaskStatus.FAILED, TaskStatus.FAILED_WITH_TERMINAL_ERROR)]
    if counts[TaskStatus.FAILED_WITH_TERMINAL_ERROR] or len(failed) >= MOST_TRIES:
        raise failure_of(failed[-1])
    if counts[TaskStatus.TIMED_OUT] >= MOST_TRIES:
        raise POISONED()
