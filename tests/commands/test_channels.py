"""Stereo whose channels cancel each other out, through the real program."""

import shutil
from pathlib import Path

import pytest

from tests.commands.conftest import ffmpeg
from tests.commands.program import run, spoken

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("tiny_en")]


@pytest.mark.slow
def test_a_miswired_microphone_gives_the_text_of_one_channel(talk: Path) -> None:
    antiphase, left = (talk.with_name(f"{name}.wav") for name in ("antiphase", "left"))
    ffmpeg("-i", talk, "-af", "pan=stereo|c0=c0|c1=-1*c0", antiphase)
    ffmpeg("-i", antiphase, "-af", "pan=mono|c0=c0", left)
    copy = Path(shutil.copy(antiphase, talk.with_name("copy.wav")))
    ended = run("transcribe", antiphase, left, copy, "--model", "tiny.en")
    assert ended.status == 0
    assert "antiphase.wav: Mixed together, its two channels hide what is said" in ended.err
    assert "left.wav: Mixed" not in ended.err
    texts = {spoken(path.with_suffix(".en.srt")) for path in (antiphase, left, copy)}
    assert len(texts) == 1
    assert "leisure" in texts.pop()
