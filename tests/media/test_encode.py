"""Sound for the way to other computers, by a real ffmpeg, and by one that lacks an encoder."""

import os
import sys
from pathlib import Path

import pytest
from dwhisper_worker.contract import SAMPLE_RATE
from dwhisper_worker.sound import clips

from dwhisper_gui.core.errors import EncodingFailed, FFmpegMissing
from dwhisper_gui.media import encode
from dwhisper_gui.media.encode import encoded
from dwhisper_gui.media.ffmpeg import find_encoder

pytestmark = pytest.mark.integration

CLIPS = (bytes(2 * SAMPLE_RATE), b"\x10\x00" * (SAMPLE_RATE // 2))


async def test_what_is_lossless_comes_back_as_it_was() -> None:
    assert tuple(clips(await encoded(CLIPS, lossless=True))) == CLIPS


async def test_what_is_small_comes_back_as_long_as_it_was() -> None:
    sound = await encoded(CLIPS, lossless=False)
    assert [len(clip) for clip in clips(sound)] == [len(clip) for clip in CLIPS]


@pytest.mark.skipif(sys.platform == "win32", reason="a script that stands for a program")
@pytest.mark.parametrize(("lossless", "codec"), [(True, "flac"), (False, "libopus")])
async def test_an_ffmpeg_without_the_encoder_is_named_in_a_sentence(
    lossless: bool, codec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ffmpeg"
    # A real one, asked for an encoder that it does not have.
    program.write_text(f'#!/bin/bash\nexec "{find_encoder()}" "${{@/%{codec}/no{codec}}}"\n')
    program.chmod(0o755)
    monkeypatch.setattr(encode, "find_encoder", lambda: os.fspath(program))
    with pytest.raises(EncodingFailed) as failed:
        await encoded(CLIPS, lossless=lossless)
    assert failed.value.fields["codec"] == codec
    assert "0x" not in failed.value.sentence()
    assert "\n" not in failed.value.sentence()


async def test_one_that_is_gone_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode, "find_encoder", lambda: os.fspath(tmp_path / "ffmpeg"))
    with pytest.raises(FFmpegMissing):
        await encoded(CLIPS, lossless=True)
