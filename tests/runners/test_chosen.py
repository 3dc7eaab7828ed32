"""Which runner a job gets, and what becomes of what another gave out."""

import asyncio
from pathlib import Path

import pytest

from dwhisper_gui.core.job import JobState
from dwhisper_gui.runners.chosen import MEMORY, Runners
from dwhisper_gui.runners.runner import Runner
from tests.jobs.bench import QuickRunner, begun, bench


def runners(usual: str, named: str | None = None, **made: QuickRunner) -> Runners:
    def make(name: str) -> "asyncio.Future[Runner]":
        found: asyncio.Future[Runner] = asyncio.get_running_loop().create_future()
        found.set_result(made[name])
        return found

    return Runners({name: lambda name=name: make(name) for name in made}, usual, named)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("memory", "named", "expected"),
    [({}, None, "here"), ({MEMORY: "there"}, None, "there"), ({MEMORY: "there"}, "here", "here"), ({MEMORY: "gone"}, None, "here")],
)
def test_a_job_gets_the_named_one_else_its_own_else_the_usual_one(memory: dict[str, str], named: str | None, expected: str) -> None:
    assert runners("here", named, here=QuickRunner(), there=QuickRunner()).name_for(memory) == expected


async def test_one_that_nobody_needs_is_not_made() -> None:
    async def fail() -> Runner:
        raise AssertionError

    made = Runners({"here": fail, "there": fail}, "here")
    await made.close()
    with pytest.raises(AssertionError):
        await made.ready()


@pytest.mark.integration
async def test_a_job_goes_on_with_the_runner_it_was_begun_with(sample: Path, tmp_path: Path) -> None:
    there = QuickRunner()
    async with bench(tmp_path, sample, "tiny.en", lambda _: runners("there", here=QuickRunner(), there=there)) as at:
        job = await begun(at, there)
    here = QuickRunner()
    async with bench(tmp_path, sample, "tiny.en", lambda _: runners("here", here=here, there=there)) as at:
        await at.work(job)
        assert at.ended[-1].state is JobState.DONE
        assert (await at.store.find_job(job.id)).memory[MEMORY] == "there"
    assert here.withdrawn == there.withdrawn == []


@pytest.mark.integration
async def test_where_another_is_named_the_one_before_takes_back_what_it_gave_out(sample: Path, tmp_path: Path) -> None:
    there, here = QuickRunner(), QuickRunner()
    async with bench(tmp_path, sample, "tiny.en", lambda _: runners("there", here=here, there=there)) as at:
        job = await begun(at, there)
    async with bench(tmp_path, sample, "tiny.en", lambda _: runners("there", "here", here=here, there=there)) as at:
        await at.work(job)
        assert at.ended[-1].state is JobState.DONE
    assert there.withdrawn == [job.id]
