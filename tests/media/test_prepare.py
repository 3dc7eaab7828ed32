"""Parts from real speech: extracted, searched, cut."""

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest
from dwhisper_worker.contract import BYTES_PER_SECOND, PEAKS_PER_SECOND, MediumInfo, Span, SpeechReply, Window

from dwhisper_gui.core import plan
from dwhisper_gui.core.errors import WorkerNonsense
from dwhisper_gui.core.plan import Edge, PreparedPart
from dwhisper_gui.media import prepare
from dwhisper_gui.media.extract import Source, extract
from dwhisper_gui.media.prepare import audio_of, find_edge, language_clips, prepare_part
from dwhisper_gui.media.probe import probe
from dwhisper_gui.media.speech import find_speech
from dwhisper_gui.workers.asking import Asks
from dwhisper_gui.workers.child import Worker
from tests.media.beeps import beeps, raw
from tests.media.conftest import Make, integration

PAUSE = Span(16.7, 22.7)
"""Of the sample, which lasts 33.4 s."""


async def source_of(path: Path, worker: Worker) -> tuple[Source, MediumInfo]:
    info = await probe(worker, os.fsencode(path))
    return Source(os.fsencode(path), info.format, 0), info


@pytest.fixture
def spoken(made: Make, sample: Path) -> Path:
    """134 s: the sample four times."""
    return made("spoken.mp4", None, "-stream_loop", "3", "-i", sample, "-c", "copy")


class Answers:
    """Whom to ask for speech when what counts is the answer."""

    def __init__(self, reply: SpeechReply) -> None:
        self.reply = reply

    async def ask(self, call: object, request: object, on_event: object = None) -> object:
        return self.reply


@pytest.mark.parametrize(("frames", "peaks"), [(0, 0), (31, 100), (32, 99), (33, 100)])
async def test_an_answer_about_other_sound_than_was_asked_about_is_nonsense(frames: int, peaks: int) -> None:
    reply = SpeechReply(bytes(frames), bytes(peaks))
    with pytest.raises(WorkerNonsense, match="find_speech"):
        await find_speech(cast(Asks, Answers(reply)), bytes(BYTES_PER_SECOND), Span(0, 1))


async def test_a_second_of_silence_is_32_frames_and_50_peaks() -> None:
    speech = await find_speech(cast(Asks, Answers(SpeechReply(bytes(32), bytes(100)))), bytes(BYTES_PER_SECOND), Span(0, 1))
    assert speech.maybe == speech.sure == ()


async def test_no_sound_is_not_asked_about() -> None:
    speech = await find_speech(cast(Asks, None), b"", Span(5, 6))
    assert (speech.probabilities, speech.peaks, speech.sure) == (b"", b"", ())


def test_the_audio_of_a_window_is_cut_to_the_sample() -> None:
    pcm = b"".join(i.to_bytes(2, "little") for i in range(32_000))
    window = Window(3, 101.0, 101.5, (), ())
    audio = audio_of(pcm, Span(100.0, 102.0), window)
    assert audio.window is window
    assert audio.pcm == pcm[2 * 16_000 : 2 * 24_000]
    assert audio_of(pcm, Span(100.0, 102.0), Window(0, 101.9, 103.0, (), ())).pcm == pcm[2 * 30_400 :]


@integration
@pytest.mark.usefixtures("program")
async def test_speech_is_found_where_it_is(worker: Worker, sample: Path) -> None:
    source, _ = await source_of(sample, worker)
    span = Span(10.0, 30.0)
    speech = await find_speech(worker, await extract(source, span), span)
    assert sum(found.duration for found in speech.sure) > 5
    assert all(span.start <= found.start and found.end <= span.end for found in speech.maybe)
    assert not any(found.start < PAUSE.end - 0.3 and found.end > PAUSE.start + 0.3 for found in speech.maybe)
    assert len(speech.peaks) == 2 * 20 * PEAKS_PER_SECOND


