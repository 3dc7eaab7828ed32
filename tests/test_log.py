"""The log file takes everything, from several programs at once, and never stands in the way of the work."""

import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dwhisper_gui import log

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d (?P<level>[A-Z]+) (?P<pid>\d+) (?P<name>[\w.]+): (?P<text>.*)")


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    levels = {name: logging.getLogger(name).level for name in ("root", "dwhisper_gui", "dwhisper_worker")}
    yield
    log.close()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_a_line_says_when_how_bad_who_and_where(tmp_path: Path) -> None:
    path = log.setup(tmp_path / "made" / "for it", verbose=False)
    assert path is not None
    logging.getLogger("dwhisper_gui.jobs").debug("began “%s”", "ü.mp4")
    match = LINE.fullmatch(path.read_text(encoding="utf-8").strip())
    assert match
    assert match.groupdict() == {"level": "DEBUG", "pid": str(os.getpid()), "name": "dwhisper_gui.jobs", "text": "began “ü.mp4”"}


def test_tracebacks_go_to_the_file_and_nothing_to_the_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = log.setup(tmp_path, verbose=False)
    try:
        raise ValueError("a bug")
    except ValueError:
        logging.getLogger("dwhisper_gui").exception("It broke")
    assert path is not None
    content = path.read_text(encoding="utf-8")
    assert "Traceback (most recent call last)" in content
    assert "ValueError: a bug" in content
    assert capsys.readouterr() == ("", "")


def test_with_verbose_lines_go_to_the_screen_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.setup(tmp_path, verbose=True)
    logging.getLogger("dwhisper_gui").debug("seen")
    assert capsys.readouterr() == ("", "DEBUG dwhisper_gui: seen\n")


def test_other_libraries_are_heard_from_info_up(tmp_path: Path) -> None:
    path = log.setup(tmp_path, verbose=False)
    logging.getLogger("some.library").debug("chatter")
    logging.getLogger("some.library").info("news")
    assert path is not None
    content = path.read_text(encoding="utf-8")
    assert "news" in content
    assert "chatter" not in content


def test_a_folder_that_can_not_be_written_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    assert log.setup(tmp_path / "log", verbose=False) is None
    logging.getLogger("dwhisper_gui").info("not for the screen")
    logging.getLogger("dwhisper_gui").warning("nor this", exc_info=ValueError("with its traceback"))
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Nothing is logged, since ")
    assert str(tmp_path / "log" / log.FILE_NAME) in line


def test_where_nothing_is_logged_a_bug_is_still_shown_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    log.setup(tmp_path / "log", verbose=False)
    logging.getLogger("dwhisper_gui").critical("a bug", exc_info=ValueError("of ours"))
    assert "ValueError: of ours" in capsys.readouterr().err


def test_setting_it_up_again_replaces_what_was(tmp_path: Path) -> None:
    first = log.setup(tmp_path / "one", verbose=False)
    second = log.setup(tmp_path / "two", verbose=False)
    logging.getLogger("dwhisper_gui").info("once")
    assert first is not None
    assert second is not None
    assert first.read_text() == ""
    assert second.read_text(encoding="utf-8").count("once") == 1


def test_a_path_that_is_no_utf8_can_be_logged(tmp_path: Path) -> None:
    path = log.setup(tmp_path, verbose=False)
    logging.getLogger("dwhisper_gui").info("%s", os.fsdecode(b"a\xff.mp4"))
    assert path is not None
    assert r"a\udcff.mp4" in path.read_text(encoding="utf-8")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_ends_nothing_and_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / log.FILE_NAME).symlink_to("/dev/full")
    log.setup(tmp_path, verbose=False)
    logging.getLogger("dwhisper_gui").info("lost")
    assert capsys.readouterr() == ("", "")


def test_a_file_grown_too_large_is_put_aside_and_the_oldest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "ROTATE_AT_BYTES", 1000)
    path = log.setup(tmp_path, verbose=False)
    assert path is not None
    for i in range(100):
        logging.getLogger("dwhisper_gui").info("line %d", i)
    names = [path, *(tmp_path / f"{log.FILE_NAME}.{i}" for i in range(1, log.OLD_FILES + 1))]
    assert all(name.exists() for name in names)
    assert not (tmp_path / f"{log.FILE_NAME}.{log.OLD_FILES + 1}").exists()
    assert all(name.stat().st_size < 1200 for name in names)
    kept = [line.rsplit(" ", 1)[1] for name in reversed(names) for line in name.read_text(encoding="utf-8").splitlines()]
    assert kept == [str(i) for i in range(100 - len(kept), 100)]


WRITER = """
import logging, sys
from pathlib import Path
from dwhisper_gui import log
log.ROTATE_AT_BYTES, log.OLD_FILES = 20_000, 1000
log.setup(Path(sys.argv[1]), verbose=False)
sys.stdin.read()
for i in range(500):
    logging.getLogger("dwhisper_gui").info("writer %s line %d end", sys.argv[2], i)
"""


@pytest.mark.integration
def test_several_programs_lose_no_line_between_them(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(i)], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for i in range(3)
    ]
    # All wait for the end of their input, so that they write at the same time.
    for writer in writers:
        assert writer.stdin
        writer.stdin.close()
        writer.stdin = None
    assert [writer.communicate(timeout=60)[1] for writer in writers] == [""] * 3
    assert [writer.returncode for writer in writers] == [0] * 3
    files = [path for path in tmp_path.iterdir() if re.fullmatch(r"dwhisper\.log(\.\d+)?", path.name)]
    assert len(files) > 3
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    assert all(LINE.fullmatch(line) for line in lines)
    texts = sorted(match["text"] for line in lines if (match := LINE.fullmatch(line)))
    assert texts == sorted(f"writer {writer} line {i} end" for writer in range(3) for i in range(500))
