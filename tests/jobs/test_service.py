"""The queue on real media with real weights: what is gone on with, what is begun anew, what users ask for meanwhile."""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from dwhisper_gui.core.errors import MediumChanged, OutputFolderUnusable, RangePastEnd
from dwhisper_gui.core.events import ChunkLeased, Event, JobAdded, WindowDone
from dwhisper_gui.core.job import JobState, Options, Output, Wish
from dwhisper_gui.jobs import writing
from dwhisper_gui.jobs.ownership import engine_lock, retry
from dwhisper_gui.jobs.records import Outcome
from dwhisper_gui.jobs.writing import written_of
from dwhisper_gui.runners.local import LocalRunner, LocalSetup
from dwhisper_gui.workers.child import worker_command
from tests.jobs.bench import Bench
from tests.jobs.bench import bench as queue_on

pytestmark = pytest.mark.integration

SABOTEUR = Path(__file__).parents[1] / "runners" / "saboteur.py"


def bench(tmp_path: Path, sample: Path, model: Path, command: Sequence[str] = ()) -> AbstractAsyncContextManager[Bench]:
    setup = LocalSetup(command or worker_command(()), str(tmp_path / "models"))
    return queue_on(tmp_path, sample, str(model), lambda store: LocalRunner(setup, lambda waiting: engine_lock(store.folder, waiting)))


async def test_a_medium_becomes_subtitles_and_the_same_again_costs_nothing(tmp_path: Path, sample: Path, tiny_en: Path) -> None:
    async with bench(tmp_path, sample, tiny_en) as at:
        job = await at.add()
        await at.work(job)
        assert at.ended[-1].state is JobState.DONE
        assert (tmp_path / "talk.en.srt").read_text(encoding="utf-8").count("-->") >= 5
        at.told.clear()
        again = await at.add()
        assert again.id == job.id
        await at.work(again)
        assert not any(isinstance(event, ChunkLeased) for event in at.told)
        assert any(isinstance(event, JobAdded) and event.finished_before for event in at.told)
        assert os.fsencode(tmp_path / "talk.en.srt") in at.ended[-1].files
        assert not (tmp_path / "talk_2.en.srt").exists(), "nor is it written twice"


async def test_other_rules_are_other_files_and_those_there_were_are_known_again(tmp_path: Path, sample: Path, tiny_en: Path) -> None:
    async with bench(tmp_path, sample, tiny_en) as at:

        async def files(rules: str, *, shots: bool = False) -> list[str]:
            output = Output(("srt", "json"), rules=rules, shots=shots, report=True)
            job = await at.queue.add(os.fsencode(at.medium), Options(at.options.model, language="en", end=16.0), output)
            await at.work(job)
            return [Path(os.fsdecode(file)).name for file in at.ended[-1].files]

        first = ["talk.en.srt", "talk.en.json", "talk.en.report.txt", "talk.en.report.json"]
        assert await files("netflix") == first
        at.told.clear()
        other = await files("bbc")
        assert other[:2] == ["talk_2.en.srt", "talk.en.json"], "what is the same by all rules is written once"
        assert not any(isinstance(event, ChunkLeased) for event in at.told), "nothing is transcribed for it"
        assert await files("bbc") == other
        assert await files("netflix") == first
        assert "rules_kept" in at.notes() or "rules_broken" in at.notes()
        there = sorted(os.listdir(tmp_path))  # noqa: PTH208
        assert await files("netflix", shots=True) == first, "its picture is one shot, so that changes nothing"
        assert await files("netflix", shots=True) == first
        assert sorted(os.listdir(tmp_path)) == there  # noqa: PTH208
        (job,) = await at.store.jobs()
        assert job.memory["shots"] == "[]"
        assert len(set(written_of(job).files)) == len(written_of(job).files), "nothing is noted twice"


