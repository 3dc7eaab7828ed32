"""An ffmpeg that neither writes nor works is ended; one that works is waited for."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest
from dwhisper_worker.contract import BYTES_PER_SECOND, Span

from dwhisper_gui.core.errors import ExtractionFailed, ShotsUnknown
from dwhisper_gui.media import hanging
from dwhisper_gui.media.extract import Source, extract, measure_duration
from dwhisper_gui.media.shots import find_shots
from tests.media.beeps import beeps, raw
from tests.media.conftest import Make
from tests.workers.children import Children

pytestmark = [pytest.mark.integration, pytest.mark.skipif(sys.platform == "win32", reason="a script as a program")]

HANGS = "import signal; signal.pause()"
HANGS_IN_THE_MIDDLE = f"""
import subprocess, sys
try:
    subprocess.run([{shutil.which("ffmpeg")!r}, *sys.argv[1:]], timeout=2)
finally:
    import signal; signal.pause()
"""
WORKS = f"""
import os, sys, time
while time.process_time() < 3: pass
os.execv({shutil.which("ffmpeg")!r}, sys.argv)
"""


@pytest.fixture
def source(made: Make) -> Source:
    return Source(os.fsencode(made("plain.wav", beeps(3, (1.5,)), *raw())), "wav", 0)


def pretend(script: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """From now on, a script is ffmpeg. Its first line names a link, since it may hold no spaces."""
    (folder / "python").symlink_to(sys.executable)
    (folder / "ffmpeg").write_text(f"#!{folder / 'python'}\n{script}\n")
    (folder / "ffmpeg").chmod(0o755)
    patch.setenv("PATH", os.fspath(folder))
    patch.setattr(hanging, "SILENT_SECONDS", 0.5)


@pytest.mark.parametrize("script", [HANGS, HANGS_IN_THE_MIDDLE], ids=["at once", "in the middle"])
async def test_one_that_hangs_is_ended_and_told(script: str, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    children = Children()
    pretend(script, tmp_path, monkeypatch)
    for reading in (extract(source, Span(0, 10)), measure_duration(source)):
        with pytest.raises(ExtractionFailed, match=r"plain\.wav.*\(it did nothing for minutes"):
            await asyncio.wait_for(reading, 20)
    with pytest.raises(ShotsUnknown, match="it did nothing for minutes"):
        await asyncio.wait_for(find_shots(source.path, "wav"), 20)
    assert children.new() == []


async def test_one_that_works_without_a_word_is_waited_for(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(WORKS, tmp_path, monkeypatch)
    assert len(await asyncio.wait_for(extract(source, Span(0, 2)), 60)) == 2 * BYTES_PER_SECOND
