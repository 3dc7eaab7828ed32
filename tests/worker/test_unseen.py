"""A secret at a prompt: however long, never shown, and the terminal is as it was."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dwhisper_worker.invitation import as_token, from_token
from dwhisper_worker.tasks import Invitation
from dwhisper_worker.unseen import Line

from tests.worker.conductor.process import WORKER

PROMPT = "The line that DWhisper shows: "
# Nobody listens at this address: to join needs no server, and says so.
LONG = as_token(Invitation("http://127.0.0.1:1", "default", bytes(32), authority="PEM " * 1120))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("abc", "abc"),
        ("abx\x7fc", "abc"),
        ("\babx\bc", "abc"),
        ("wrong\x15abc", "abc"),
        ("a\x1b[Ab\x1b[1;5Cc", "abc"),
        ("\x1b[200~abc\x1b[201~", "abc"),
        ("a\x1a\x1c\x00bc", "abc"),
        ("äb", "äb"),
    ],
)
def test_a_line_is_what_would_have_been_seen(typed: str, text: str) -> None:
    line = Line()
    assert all(line.take(letter) for letter in typed)
    assert line.text == text


@pytest.mark.parametrize("end", ["\r", "\n", "\x04", "\x1b\r", "\x1b[\n"])
def test_enter_ends_it_whatever_was_begun(end: str) -> None:
    line = Line()
    assert [line.take(letter) for letter in end] == [True] * (len(end) - 1) + [False]


@pytest.mark.parametrize("typed", ["\x03", "abc\x03", "\x1b\x03"])
def test_ctrl_c_is_heard_anywhere(typed: str) -> None:
    line = Line()
    assert all(line.take(letter) for letter in typed[:-1])
    with pytest.raises(KeyboardInterrupt):
        line.take(typed[-1])


if sys.platform != "win32":
    import termios

    from tests.worker.terminal import Terminal, on_terminal

    @pytest.fixture
    def prompt(tmp_path: Path) -> Iterator[Terminal]:
        """`dwhisper-worker join`, which waits for its line."""
        with on_terminal([*WORKER, "join"], DWHISPER_WORKER_HOME=str(tmp_path)) as terminal:
            before = terminal.modes
            terminal.until(PROMPT)
            assert not terminal.modes[3] & (termios.ECHO | termios.ICANON)
            yield terminal
            assert terminal.modes == before
            assert "Traceback" not in terminal.shown

    def kept(folder: Path) -> Invitation:
        return from_token((folder / "joined").read_text())

    @pytest.mark.integration
    @pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\x04"])
    def test_a_line_longer_than_terminals_keep_is_taken_whole(end: str, prompt: Terminal, tmp_path: Path) -> None:
        assert len(LONG) > 6000
        prompt.type(LONG + end)
        assert prompt.end() == 0
        assert kept(tmp_path) == from_token(LONG)
        assert LONG[:40] not in prompt.shown
        assert "Joined the pool" in prompt.shown

    @pytest.mark.integration
    def test_one_that_was_broken_into_lines_is_taken_whole(prompt: Terminal, tmp_path: Path) -> None:
        prompt.type("\r".join(LONG[i : i + 80] for i in range(0, len(LONG), 80)) + "\r")
        assert prompt.end() == 0
        assert kept(tmp_path) == from_token(LONG)

    @pytest.mark.integration
    def test_a_slip_can_be_mended(prompt: Terminal, tmp_path: Path) -> None:
        prompt.type(LONG[:100] + "xy\x7f\x7f" + LONG[100:] + "\r")
        assert prompt.end() == 0
        assert kept(tmp_path) == from_token(LONG)

    @pytest.mark.integration
    @pytest.mark.parametrize(
        ("typed", "status", "said"),
        [
            ("\x03", 130, "No line was taken, so nothing was done."),
            ("dwhisper-join\x03", 130, "No line was taken, so nothing was done."),
            ("\x04", 2, "No line was given, so nothing was done."),
            ("\r", 2, "No line was given, so nothing was done."),
            ("hello\r", 2, "That is no invitation"),
        ],
    )
    def test_whoever_thinks_better_of_it_is_told_what_became_of_it(
        typed: str, status: int, said: str, prompt: Terminal, tmp_path: Path
    ) -> None:
        prompt.type(typed)
        assert prompt.end() == status
        assert said in prompt.shown
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.integration
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
    def test_a_terminal_shows_again_what_is_typed_whatever_ends_the_worker(number: signal.Signals, prompt: Terminal) -> None:
        prompt.process.send_signal(number)
        assert prompt.end() == (130 if number == signal.SIGINT else -number)

    @pytest.mark.integration
    def test_nothing_of_a_secret_is_left_for_the_shell(prompt: Terminal) -> None:
        prompt.type("dwhisper-join\x03" + LONG[:2000])
        assert prompt.end() == 130
        assert prompt.unread() == 0