async def test_files_that_a_killed_program_wrote_and_did_not_note_are_not_written_again(
    tmp_path: Path, sample: Path, tiny_en: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    real = writing.export

    def write_and_die(*arguments: Any) -> None:
        real(*arguments)
        raise Killed

    async with bench(tmp_path, sample, tiny_en) as at:
        job = await at.add(end=16.0)
        monkeypatch.setattr(writing, "export", write_and_die)
        with pytest.raises(Killed):
            await at.work(job)
        monkeypatch.setattr(writing, "export", real)
        assert written_of(await at.store.find_job(job.id)).files == ()
        (tmp_path / "talk.en.json").unlink()
        await at.work(job)
        assert at.ended[-1].files == tuple(os.fsencode(tmp_path / f"talk.en.{kind}") for kind in ("srt", "json"))
        written = written_of(await at.store.find_job(job.id))
        assert set(written.paths) == set(at.ended[-1].files)
    assert (tmp_path / "talk.en.json").exists()
    assert not (tmp_path / "talk_2.en.srt").exists()
    assert not (tmp_path / "talk_2.en.json").exists()


async def test_a_range_has_words_of_the_range_only_at_the_mediums_times(tmp_path: Path, sample: Path, tiny_en: Path) -> None:
    async with bench(tmp_path, sample, tiny_en) as at:
        await at.work(await at.add(start=22.0, end=29.0))
        transcript = at.ended[-1].transcript
        assert transcript is not None
        text = "".join(segment.text for segment in transcript.segments)
        assert "amiable" in text
        assert "Dashwood" not in text
        assert "himself" not in text
        assert all(22.0 <= word.start <= word.end <= 29.0 for segment in transcript.segments for word in segment.words)


async def test_a_file_that_changed_is_another_job_and_the_old_one_can_not_go_on(tmp_path: Path, sample: Path, tiny_en: Path) -> None:
    async with bench(tmp_path, sample, tiny_en) as at:
        old = await at.add()
        with at.medium.open("ab") as file:
            file.write(b"more")
        new = await at.add()
        assert new.id != old.id
        assert "medium_changed" in at.notes()
        await at.work(old)
        (ended,) = at.ended
        assert ended.state is JobState.FAILED
        assert ended.error == MediumChanged(path=str(at.medium)).sentence()


async def test_a_chunk_that_fails_leaves_a_named_hole_and_a_retry_fills_just_that(tmp_path: Path, sample: Path, tiny_en: Path) -> None:
    async with bench(tmp_path, sample, tiny_en, (sys.executable, str(SABOTEUR), "refuse", "0.0", "--stdio")) as at:
        job = await at.add()
        await at.work(job)
        (ended,) = at.ended
        assert ended.state is JobState.INCOMPLETE
        assert ended.transcript is not None
        (hole,) = ended.transcript.missing
        assert hole.reason == "failed"
        assert hole.span.end < 22.0
        assert "amiable" in (tmp_path / "talk.en.srt").read_text(encoding="utf-8")
        await retry(at.store, job.id)
    async with bench(tmp_path, sample, tiny_en) as at:
        await at.work(job)
        assert at.ended[-1].state is JobState.DONE
        outcomes = [attempt.outcome for attempt in await at.store.results(job.id).attempts()]
        assert outcomes.count(Outcome.FAILED) == 3
        assert outcomes.count(Outcome.DONE) == 2
        assert "Dashwood" in (tmp_path / "talk_2.en.srt").read_text(encoding="utf-8")


async def test_a_pause_keeps_what_is_done_and_resuming_does_the_rest(tmp_path: Path, sample: Path, tiny_en: Path) -> None:
    async with bench(tmp_path, sample, tiny_en) as at:
        job = await at.add()
        leased, paused = asyncio.Event(), asyncio.Event()

        def watch(event: Event) -> None:
            if isinstance(event, ChunkLeased):
                leased.set()
            if getattr(event, "state", None) is JobState.PAUSED:
                paused.set()

        at.on_event = watch
        working = asyncio.ensure_future(at.work(job))
        await leased.wait()
        await at.store.set_wish(job.id, Wish.PAUSE)
        async with asyncio.timeout(60):
            await paused.wait()
        before = sum(isinstance(event, WindowDone) for event in at.told)
        assert (await at.store.find_job(job.id)).state is JobState.PAUSED
        await at.store.set_wish(job.id, Wish.RUN)
        async with asyncio.timeout(60):
            await working
        assert at.ended[-1].state is JobState.DONE
        assert sum(isinstance(event, WindowDone) for event in at.told) == 2
        assert before <= 2


async def test_a_cancelled_job_ends_and_the_next_one_runs(tmp_path: Path, sample: Path, tiny_en: Path) -> None:
    async with bench(tmp_path, sample, tiny_en) as at:
        first, second = await at.add(), await at.add(end=16.0)
        loop = asyncio.get_running_loop()
        asked: list[asyncio.Task[None]] = []

        def cancel(event: Event) -> None:
            if isinstance(event, ChunkLeased) and event.job == first.id and not asked:
                asked.append(loop.create_task(at.store.set_wish(first.id, Wish.CANCEL)))

        at.on_event = cancel
        await at.work(first, second)
        assert {event.job: event.state for event in at.ended} == {first.id: JobState.CANCELLED, second.id: JobState.DONE}


async def test_a_stop_ends_within_three_seconds_and_another_go_finishes(tmp_path: Path, sample: Path, tiny_en: Path) -> None:
    async with bench(tmp_path, sample, tiny_en) as at:
        job, stop = await at.add(), asyncio.Event()
        at.on_event = lambda event: stop.set() if isinstance(event, ChunkLeased) else None
        began = None
        working = asyncio.ensure_future(at.work(job, stop=stop))
        await stop.wait()
        began = asyncio.get_running_loop().time()
        await working
        assert asyncio.get_running_loop().time() - began < 3.0
        assert (await at.store.find_job(job.id)).state is JobState.QUEUED
        at.on_event = lambda _: None
        await at.work(job)
        assert at.ended[-1].state is JobState.DONE


async def test_a_folder_that_can_not_be_written_to_is_refused_before_the_work(tmp_path: Path, sample: Path, tiny_en: Path) -> None:
    (tmp_path / "taken").write_text("")
    async with bench(tmp_path, sample, tiny_en) as at:
        with pytest.raises(OutputFolderUnusable):
            await at.queue.add(os.fsencode(at.medium), at.options, Output(("srt",), os.fsencode(tmp_path / "taken")))
        assert await at.store.jobs() == []


async def test_a_range_that_begins_behind_the_end_makes_no_job(tmp_path: Path, sample: Path, tiny_en: Path) -> None:
    async with bench(tmp_path, sample, tiny_en) as at:
        with pytest.raises(RangePastEnd, match="from 1:40 on"):
            await at.add(start=100.0)
        assert await at.store.jobs() == []
