"""What the program asks of a server, asked of a real one."""

import logging
import secrets
from dataclasses import replace

import pytest
from dwhisper_worker.tasks import COMBINE_TRANSCRIPT, PREPARE_PART, TRANSCRIBE_CHUNK

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.definitions import DETECT_LANGUAGE, TRANSCRIBE_JOB, TRANSCRIBE_PART, WORKFLOW_VERSION
from dwhisper_gui.conductor.records import TaskStatus, WorkflowStatus
from dwhisper_gui.core import server_errors
from tests.conductor.shapes import chunks_of, desk, leased, pool, started, until


async def parts_of(api: Conductor, workflow: str) -> list[str]:
    """The workflows of the parts, once the server has started them: they have an id before they have a task."""
    found: list[str] = []

    async def all_there() -> bool:
        subs = [task async for task in api.all_tasks(workflow) if task.type == "SUB_WORKFLOW"]
        found[:] = [task.sub_workflow for task in sorted(subs, key=lambda task: task.reference)]
        return all([part and (await api.tasks(part)).total for part in found])

    await until(all_there)
    return found


async def test_a_job_goes_from_its_parts_to_its_chunks_and_its_end(api: Conductor, job: str) -> None:
    workflow = await started(api, job, parts=2)
    one, other = await parts_of(api, workflow)
    for _ in range(2):
        task = await leased(api, PREPARE_PART, desk(job), of=(one, other))
        assert (task.reference, task.status, task.worker, task.tries_before) == ("prepare", TaskStatus.IN_PROGRESS, "w1", 0)
        assert task.input["job"] == job
        # The second part has nobody who speaks.
        await api.update(task, TaskStatus.COMPLETED, chunks_of(job, task.input["part"], 3 * (task.input["part"] == 0)), worker="w1")
    subjects = set()
    for _ in range(3):
        task = await leased(api, TRANSCRIBE_CHUNK, pool(job), of=(one,))
        assert task.workflow == one
        subjects.add(task.input["subject"])
        await api.extend(task, worker="w1")
        await api.update(task, TaskStatus.COMPLETED, {"file": "x"}, worker="w1")
    assert subjects == {"0.0", "0.1", "0.2"}
    combine = await leased(api, COMBINE_TRANSCRIPT, desk(job), of=(one, other, workflow))
    assert combine.input["job"] == job
    await api.update(combine, TaskStatus.COMPLETED, worker="w1")

    assert await api.status(workflow) is WorkflowStatus.COMPLETED
    state = await api.state(one, output=True)
    assert state
    assert (state.status, state.output) == (WorkflowStatus.COMPLETED, {"chunks": 3})
    assert await api.status(other) is WorkflowStatus.COMPLETED
    done = [task async for task in api.all_tasks(one, statuses=[TaskStatus.COMPLETED]) if task.type == TRANSCRIBE_CHUNK]
    assert {task.reference for task in done} == {"c0", "c1", "c2"}
    assert all(task.output == {"file": "x"} and 1.6e9 < task.scheduled_at <= task.started_at <= task.ended_at for task in done)


async def test_tasks_come_in_pages(api: Conductor, job: str) -> None:
    workflow = await started(api, job, parts=1)
    (part,) = await parts_of(api, workflow)
    assert await api.complete(part, "prepare", chunks_of(job, 0, 105), worker="desk"), "which nobody has polled"
    first = await api.tasks(part, statuses=[TaskStatus.SCHEDULED])
    assert (len(first.tasks), first.total) == (100, 105)
    last = await api.tasks(part, statuses=[TaskStatus.SCHEDULED], start=100)
    assert len(last.tasks) == 5
    everything = [task.reference async for task in api.all_tasks(part, statuses=[TaskStatus.SCHEDULED])]
    assert sorted(everything) == sorted(f"c{k}" for k in range(105))
    assert await api.waiting(TRANSCRIBE_CHUNK, pool(job)) == 105
    assert await api.waiting(TRANSCRIBE_CHUNK, f"other-{pool(job)}") == 0


