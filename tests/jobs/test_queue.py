"""Turns: several jobs, some of them paused, removed or still to be named; and what becomes of one whose end is rough."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dwhisper_gui.core.errors import JobRemoved, MediumMissing, WorkerNonsense
from dwhisper_gui.core.events import ChunkLeased, Event, Note, StateChanged
from dwhisper_gui.core.job import Job, JobState, Output, Wish
from dwhisper_gui.core.journal import REVISION
from dwhisper_gui.core.notes import sentence
from dwhisper_gui.core.server_errors import ServerUnreachable
from dwhisper_gui.jobs import service
from dwhisper_gui.jobs.ownership import remove
from dwhisper_gui.jobs.records import Outcome
from dwhisper_gui.runners.chosen import Runners
from dwhisper_gui.runners.runner import ChunkAudio, setup_for
from tests.jobs.bench import Bench, QuickRunner, begun
from tests.jobs.bench import bench as any_bench
from tests.jobs.bench import quick_bench as bench

pytestmark = pytest.mark.integration

DEADLINE = 60.0


async def three(at: Bench) -> list[Job]:
    return [await at.add(end=end) for end in (8.0, 7.0, 6.0)]


async def test_a_job_that_is_paused_does_not_keep_those_waiting_that_are_named_later(tmp_path: Path, sample: Path) -> None:
    runner = QuickRunner()
    async with bench(tmp_path, sample, runner) as at:
        first, second, third = await three(at)
        runner.held.add(first.id)
        leased, all_named = asyncio.Event(), asyncio.Event()
        begun: list[str] = []

        def watch(event: Event) -> None:
            if isinstance(event, ChunkLeased):
                leased.set()

        async def named() -> AsyncIterator[str]:
            yield first.id
            await leased.wait()
            # In the order of the queue all the same.
            yield third.id
            yield second.id
            all_named.set()

        async def begin(job: Job) -> None:
            begun.append(job.id)

        at.on_event = watch
        async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as group:
            working = group.create_task(at.queue.work((), asyncio.Event(), named(), begin))
            await all_named.wait()
            await at.store.set_wish(first.id, Wish.PAUSE)
            while len(at.ended) < 2:
                await at.store.wait_for_change()
                assert not working.done()
            assert {event.job for event in at.ended} == {second.id, third.id}
            runner.held.clear()
            await at.store.set_wish(first.id, Wish.RUN)
        assert [event.job for event in at.ended] == [second.id, third.id, first.id]
        assert {event.state for event in at.ended} == {JobState.DONE}
        assert begun == [first.id, second.id, third.id], "each before its first turn"


async def test_what_the_naming_of_jobs_raises_is_raised_after_those_named_before(tmp_path: Path, sample: Path) -> None:
    async with bench(tmp_path, sample, QuickRunner()) as at:
        job = await at.add(end=8.0)

        async def named() -> AsyncIterator[str]:
            yield job.id
            raise MediumMissing(path="other.mp4")

        with pytest.raises(MediumMissing):
            await at.queue.work((), asyncio.Event(), named())
        assert [event.job for event in at.ended] == [job.id]


async def test_a_job_that_was_cancelled_while_it_waited_is_never_begun(tmp_path: Path, sample: Path) -> None:
    async with bench(tmp_path, sample, QuickRunner()) as at:
        first, second, third = await three(at)
        await at.store.set_wish(second.id, Wish.CANCEL)
        await at.work(first, second, third)
        assert [(event.job, event.state) for event in at.ended] == [
            (first.id, JobState.DONE),
            (second.id, JobState.CANCELLED),
            (third.id, JobState.DONE),
        ]
        begun = [event.job for event in at.told if isinstance(event, StateChanged) and event.state is JobState.RUNNING]
        assert begun == [first.id, third.id]


async def paused(at: Bench, job: Job) -> None:
    """Works on a job until it is paused."""
    stop = asyncio.Event()
    at.on_event = lambda event: stop.set() if isinstance(event, StateChanged) and event.state is JobState.PAUSED else None
    async with asyncio.timeout(DEADLINE):
        await at.work(job, stop=stop)
    at.on_event = lambda _: None


@pytest.mark.parametrize(("wish", "state"), [(Wish.PAUSE, JobState.PAUSED), (Wish.CANCEL, JobState.CANCELLED)])
async def test_what_was_wished_of_a_program_that_died_is_done_by_the_next(
    wish: Wish, state: JobState, tmp_path: Path, sample: Path
) -> None:
    runner = QuickRunner(outlives=True)
    async with bench(tmp_path, sample, runner) as at:
        job = await begun(at, runner)
        assert runner.withdrawn == [], "it goes on elsewhere"
        await at.store.set_wish(job.id, wish)
        if wish is Wish.PAUSE:
            await paused(at, job)
        else:
            await at.work(job)
        assert (await at.store.find_job(job.id)).state is state
        assert runner.withdrawn == [job.id]
        assert "withdrawn" in at.notes()
        assert StateChanged(job.id, JobState.RUNNING) not in at.told[at.told.index(StateChanged(job.id, JobState.QUEUED)) :]


@pytest.mark.parametrize("trouble", [None, ServerUnreachable(server="http://x", detail="refused")])
async def test_whoever_pauses_is_told_what_becomes_of_it_elsewhere(trouble: ServerUnreachable | None, tmp_path: Path, sample: Path) -> None:
    runner = QuickRunner(outlives=True)
    async with bench(tmp_path, sample, runner) as at:
        job = await begun(at, runner)
        runner.trouble = trouble
        await at.store.set_wish(job.id, Wish.PAUSE)
        await paused(at, job)
        (note,) = [event for event in at.told if isinstance(event, Note) and event.code in ("withdrawn", "not_withdrawn")]
        assert note.code == ("withdrawn" if trouble is None else "not_withdrawn")
        assert trouble is None or sentence(note).startswith(trouble.gist())


async def test_a_runner_that_can_not_take_back_what_it_gave_out_is_told_of(tmp_path: Path, sample: Path) -> None:
    before, after = QuickRunner(trouble=ServerUnreachable(server="http://x", detail="refused")), QuickRunner()

    async def there() -> QuickRunner:
        return before

    async def here() -> QuickRunner:
        return after

    async with any_bench(tmp_path, sample, "tiny", lambda _: Runners({"there": there}, "there")) as at:
        job = await begun(at, before)
    async with any_bench(tmp_path, sample, "tiny", lambda _: Runners({"there": there, "here": here}, "there", "here")) as at:
        await at.work(job)
        assert at.ended[-1].state is JobState.DONE
        assert "left_there" in at.notes()
        assert (await at.store.find_job(job.id)).memory[REVISION] == "1", "should it come back, nothing of before is gone on with"


async def test_a_job_that_another_program_removes_is_missed(tmp_path: Path, sample: Path) -> None:
    async with bench(tmp_path, sample, QuickRunner()) as at:
        removed, other = await at.add(end=8.0), await at.add(end=7.0)
        await at.store.set_wish(removed.id, Wish.PAUSE)
        async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as group:
            group.create_task(at.work(removed, other))
            while not at.ended:
                await at.store.wait_for_change()
            await remove(at.store, removed.id)
        assert [(event.job, event.state) for event in at.ended] == [(other.id, JobState.DONE), (removed.id, JobState.FAILED)]
        assert at.ended[-1].error == JobRemoved(job=removed.id).sentence()


async def test_a_text_that_is_whole_is_written_although_its_medium_has_gone(tmp_path: Path, sample: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    runner = QuickRunner()
    async with bench(tmp_path, sample, runner) as at:

        def unplug(audio: ChunkAudio) -> None:
            at.medium.unlink(missing_ok=True)

        runner.after = unplug
        job = await at.add(Output(("srt",), os.fsencode(elsewhere)))
        await at.work(job)
        (ended,) = at.ended
        assert (ended.state, ended.error) == (JobState.DONE, None)
        assert "medium_gone_meanwhile" in at.notes()
        assert "word" in (elsewhere / "talk.en.srt").read_text(encoding="utf-8")


async def test_leases_end_with_the_work_even_where_it_had_no_time_to_end(
    tmp_path: Path, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "GRACE_SECONDS", 0.0)
    runner = QuickRunner()
    async with bench(tmp_path, sample, runner) as at:
        job, stop = await at.add(), asyncio.Event()
        runner.deaf.add(job.id)
        at.on_event = lambda event: stop.set() if isinstance(event, ChunkLeased) else None
        await at.work(job, stop=stop)
        (attempt,) = await at.store.results(job.id).attempts()
        assert (attempt.outcome, attempt.reason) == (Outcome.RELEASED, "stopped")
        assert attempt.ended is not None


async def test_nobody_looks_for_wishes_once_the_work_is_over(tmp_path: Path, sample: Path) -> None:
    async with bench(tmp_path, sample, QuickRunner()) as at:
        await at.work(await at.add(end=8.0))
        assert not [task for task in asyncio.all_tasks() if "wait_for_change" in repr(task)]


@pytest.fixture
def rarely_spoken_in(tmp_path: Path, sample: Path) -> Path:
    """Five minutes, of which only the middle is spoken in."""
    made = tmp_path / "rare.m4a"
    command = ["ffmpeg", "-v", "error", "-i", sample, "-vn", "-af", "adelay=135s:all=1,apad=whole_dur=300", "-ar", "16000", made]
    subprocess.run(command, check=True, timeout=60)
    return made


@pytest.fixture
def long(tmp_path: Path, sample: Path) -> Path:
    """Over four minutes, of which each half is spoken in."""
    made = tmp_path / "long.m4a"
    subprocess.run(["ffmpeg", "-v", "error", "-stream_loop", "7", "-i", sample, "-vn", "-c", "copy", made], check=True, timeout=60)
    return made


async def test_the_engine_is_expected_for_whatever_is_not_finished(tmp_path: Path, sample: Path) -> None:
    runner = QuickRunner()
    async with bench(tmp_path, sample, runner) as at:
        job = await at.add(end=8.0)
        assert runner.expected == [setup_for(job.options)]
        await at.work(job)
        assert (await at.add(end=8.0)).id == job.id
        assert len(runner.expected) == 1, "its text is there already"
        assert (await at.add(end=8.0, fresh=True)).id != job.id
        assert len(runner.expected) == 2


async def test_a_few_words_in_another_language_do_not_decide(tmp_path: Path, rarely_spoken_in: Path) -> None:
    runner = QuickRunner(({"en": 0.99},))
    async with bench(tmp_path, rarely_spoken_in, runner) as at:
        await at.work(await at.add(language="auto"))
        assert len(runner.votes) == 2, "where only one of a few places is spoken in, more are listened to"


async def test_a_short_recording_has_no_more_places(tmp_path: Path, sample: Path) -> None:
    runner = QuickRunner(({"en": 0.6},))
    async with bench(tmp_path, sample, runner) as at:
        await at.work(await at.add(language="auto"))
        assert runner.votes == [1]


@pytest.mark.parametrize(("share", "votes"), [(0.9, [3]), (0.6, [3, 6])])
async def test_more_places_are_listened_to_only_where_a_few_do_not_agree(
    share: float, votes: list[int], tmp_path: Path, long: Path
) -> None:
    runner = QuickRunner(({"en": share, "de": 1 - share},))
    async with bench(tmp_path, long, runner) as at:
        await at.work(await at.add(language="auto"))
        assert runner.votes == votes
        assert at.ended[0].state is JobState.DONE


@pytest.mark.parametrize("shares", [({"en": 0.0},), ({"en": float("nan")},), ({"klingon": 1.0},)], ids=str)
async def test_a_vote_for_no_language_is_nonsense(shares: tuple[dict[str, float], ...], tmp_path: Path, sample: Path) -> None:
    async with bench(tmp_path, sample, QuickRunner(shares)) as at:
        await at.work(await at.add(language="auto"))
        (ended,) = at.ended
        assert ended.state is JobState.FAILED
        assert ended.error == WorkerNonsense(detail="detect_language: no language that Whisper knows").sentence()
