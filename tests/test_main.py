"""`dwhisper` itself: what its first word decides, and how long that takes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import typer

from dwhisper_gui.commands import tree
from dwhisper_gui.workers.child import Worker
from tests.commands.program import DWHISPER, run

pytestmark = pytest.mark.integration


def commands(command: Any, *words: str) -> Iterator[tuple[str, ...]]:
    """The words of each that there is."""
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, *words, name)
    if not hasattr(command, "commands"):
        yield words


COMMANDS = list(commands(typer.main.get_command(tree.app)))


def test_the_commands_were_found() -> None:
    assert {("transcribe",), ("jobs", "clear"), ("models", "languages"), ("settings", "reset")} <= set(COMMANDS)


def test_without_a_word_it_shows_its_help(home: Path) -> None:
    ended = run()
    assert ended.status == 0
    assert ended.out == run("--help").out
    assert tree.names() == {words[0] for words in COMMANDS}
    for name in tree.names():
        assert name in ended.out
    assert not list(home.iterdir()), "help touches nothing"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_examples(words: tuple[str, ...]) -> None:
    ended = run(*words, "--help")
    assert ended.status == 0
    assert "Examples" in ended.out
    assert f"dwhisper {' '.join(words)}" in ended.out.partition("Examples")[2]


def test_the_version() -> None:
    assert run("--version").out == f"dwhisper {metadata.version('dwhisper-gui')}\n"


@pytest.mark.parametrize("words", [("trnscribe",), ("--colour",), ("transcribe",), ("jobs", "show"), ("jobs", "nap", "x")], ids=" ".join)
def test_wrong_use_is_told_with_where_to_look(words: tuple[str, ...]) -> None:
    ended = run(*words)
    assert ended.status == 2
    assert ended.out == ""
    assert "--help" in ended.err


def test_a_command_is_one_whatever_lies_about(tmp_path: Path) -> None:
    for name in ("transcribe", "jobs", "doctor"):
        (tmp_path / name).mkdir()
        assert "Usage: dwhisper " in run(name, "--help", cwd=tmp_path).out


def test_a_path_is_told_how_to_be_transcribed(tmp_path: Path) -> None:
    (tmp_path / "my talk.mp4").touch()
    ended = run("my talk.mp4", cwd=tmp_path)
    assert ended.status == 2
    assert "“dwhisper transcribe 'my talk.mp4'” transcribes it." in ended.err


def test_help_is_there_in_a_moment() -> None:
    def seconds() -> float:
        began = time.process_time(), os.times()
        run("--help")
        ended = os.times()
        return ended.children_user + ended.children_system - began[1].children_user - began[1].children_system

    # Of the processor, not of the clock: other work may be going on.
    assert min(seconds() for _ in range(3)) < 0.4


def test_help_imports_nothing_that_it_does_not_need() -> None:
    code = "import sys; from dwhisper_gui.commands import tree; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"asyncio", "sqlite3", "msgspec", "dwhisper_worker.contract", "rich.progress"} & set(modules)


def test_shells_can_complete_commands() -> None:
    env = {"_DWHISPER_COMPLETE": "complete_bash", "COMP_WORDS": "dwhisper jobs re", "COMP_CWORD": "2"}
    assert set(run(env=env).out.split()) == {"resume", "retry", "remove"}
    assert (
        "_DWHISPER_COMPLETE=complete_bash"
        in run("--show-completion", "bash", env={"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}).out
    )


async def test_it_is_a_worker_where_a_frozen_program_needs_one() -> None:
    worker = await Worker.start([sys.executable, "-m", "dwhisper_gui", "--worker"], name="frozen")
    try:
        assert worker.hello.version == metadata.version("dwhisper-worker")
    finally:
        await worker.close()


def test_a_bug_is_shown_as_one_and_its_traceback_is_in_the_log(home: Path) -> None:
    code = (
        "import sys; from dwhisper_gui import settings, __main__\n"
        "settings.load = lambda: 1 / 0\n"
        "sys.argv = ['dwhisper', 'settings', 'list']\n"
        "__main__.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    log = home / "log" / "dwhisper.log"
    assert "This is a bug in DWhisper (ZeroDivisionError: division by zero)" in done.stderr
    assert os.fspath(log) in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in log.read_text()


WRITING = pytest.mark.parametrize(
    "words", ["settings list", "models list --json", "--help", "jobs list --help", "--version", "--show-completion bash"]
)
SHELL_NAMED = os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}


@WRITING
def test_results_into_a_closed_pipe_end_quietly(words: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run([DWHISPER, *words.split()], stdout=writer, stderr=subprocess.PIPE, env=SHELL_NAMED, check=False)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (130, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@WRITING
def test_results_that_find_no_room_are_told_in_one_sentence(words: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([DWHISPER, *words.split()], stdout=full, stderr=subprocess.PIPE, env=SHELL_NAMED, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    assert "could not be written to standard output" in line
