"""Another go at a job: what was found of its medium holds, and what could not be read is read again."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from dwhisper_worker.contract import MediumInfo, Span

from dwhisper_gui.core import plan
from dwhisper_gui.core.events import ChunkLeased
from dwhisper_gui.core.job import JobState
from dwhisper_gui.core.plan import Edge
from dwhisper_gui.core.transcript import Transcript
from dwhisper_gui.jobs import run
from dwhisper_gui.jobs.damage import inside, merged, readable, seconds, without
from dwhisper_gui.jobs.ownership import retry
from dwhisper_gui.workers.asking import Asks
from tests.jobs.bench import Bench, QuickRunner, begun
from tests.jobs.bench import quick_bench as bench
from tests.jobs.makers import part

SECONDS = 100.2
"""Of the recording: two parts, whose edge is near 60 s."""


@pytest.fixture(scope="module")
def recording(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample three times over, its sound evenly spread over the file."""
    path = tmp_path_factory.mktemp("media") / "talk.m4a"
    program = shutil.which("ffmpeg")
    assert program, "ffmpeg is needed (make test says how to get it)"
    sound = ("-vn", "-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart")
    subprocess.run([program, "-v", "error", "-nostdin", "-stream_loop", "2", "-i", sample, *sound, path], check=True, timeout=60)
    return path


def transcript(at: Bench, state: JobState) -> Transcript:
    ended = at.ended[-1]
    assert ended.state is state, ended.error
    assert ended.transcript is not None
    return ended.transcript


