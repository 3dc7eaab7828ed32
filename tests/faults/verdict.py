"""Whether all is as it must be after a fault: the transcript is that of a run without one, or names just what is missing; nothing that was
done was done again; store and server agree."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from dwhisper_worker.contract import Span

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.definitions import TRANSCRIBE_JOB, TRANSCRIBE_PART, WORKFLOW_VERSION
from dwhisper_gui.conductor.records import WorkflowStatus
from dwhisper_gui.core.job import JobState
from dwhisper_gui.core.plan import ChunkKey
from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.core.waiting import until
from dwhisper_gui.jobs.combining import transcript_of
from dwhisper_gui.jobs.records import Outcome
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.runners.remembered import remembered
from tests.conductor_server import Server

Words = list[tuple[float, float, str]]
SETTLE_SECONDS = 90.0


def words_of(transcript: Transcript) -> Words:
    return [(word.start, word.end, word.text) for segment in transcript.segments for word in segment.words]


async def agree(
    server: Server, store: Store, job_id: str, expected: Words, *, failed: Sequence[Span] = (), redone: Sequence[ChunkKey] = ()
) -> None:
    """`expected`: what a run without fault gives. `failed`: the ranges that must be missing, and no others. `redone`: the chunks whose
    result was lost or spoilt on the server."""
    job = await store.find_job(job_id)
    assert job.state is (JobState.INCOMPLETE if failed else JobState.DONE), job.error
    transcript = await transcript_of(store, job)
    assert [(one.span, one.reason) for one in transcript.missing] == [(span, "failed") for span in failed]
    windows = [window async for window, _ in store.results(job_id).windows()]
    found = words_of(transcript)
    assert sum(len(_inside(found, window)) for window in windows) == len(found)
    for window in windows:
        assert _inside(found, window) == _inside(expected, window)
    await _nothing_again(store, job_id, redone)
    known = remembered(job.memory)
    assert known is not None
    assert known.workflow is not None
    async with asyncio.timeout(SETTLE_SECONDS), Conductor(server.address) as asked:
        workflow = known.workflow
        await until(lambda: _is(asked, workflow, WorkflowStatus.FAILED if failed else WorkflowStatus.COMPLETED), 0.2)
        await _nothing_left(asked, job_id)


def _inside(words: Words, window: Span) -> Words:
    return [word for word in words if window.start <= word[0] < window.end]


async def _nothing_again(store: Store, job_id: str, redone: Sequence[ChunkKey]) -> None:
    attempts = await store.results(job_id).attempts()
    done = {attempt.chunk: attempt for attempt in attempts if attempt.outcome is Outcome.DONE}
    assert set(Counter(attempt.chunk for attempt in attempts if attempt.outcome is Outcome.DONE).values()) <= {1}
    for attempt in attempts:
        assert attempt.outcome is not Outcome.LEASED
        if attempt.chunk in done and attempt.chunk not in redone:
            assert attempt.leased <= (done[attempt.chunk].ended or 0.0), f"{attempt.chunk} was given out after it was done"


async def _is(server: Conductor, workflow: str, status: WorkflowStatus) -> bool:
    return await server.status(workflow) is status


async def _nothing_left(server: Conductor, job_id: str) -> None:
    """No workflow of the job goes on by itself."""

    async def of(name: str) -> list[str]:
        running = await server.link.ask("GET", f"/workflow/running/{name}", query={"version": WORKFLOW_VERSION})
        found: list[dict[str, Any]] = [await server.link.ask("GET", f"/workflow/{one}", query={"includeTasks": False}) for one in running]
        return [str(one["workflowId"]) for one in found if one["input"].get("job") == job_id]

    async def none() -> bool:
        return not await of(TRANSCRIBE_JOB) and not await of(TRANSCRIBE_PART)

    await until(none, 0.2)
