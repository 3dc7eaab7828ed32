"""The whole job where no ffmpeg and no ffprobe are installed: what comes with the program does."""

import os
import shutil
from pathlib import Path

import pytest

from tests.commands.program import run, spoken

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.mark.usefixtures("tiny_en")
def test_a_recording_is_transcribed_with_no_ffmpeg_on_the_path(talk: Path, tmp_path: Path) -> None:
    path = os.fspath(tmp_path / "nothing is installed here")
    assert not [name for name in ("ffmpeg", "ffprobe") if shutil.which(name, path=path)]
    ended = run("transcribe", talk, "--model", "tiny.en", env={"PATH": path})
    assert ended.status == 0, ended.err
    assert ended.lines == [os.fspath(talk.with_name("talk.en.srt"))]
    assert "leisure to consider" in spoken(talk.with_name("talk.en.srt"))
