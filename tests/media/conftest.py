"""Both ffmpegs, media made once a run, and a worker."""

import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio

from dwhisper_gui.workers.child import Worker, worker_command
from tests.media.beeps import ffmpeg

SYSTEM = shutil.which("ffmpeg")

Make = Callable[..., Path]
Test = TypeVar("Test", bound=Callable[..., object])


@pytest.fixture(params=["system", "wheel"])
def program(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test runs with the system's ffmpeg, and with none on PATH."""
    if request.param == "wheel":
        monkeypatch.setenv("PATH", os.fspath(Path(os.sep, "nowhere")))
    elif SYSTEM is None:
        pytest.skip("this system has no ffmpeg")
    return str(request.param)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes a medium by ffmpeg, once a run: its name, the sound for standard input, ffmpeg's words before the output's name."""
    folder = tmp_path_factory.mktemp("media")

    def make(name: str, sound: bytes | None, *words: str | Path) -> Path:
        path = folder / name
        if not path.exists():
            ffmpeg(*words, path, sound=sound)
        return path

    return make


def integration(test: Test) -> Test:
    """Marks a test that uses `worker`, which lives in the loop of its module."""
    marked: Test = pytest.mark.integration(pytest.mark.asyncio(loop_scope="module")(test))
    return marked


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker() -> AsyncIterator[Worker]:
    """The real one."""
    started = await Worker.start(worker_command(()), name="ears")
    yield started
    await started.close()