async def test_a_task_is_completed_by_its_name_once(api: Conductor, job: str) -> None:
    workflow = await started(api, job, parts=1)
    (part,) = await parts_of(api, workflow)
    assert await api.complete(part, "prepare", chunks_of(job, 0, 0), worker="desk")
    assert not await api.complete(part, "prepare", chunks_of(job, 0, 0), worker="desk")
    assert not await api.complete(part, "no-such-task", {}, worker="desk")
    assert not await api.complete("no-such-workflow", "prepare", {}, worker="desk"), "the server makes no difference"


async def test_what_comes_too_late_changes_nothing(api: Conductor, job: str) -> None:
    await started(api, job, parts=1)
    task = await leased(api, PREPARE_PART, desk(job))
    await api.update(task, TaskStatus.COMPLETED, chunks_of(job, 0, 0), worker="w1")
    await api.update(task, TaskStatus.FAILED, worker="w2", reason="too late")
    now = await api.task(task.id)
    assert now
    assert (now.status, now.worker, now.reason) == (TaskStatus.COMPLETED, "w1", "")
    assert await api.task("no-such-task") is None


async def test_a_task_that_is_given_back_can_be_leased_again_and_one_that_failed_has_another_try(api: Conductor, job: str) -> None:
    await started(api, job, parts=1)
    task = await leased(api, PREPARE_PART, desk(job))
    await api.update(task, TaskStatus.IN_PROGRESS, worker="w1")
    again = await leased(api, PREPARE_PART, desk(job), worker="w2")
    assert (again.id, again.worker, again.tries_before) == (task.id, "w2", 0)
    await api.update(again, TaskStatus.FAILED, {"code": "x"}, worker="w2", reason="no such file")
    third = await leased(api, PREPARE_PART, desk(job))
    assert (third.id != task.id, third.tries_before) == (True, 1)
    failed = await api.task(task.id)
    assert failed
    assert (failed.status, failed.reason, failed.output, failed.retried) == (TaskStatus.FAILED, "no such file", {"code": "x"}, True)


async def test_a_job_is_stopped_and_gone_on_with(api: Conductor, job: str) -> None:
    workflow = await started(api, job, parts=1)
    (part,) = await parts_of(api, workflow)
    await api.terminate(workflow, "paused & more")
    await api.terminate(workflow, "twice")
    assert await api.status(workflow) is WorkflowStatus.TERMINATED
    assert await api.status(part) is WorkflowStatus.TERMINATED
    (found,) = await api.found(TRANSCRIBE_JOB, job)
    assert (found.id, found.reason, found.status) == (workflow, "paused & more", WorkflowStatus.TERMINATED)
    await api.retry(workflow)
    await api.retry(workflow)
    assert await api.status(workflow) is WorkflowStatus.RUNNING
    await api.decide(workflow)
    await leased(api, PREPARE_PART, desk(job))
    (same,) = await parts_of(api, workflow)
    assert same == part


async def test_workflows_are_found_by_the_id_they_were_started_with(api: Conductor, job: str) -> None:
    assert await api.found(TRANSCRIBE_JOB, f"{job}/ä?") == ()
    first = await started(api, f"{job}/ä?", parts=0)
    second = await started(api, f"{job}/ä?", parts=0)
    assert [state.id for state in await api.found(TRANSCRIBE_JOB, f"{job}/ä?")] == [first, second]
    assert await api.found(TRANSCRIBE_PART, f"{job}/ä?") == ()


async def test_a_workflow_that_is_removed_is_gone(api: Conductor, job: str) -> None:
    workflow = await started(api, job, parts=0)
    await api.remove(workflow)
    await api.remove(workflow)
    assert await api.status(workflow) is None
    for call in (api.decide(workflow), api.retry(workflow), api.terminate(workflow, "x"), api.tasks(workflow)):
        with pytest.raises(server_errors.WorkflowGone) as gone:
            await call
        assert workflow in str(gone.value)


