"""On a terminal: a bar that moves, colours unless they are unwanted, and a screen that is whole when it ends."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.commands.program import DWHISPER, run

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)
import fcntl
import pty
import struct
import termios

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.usefixtures("tiny_en")]

HIDES, SHOWS = "\x1b[?25l", "\x1b[?25h"
COLOUR = re.compile(r"\x1b\[[\d;]*3[1-7][\d;]*m")


class Screen:
    def __init__(self, process: "subprocess.Popen[bytes]", master: int) -> None:
        self.process = process
        self.text = ""
        self._master = master

    def until(self, text: str, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < deadline, self.text
            assert self._read(), self.text

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def end(self) -> int:
        """Its status, once it has ended; all it has shown is in `text` then."""
        while self._read():
            pass
        return self.process.wait(10)

    def _read(self) -> bool:
        try:
            shown = os.read(self._master, 65536)
        except OSError:  # nobody has the terminal open any more
            return False
        self.text += shown.decode("utf-8", "replace")
        return bool(shown)


@contextmanager
def on_terminal(*words: str | Path, **env: str) -> Iterator[Screen]:
    """The program with a terminal of 100 columns as its input and outputs."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    usual = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    with subprocess.Popen(
        [DWHISPER, *words], stdin=slave, stdout=slave, stderr=slave, env=usual | {"TERM": "xterm-256color"} | env, start_new_session=True
    ) as process:
        os.close(slave)
        try:
            yield Screen(process, master)
        finally:
            process.kill()
            os.close(master)


def test_a_bar_moves_and_is_gone_in_the_end(sample: Path, tmp_path: Path) -> None:
    with on_terminal("transcribe", sample, "--model", "tiny.en", "--live", "-o", tmp_path) as screen:
        assert screen.end() == 0
    assert "━" in screen.text
    assert re.search(r"\d+ %", screen.text)
    assert COLOUR.search(screen.text)
    assert screen.text.rindex(HIDES) < screen.text.rindex(SHOWS)
    assert "[0:00:00.736 → 0:00:07" in screen.text
    assert screen.text.rstrip().endswith(os.fspath(tmp_path / "sample.en.srt"))


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_colours_are_left_out_where_they_are_unwanted(env: dict[str, str], talk: Path) -> None:
    with on_terminal("transcribe", talk, talk.with_name("not there.mp4"), "--model", "tiny.en", **env) as screen:
        assert screen.end() == 1
    assert not COLOUR.search(screen.text)
    if env.get("TERM") == "dumb":
        assert "\x1b" not in screen.text


@pytest.mark.parametrize("times", [1, 2])
def test_the_cursor_is_back_after_ctrl_c(times: int, long: Path) -> None:
    with on_terminal("transcribe", long, "--model", "tiny.en") as screen:
        screen.until("━")
        for _ in range(times):
            screen.process.send_signal(signal.SIGINT)
            screen.until("Ctrl+C once more")
        assert screen.end() == 130
    assert screen.text.rindex(HIDES) < screen.text.rindex(SHOWS)
    assert "Traceback" not in screen.text


def test_jobs_are_cleared_once_that_is_meant(talk: Path) -> None:
    assert run("transcribe", talk, "--model", "tiny.en").status == 0
    for answer, said, status in (("n\n", "Nothing was changed.", 0), ("", "Nothing was changed.", 130), ("y\n", "One job is removed", 0)):
        with on_terminal("jobs", "clear") as screen:
            screen.until("The recording is transcribed anew if that is asked for again. [y/N]")
            if answer:
                screen.type(answer)
            else:
                screen.process.send_signal(signal.SIGINT)
            assert screen.end() == status
        assert said in screen.text
    assert run("jobs", "clear").lines == ["No job is done, so none was removed."]


def test_a_name_cannot_steer_the_terminal(short: Path, tmp_path: Path) -> None:
    path = tmp_path / "\x1b]0;mine\x07\x1b[2J.mp4"
    path.write_bytes(short.read_bytes())
    with on_terminal("transcribe", path, "--model", "tiny.en") as screen:
        assert screen.end() == 0
    assert "\x1b]0;" not in screen.text
    assert "\x1b[2J" not in screen.text
    assert path.with_suffix(".en.srt").exists()
