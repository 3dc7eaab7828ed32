"""Recordings for the commands: short ones, since each is transcribed by a program of its own."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest


def ffmpeg(*words: str | Path) -> None:
    program = shutil.which("ffmpeg")
    assert program, "ffmpeg is needed (make test says how to get it)"
    subprocess.run([program, "-v", "error", "-nostdin", "-y", *words], check=True, timeout=60)


def repeated(recording: Path, times: int, path: Path) -> Path:
    """A recording so many times over, written to `path`."""
    ffmpeg("-stream_loop", str(times - 1), "-i", recording, "-c", "copy", path)
    return path


@pytest.fixture(scope="session")
def short(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first sentence of the sample: 7.6 s, one window."""
    path = tmp_path_factory.mktemp("media") / "short.mp4"
    ffmpeg("-i", sample, "-t", "7.6", "-c", "copy", "-movflags", "+faststart", path)
    return path


@pytest.fixture(scope="session")
def long(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample four times over: two parts, and enough windows to be interrupted between them."""
    return repeated(sample, 4, tmp_path_factory.mktemp("media") / "long.mp4")


@pytest.fixture(scope="session")
def longer(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample twelve times over: other programs have their say in its midst, and it is done all the same."""
    return repeated(sample, 12, tmp_path_factory.mktemp("media") / "long.mp4")


@pytest.fixture(scope="session")
def endless(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample forty times over: nobody is done with it before another program has had its say."""
    return repeated(sample, 40, tmp_path_factory.mktemp("media") / "endless.mp4")


@pytest.fixture
def talk(short: Path, tmp_path: Path) -> Path:
    """A copy of the short recording, alone in its folder."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    return Path(shutil.copy(short, folder / "talk.mp4"))


@pytest.fixture
def copies(short: Path, tmp_path: Path) -> Callable[[Sequence[str]], list[Path]]:
    """Copies of the short recording under other names, in one folder."""

    def make(names: Sequence[str]) -> list[Path]:
        folder = tmp_path / "several"
        folder.mkdir()
        return [Path(shutil.copy(short, folder / name)) for name in names]

    return make