async def test_a_file_comes_back_as_it_was_and_only_to_its_family(api: Conductor, job: str, caplog: pytest.LogCaptureFixture) -> None:
    workflow = await started(api, job, parts=1)
    (part,) = await parts_of(api, workflow)
    stranger = await started(api, f"{job}-other", parts=0)
    content = secrets.token_bytes(300_000)
    with caplog.at_level(logging.INFO):
        handle = await api.upload(part, "c0 (ä).bin", content)
        assert await api.download(part, handle) == content
        assert await api.download(workflow, handle) == content
    assert "/files/" not in caplog.text, "who has an address may have the file"
    with pytest.raises(server_errors.ServerForbids):
        await api.download(stranger, handle)
    with pytest.raises(server_errors.FileGone):
        await api.download(workflow, "conductor://file/no-such-file")
    assert await api.download(part, await api.upload(part, "empty", b"")) == b""


async def test_a_file_that_was_never_put_up_is_gone(api: Conductor, job: str) -> None:
    workflow = await started(api, job, parts=0)
    body = {"workflowId": workflow, "fileName": "x", "contentType": "text/plain"}
    made = await api.link.ask("POST", "/files", body=body)
    with pytest.raises(server_errors.FileGone):
        await api.download(workflow, made["fileHandleId"])
    with pytest.raises(server_errors.FileGone):
        await api.link.get_file(made["uploadUrl"])


@pytest.mark.slow
async def test_a_file_that_is_too_large_is_told_with_its_size(api: Conductor, job: str) -> None:
    workflow = await started(api, job, parts=0)
    with pytest.raises(server_errors.ServerTooLarge, match=r"105\.0 MB"):
        await api.upload(workflow, "large", bytes(105_000_000))


async def test_a_workflow_that_waits_for_its_file_goes_on_when_it_is_there(api: Conductor, job: str) -> None:
    from dwhisper_worker.tasks import DETECT_LANGUAGE as DETECT

    workflow = await api.start_workflow(
        DETECT_LANGUAGE,
        WORKFLOW_VERSION,
        correlation_id=job,
        input={"contract": 1, "job": job, "subject": "0", "key": "k"},
        task_to_domain={DETECT: pool(job)},
        priority=99,
    )
    handle = await api.upload(workflow, "clips", b"sealed")
    assert await api.complete(workflow, "clips", {"file": handle}, worker="desk")
    task = await leased(api, DETECT, pool(job))
    assert task.input == {"contract": 1, "job": job, "subject": "0", "key": "k", "file": handle}
    await api.update(task, TaskStatus.COMPLETED, {"file": "answer", "sha256": "0"}, worker="w1")
    state = await api.state(workflow, output=True)
    assert state
    assert (state.status, state.output) == (WorkflowStatus.COMPLETED, {"answer": {"file": "answer", "sha256": "0"}})


async def test_who_asked_for_work_is_known(api: Conductor, job: str) -> None:
    assert await api.poll("dwhisper_presence_v1", domain=pool(job), worker="w7") == ()
    (last,) = [poll for poll in await api.last_polls("dwhisper_presence_v1") if poll.domain == pool(job)]
    assert (last.worker, last.type) == ("w7", "dwhisper_presence_v1")
    assert last.at > 1.6e9


async def test_a_workflow_that_is_not_defined_is_refused(api: Conductor, job: str) -> None:
    with pytest.raises(server_errors.ServerRefuses, match="No such workflow defined"):
        await api.start_workflow("dwhisper_nothing", 1, correlation_id=job, input={}, task_to_domain={})


async def test_a_server_that_is_not_there_is_worth_another_try(api: Conductor) -> None:
    async with Conductor(replace(api.address, url="http://127.0.0.1:1")) as nobody:
        with pytest.raises(server_errors.ServerUnreachable, match="nothing accepts connections there") as caught:
            await nobody.status("x")
    assert caught.value.transient
