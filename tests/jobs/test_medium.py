"""What a job remembers of its medium, and what of that decides what is heard."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from dwhisper_worker.contract import Span

from dwhisper_gui.core.job import Fingerprint, Job, JobState, Options, Output
from dwhisper_gui.jobs.medium import KEY, Medium, remembered
from dwhisper_gui.jobs.ownership import own
from dwhisper_gui.media.channels import LEFT, RIGHT
from tests.jobs.bench import QuickRunner, begun
from tests.jobs.bench import quick_bench as bench

MEDIUM = Medium("wav", 33.4, 0, 1, Span(0.0, 33.4), None, channel=RIGHT)


def knows(memory: dict[str, str]) -> Job:
    return Job("k3f9x", b"/a/talk.wav", Options("tiny"), Output(), Fingerprint(1, 2, "3"), memory=memory)


def test_what_is_remembered_comes_back() -> None:
    assert remembered(knows({KEY: MEDIUM.encoded()})) == MEDIUM
    assert remembered(knows({})) is None


def test_a_job_begun_before_channels_were_chosen_goes_on_with_both() -> None:
    older = json.loads(MEDIUM.encoded())
    del older["channel"]
    assert remembered(knows({KEY: json.dumps(older)})) == replace(MEDIUM, channel=None)


@pytest.fixture(scope="module")
def antiphase(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample from a miswired microphone: one channel has its polarity turned round."""
    return as_stereo(sample, tmp_path_factory.mktemp("media") / "antiphase.wav", "-1*c0")


def as_stereo(sample: Path, path: Path, right: str) -> Path:
    program = shutil.which("ffmpeg")
    assert program, "ffmpeg is needed (make test says how to get it)"
    words = ("-v", "error", "-nostdin", "-i", sample, "-af", f"pan=stereo|c0=c0|c1={right}")
    subprocess.run([program, *words, path], check=True, timeout=60)
    return path


@pytest.mark.integration
async def test_channels_that_cancel_are_told_once_and_one_of_them_is_heard_to_the_end(tmp_path: Path, antiphase: Path) -> None:
    runner = QuickRunner()
    async with bench(tmp_path, antiphase, runner) as at:
        job = await begun(at, runner)
        medium = remembered(await at.store.find_job(job.id))
        assert medium is not None
        assert medium.channel == LEFT
        assert "channel_alone" in at.notes()
        at.told.clear()
        await at.work(job)
        assert at.ended[-1].state is JobState.DONE
        assert at.ended[-1].transcript is not None
        assert at.ended[-1].transcript.segments
        assert "channel_alone" not in at.notes()


@pytest.mark.integration
async def test_what_was_decided_holds_whatever_would_be_decided_today(tmp_path: Path, sample: Path) -> None:
    recording = as_stereo(sample, tmp_path / "left.wav", "0*c0")
    async with bench(tmp_path, recording, QuickRunner()) as at:
        job = await at.add()
        mine = await own(at.store, job.id)
        assert mine is not None
        with mine:
            await mine.journal.remember(KEY, MEDIUM.encoded())
        await at.work(job)
        assert at.ended[-1].transcript is not None
        assert not at.ended[-1].transcript.segments, "the right channel is silent"


@pytest.mark.integration
async def test_one_silent_channel_is_no_news(tmp_path: Path, sample: Path) -> None:
    recording = as_stereo(sample, tmp_path / "left.wav", "0*c0")
    async with bench(tmp_path, recording, QuickRunner()) as at:
        await at.work(await at.add())
        assert at.ended[-1].transcript is not None
        assert at.ended[-1].transcript.segments
        assert "channel_alone" not in at.notes()
