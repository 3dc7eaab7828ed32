"""Whoever reads the results stops reading, goes away or has no room: the work waits, or ends with nothing lost."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest

from tests.commands.program import DWHISPER, PATIENCE_SECONDS, run, spoken

if sys.platform != "win32":
    import fcntl

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.usefixtures("tiny_en")]

TINY = ("--model", "tiny.en", "--json")
END_SECONDS = 3.5


@contextmanager
def unread(*words: str | Path) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """A program whose standard output is a pipe that is full by now, and that pipe."""
    if sys.platform != "linux":
        pytest.skip("only Linux has pipes that are soon full")
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    with os.fdopen(reading, "rb") as pipe, subprocess.Popen([DWHISPER, *words], stdout=writing, stderr=subprocess.PIPE) as process:
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while select.select([], [writing], [], 0)[1]:
                assert time.monotonic() < deadline
                with suppress(subprocess.TimeoutExpired):
                    pytest.fail(f"ended with {process.wait(timeout=0.05)}")
            os.close(writing)
            yield process, pipe
        finally:
            process.kill()


def test_a_reader_that_stops_reading_is_waited_for(long: Path, tmp_path: Path) -> None:
    with unread("transcribe", long, *TINY, "-o", tmp_path) as (process, pipe):
        events = [json.loads(line) for line in pipe]
        assert process.wait(PATIENCE_SECONDS) == 0
    assert events[-1] == {"event": "finished", "status": 0}
    assert spoken(tmp_path / "long.en.srt").count("leisure to consider") == 4


def test_ctrl_c_ends_what_waits_for_a_reader(long: Path, tmp_path: Path) -> None:
    with unread("transcribe", long, *TINY, "-o", tmp_path) as (process, _):
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 130
        assert time.monotonic() - began < END_SECONDS
    assert run("transcribe", long, *TINY, "-o", tmp_path).status == 0


@pytest.mark.parametrize("words", [("models", "list"), ("models", "languages"), ("doctor",), ("--help",)], ids=" ".join)
def test_a_full_disk_and_a_reader_that_leaves_are_told_apart(words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        left = subprocess.run([DWHISPER, *words], stdout=nobody, stderr=subprocess.PIPE, timeout=PATIENCE_SECONDS, check=False)
    assert (left.returncode, left.stderr) == (130, b"")
    if Path("/dev/full").exists():
        with Path("/dev/full").open("wb") as full:
            told = subprocess.run([DWHISPER, *words], stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE_SECONDS, check=False)
        assert told.returncode == 1
        assert told.stderr.startswith(b"The results could not be written to standard output (No space left on device).")
        assert told.stderr.count(b"\n") == 1