@pytest.mark.integration
@pytest.mark.parametrize("first", [0, 1])
async def test_parts_meet_whatever_the_vad_would_say_today(
    first: int, tmp_path: Path, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = plan.edge_in

    def elsewhere(searched: Span, probabilities: bytes, peaks: bytes) -> Edge:
        edge = real(searched, probabilities, peaks)
        return replace(edge, time=edge.time + 3.0)

    runner = QuickRunner(first=first)
    async with bench(tmp_path, recording, runner) as at:
        job = await begun(at, runner)
        before = await at.store.results(job.id).prepared_parts()
        assert list(before) == [first]
        monkeypatch.setattr(plan, "edge_in", elsewhere)
        await at.work(job)
        parts = await at.store.results(job.id).prepared_parts()
        assert parts[first] == before[first]
        assert parts[0].end == parts[1].start
        assert transcript(at, JobState.DONE).missing == ()


@pytest.mark.integration
@pytest.mark.parametrize("first", [0, 1])
async def test_a_job_whose_parts_an_older_build_cut_elsewhere_is_gone_on_with(
    first: int, tmp_path: Path, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = QuickRunner(first=first)
    async with bench(tmp_path, recording, runner) as at:
        job = await begun(at, runner)
        before = await at.store.results(job.id).prepared_parts()
        assert list(before) == [first]
        monkeypatch.setattr(plan, "FIRST_PART_SECONDS", 30.0)
        monkeypatch.setattr(plan, "PARTS_GROW", 1.0)
        await at.work(job)
        parts = await at.store.results(job.id).prepared_parts()
        assert parts[first] == before[first]
        assert len(parts) == 3
        assert [parts[index].end for index in (0, 1)] == [parts[index].start for index in (1, 2)]
        assert (parts[0].start, parts[2].end) == (0.0, pytest.approx(SECONDS, abs=0.5))
        assert transcript(at, JobState.DONE).missing == ()


@pytest.mark.integration
async def test_a_medium_is_as_long_as_it_was_first_found(tmp_path: Path, recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = run.probe

    async def hasty(worker: Asks, path: bytes) -> MediumInfo:
        return replace(await real(worker, path), duration=80.0)

    runner = QuickRunner()
    async with bench(tmp_path, recording, runner) as at:
        job = await begun(at, runner)
        monkeypatch.setattr(run, "probe", hasty)
        await at.work(job)
        assert transcript(at, JobState.DONE).missing == ()
        assert (await at.store.results(job.id).prepared_parts())[1].end == pytest.approx(SECONDS, abs=0.5)


HOLE = (0.2, 0.35)
"""Of the file. Its first and middle block, which tell it from other files, are elsewhere."""


def damaged(path: Path) -> Callable[[], None]:
    """Spoils a part of a file, as a disk does that fails. Returns what mends it."""
    whole, times = path.read_bytes(), path.stat()

    def write(content: bytes) -> None:
        path.write_bytes(content)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    begin, end = (int(len(whole) * share) for share in HOLE)
    write(whole[:begin] + bytes(end - begin) + whole[end:])
    return lambda: write(whole)


def leases(at: Bench) -> list[ChunkLeased]:
    return [event for event in at.told if isinstance(event, ChunkLeased)]


@pytest.mark.integration
async def test_what_could_not_be_read_is_read_again_and_nothing_is_done_twice_for_nothing(tmp_path: Path, recording: Path) -> None:
    async with bench(tmp_path, recording, QuickRunner()) as at:
        job = await at.add()
        mend = damaged(at.medium)
        await at.work(job)
        (gap,) = transcript(at, JobState.INCOMPLETE).missing
        assert gap.reason == "unreadable"
        assert 10 < gap.span.start < gap.span.end < 40
        before = await at.store.results(job.id).prepared_parts()

        at.told.clear()
        await retry(at.store, job.id)
        await at.work(job)
        assert transcript(at, JobState.INCOMPLETE).missing == (gap,)
        assert leases(at) == [], "nothing more can be read"

        mend()
        await retry(at.store, job.id)
        await at.work(job)
        assert transcript(at, JobState.DONE).missing == ()
        assert {event.chunk.part for event in leases(at)} == {0}, "the other part was whole"
        assert await at.store.results(job.id).prepared_parts() == before
        windows = [span for span, _ in [pair async for pair in at.store.results(job.id).windows()]]
        assert inside(windows, gap.span)


@pytest.mark.integration
async def test_what_can_not_be_read_any_more_is_told(tmp_path: Path, recording: Path) -> None:
    given: list[Span] = []
    runner = QuickRunner(after=lambda audio: given.extend(span for one in audio.windows for span in one.window.sure))
    async with bench(tmp_path, recording, runner) as at:
        job = await begun(at, runner)
        prepared = await at.store.results(job.id).part(0)
        assert prepared is not None
        mend = damaged(at.medium)
        await at.work(job)
        (gap,) = transcript(at, JobState.INCOMPLETE).missing
        assert gap.reason == "unreadable"
        assert seconds(inside(prepared.sure, gap.span)) > 5.0, "somebody spoke there"
        assert not inside(given, gap.span), "nobody is asked to transcribe that silence"
        mend()
        await retry(at.store, job.id)
        await at.work(job)
        assert transcript(at, JobState.DONE).missing == ()


def test_ranges_are_reckoned_with() -> None:
    spans = [Span(0, 2), Span(3, 5), Span(9, 12)]
    assert merged([Span(9, 12), Span(3, 4), Span(4, 5), Span(0, 2), Span(1, 2)]) == spans
    assert inside(spans, Span(1, 10)) == [Span(1, 2), Span(3, 5), Span(9, 10)]
    assert inside(spans, Span(2, 3)) == []
    assert without([Span(1, 4), Span(6, 7)], spans) == [Span(2, 3), Span(6, 7)]
    assert without(spans, []) == spans
    assert seconds(spans) == 7


def test_a_window_keeps_the_speech_that_can_be_read() -> None:
    (window,) = part(chunks=1, windows=1).chunks[0].windows
    left = readable(window, [Span(4.0, 12.0)])
    assert (left.start, left.end) == (window.start, window.end)
    assert left.maybe == (Span(0.0, 4.0), Span(12.0, 20.0))
    assert left.sure == (Span(0.5, 4.0), Span(12.0, 19.75))
    assert readable(window, []) == window
