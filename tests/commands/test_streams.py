"""No name, no terminal and no closed pipe can break a command."""

import errno
import io
import os
import sys

import pytest

from dwhisper_gui.commands import streams

NAME = os.fsdecode(b"caf\xc3\xa9 \xff.mp4")


def wrapped(encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("utf-8", "“café ".encode() + b"\xff" + ".mp4” – \N{CLAPPER BOARD}\n".encode()),
        ("latin-1", b'"caf\xe9 \xff.mp4" - \\U0001f3ac\n'),
        ("ascii", b'"caf\\xe9 \xff.mp4" - \\U0001f3ac\n'),
    ],
)
def test_anything_can_be_written_in_any_encoding(monkeypatch: pytest.MonkeyPatch, encoding: str, written: bytes) -> None:
    stream = wrapped(encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    streams.prepare()
    streams.result(f"“{NAME}” – \N{CLAPPER BOARD}")
    assert stream.buffer.getvalue() == written  # type: ignore[attr-defined]


def test_closed_streams_swallow_what_they_get(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    streams.prepare()
    streams.result("a result")
    streams.say("a sentence")
    sys.stdout.close()
    sys.stderr.close()


def test_what_would_steer_a_terminal_is_taken_out() -> None:
    assert streams.printable("a\x1b[31mb\nc\td\x9be").replace("\N{REPLACEMENT CHARACTER}", "_") == "a_[31mb_c_d_e"
    assert streams.printable(NAME + " “ \N{CLAPPER BOARD}") == NAME + " “ \N{CLAPPER BOARD}"


@pytest.mark.parametrize(("number", "quiet"), [(errno.EPIPE, True), (errno.ENOSPC, False)])
def test_a_lost_output_says_whether_anybody_needs_to_know(monkeypatch: pytest.MonkeyPatch, number: int, quiet: bool) -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(sys, "stdout", Broken())
    with pytest.raises(streams.OutputLost) as caught:
        streams.result("a result")
    assert caught.value.quiet is quiet
    monkeypatch.setattr(sys, "stderr", Broken())
    streams.say("nobody hears this, and nothing happens")
