"""Sound for the way to other computers, and libraries that lack an encoder."""

import asyncio
import random
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from dwhisper_worker.contract import SAMPLE_RATE
from dwhisper_worker.sound import clips

from dwhisper_gui.core.errors import EncodingFailed
from dwhisper_gui.media import encode
from dwhisper_gui.media.encode import encoded

CLIPS = (random.Random(1).randbytes(2 * SAMPLE_RATE), b"\x10\x00" * (SAMPLE_RATE // 2), b"\x01\x00")


async def test_what_is_lossless_comes_back_as_it_was() -> None:
    assert tuple(clips(await encoded(CLIPS, lossless=True))) == CLIPS


async def test_what_is_small_comes_back_as_long_as_it_was() -> None:
    sound = await encoded(CLIPS, lossless=False)
    assert [len(clip) for clip in clips(sound)] == [len(clip) for clip in CLIPS]


@pytest.mark.parametrize("lossless", [True, False])
async def test_a_clip_may_be_empty(lossless: bool) -> None:
    sound = await encoded((b"", *CLIPS, b""), lossless=lossless)
    assert [len(clip) for clip in clips(sound)] == [0, *(len(clip) for clip in CLIPS), 0]
    assert clips(await encoded((b"",), lossless=lossless)) == [b""]


async def test_several_are_encoded_side_by_side() -> None:
    sounds = await asyncio.gather(*(encoded(CLIPS[:count], lossless=True) for count in (1, 2, 3)))
    assert [tuple(clips(sound)) for sound in sounds] == [CLIPS[:1], CLIPS[:2], CLIPS]


class Minutes(list[bytes]):
    """An hour, and how many minutes of it were taken."""

    def __init__(self) -> None:
        super().__init__([random.Random(2).randbytes(2 * SAMPLE_RATE * 60)] * 60)
        self.taken = 0
        self.begun = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        for minute in super().__iter__():
            self.taken += 1
            self.begun.set()
            yield minute


async def test_a_long_one_ends_after_the_clip_that_it_is_at_when_it_is_cancelled() -> None:
    hour = Minutes()
    encoding = asyncio.ensure_future(encoded(hour, lossless=True))
    assert await asyncio.to_thread(hour.begun.wait, 10)
    encoding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await encoding
    await asyncio.get_running_loop().shutdown_default_executor()
    assert hour.taken < 10


@pytest.mark.parametrize("lossless", [True, False])
async def test_what_was_said_at_a_time_is_heard_at_that_time(lossless: bool) -> None:
    tone = (8000 * np.sin(np.arange(SAMPLE_RATE // 5) * 2 * np.pi * 440 / SAMPLE_RATE)).astype("<i2")
    clip = np.zeros(3 * SAMPLE_RATE, "<i2")
    for second in (0.5, 1.5, 2.5):
        clip[round(second * SAMPLE_RATE) :][: len(tone)] = tone
    sound = await encoded((clip.tobytes(),) * 3, lossless=lossless)
    for heard in clips(sound):
        loud = np.abs(np.frombuffer(heard, "<i2").astype(int)) > 3000
        onsets = [np.argmax(loud[second * SAMPLE_RATE :]) / SAMPLE_RATE for second in range(3)]
        assert onsets == pytest.approx([0.5] * 3, abs=0.01)


@pytest.mark.parametrize(("lossless", "name"), [(True, "LOSSLESS"), (False, "SMALL")])
async def test_libraries_without_the_encoder_are_named_in_a_sentence(lossless: bool, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode, name, "nosuchcodec")
    with pytest.raises(EncodingFailed) as failed:
        await encoded(CLIPS, lossless=lossless)
    assert failed.value.fields["codec"] == "nosuchcodec"
    assert "\n" not in failed.value.sentence()