@integration
@pytest.mark.usefixtures("program")
async def test_parts_join_without_gap_or_overlap_and_come_out_the_same_again(worker: Worker, spoken: Path) -> None:
    source, info = await source_of(spoken, worker)
    assert info.duration is not None
    parts = plan.parts(Span(0, info.duration))
    assert len(parts) == 2
    edges = [Edge(0.0, in_speech=False), await find_edge(source, worker, 60.0), Edge(info.duration, in_speech=False)]
    # The pause of the second time round, which lies at 50.1 s.
    assert edges[1].time == pytest.approx(33.4 + (PAUSE.start + PAUSE.end) / 2, abs=0.5)
    assert not edges[1].in_speech
    assert await find_edge(source, worker, 60.0) == edges[1]

    prepared: list[PreparedPart] = []
    for part in parts:
        one, heard = await prepare_part(source, worker, part, edges[part.index], edges[part.index + 1])
        again, _ = await prepare_part(source, worker, part, edges[part.index], edges[part.index + 1])
        assert again == one
        pcm = heard.pcm
        assert heard.unreadable == ()
        assert one.span == Span(edges[part.index].time, edges[part.index + 1].time)
        assert len(pcm) == 2 * (round(one.span.end * 16_000) - round(one.span.start * 16_000))
        assert await extract(source, one.span) == pcm
        for chunk in one.chunks:
            for window in chunk.windows:
                assert len(audio_of(pcm, one.span, window).pcm) == pytest.approx((window.end - window.start) * BYTES_PER_SECOND, abs=4)
        prepared.append(one)

    windows = [window for one in prepared for chunk in one.chunks for window in chunk.windows]
    assert len(windows) > 4
    assert all(before.end <= after.start for before, after in pairwise(windows))
    sure = sum(span.duration for one in prepared for span in one.sure)
    assert sum(span.duration for window in windows for span in window.sure) == pytest.approx(sure, abs=0.1)


@integration
async def test_an_edge_where_the_medium_ends_before(worker: Worker, sample: Path) -> None:
    source, _ = await source_of(sample, worker)
    assert 15 <= (await find_edge(source, worker, 30.0)).time <= 33.4
    assert await find_edge(source, worker, 100.0) == Edge(100.0, in_speech=False)


@integration
async def test_an_edge_in_tones_is_no_silence_of_speech(worker: Worker, made: Make) -> None:
    """Tones are no speech, so all of the slice is silent, and the edge stays in the middle of it."""
    path = made("tones.wav", beeps(40, [i / 10 for i in range(400)]), *raw())
    source, _ = await source_of(path, worker)
    assert await find_edge(source, worker, 20.0) == Edge(20.0, in_speech=False)


@integration
@pytest.mark.usefixtures("program")
async def test_clips_for_the_language_hold_speech(worker: Worker, spoken: Path) -> None:
    source, info = await source_of(spoken, worker)
    assert info.duration is not None
    clips = await language_clips(source, worker, Span(0, info.duration), 4)
    assert len(clips) == 4
    for clip in clips:
        assert 3 * BYTES_PER_SECOND <= len(clip) <= 14 * BYTES_PER_SECOND
        span = Span(0, len(clip) / BYTES_PER_SECOND)
        assert sum(found.duration for found in (await find_speech(worker, clip, span)).sure) >= 2.5


@pytest.mark.parametrize(
    ("sure", "seconds", "expected"),
    [
        ([Span(12.0, 13.0)], 1.0, Span(11.3, 13.7)),
        ([Span(10.2, 30.0)], 13.8, Span(10.0, 24.0)),
        ([Span(10.2, 10.6), Span(27.0, 31.0), Span(33.0, 39.9)], 10.9, Span(26.3, 40.0)),
    ],
)
def test_a_clip_begins_where_most_is_said(sure: list[Span], seconds: float, expected: Span) -> None:
    spoken, clip = prepare._most_spoken(sure, Span(10.0, 40.0))
    assert spoken == pytest.approx(seconds)
    assert (clip.start, clip.end) == (pytest.approx(expected.start), pytest.approx(expected.end))


@integration
async def test_clips_are_looked_for_beside_silence(worker: Worker, made: Make, speech_wav: Callable[[str], Path]) -> None:
    """Five minutes of which only some seconds are spoken, off the middle of their half."""
    voice = speech_wav(
        "The ferry to the island leaves every morning at a quarter past nine, and returns in the evening before the sun is gone."
    )
    path = made("rare.m4a", None, "-i", voice, "-af", "adelay=30s,apad=whole_dur=300", "-ar", "16000")
    source, info = await source_of(path, worker)
    assert info.duration == pytest.approx(300, abs=0.1)
    clips = await language_clips(source, worker, Span(0, 300), 2)
    assert len(clips) == 1


@integration
async def test_too_little_speech_is_better_than_none(worker: Worker, made: Make, speech_wav: Callable[[str], Path]) -> None:
    path = made("short.wav", None, "-i", speech_wav("Good morning to you all."), "-ar", "16000")
    source, info = await source_of(path, worker)
    assert info.duration is not None
    assert info.duration < 3
    assert len(await language_clips(source, worker, Span(0, info.duration))) == 1


@integration
async def test_where_nobody_speaks_there_is_no_clip(worker: Worker, made: Make) -> None:
    path = made("tones.wav", beeps(40, [i / 10 for i in range(400)]), *raw())
    source, _ = await source_of(path, worker)
    assert await language_clips(source, worker, Span(0, 40)) == []
