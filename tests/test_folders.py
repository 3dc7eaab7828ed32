"""Where DWhisper keeps its files, and what is told where it can't."""

import os
import sys
from pathlib import Path

import pytest

from dwhisper_gui.core.errors import HomeUnreadable, HomeUnusable
from dwhisper_gui.folders import folders, make_private


@pytest.mark.parametrize("inside", ["", "deep/er"])
def test_a_home_that_is_a_file_is_told_with_both_names(inside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").touch()
    monkeypatch.setenv("DWHISPER_HOME", os.fspath(tmp_path / "taken" / inside))
    with pytest.raises(HomeUnusable) as raised:
        folders()
    assert f"“{tmp_path / 'taken'}” is a file" in str(raised.value)
    assert "DWHISPER_HOME" in str(raised.value)


@pytest.mark.skipif(sys.platform == "win32", reason="names are text there")
def test_a_home_whose_name_is_no_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWHISPER_HOME", os.fsdecode(os.fsencode(tmp_path) + b"/h\xff"))
    with pytest.raises(HomeUnreadable, match="no letters"):
        folders()


@pytest.mark.skipif(sys.platform == "win32", reason="other rights there")
def test_what_is_made_is_for_this_user_alone_and_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folder = tmp_path / "home" / "data" / "conductor"
    make_private(folder)
    make_private(folder)
    assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent, folder.parent.parent, tmp_path)] == [0o700] * 3 + [0o755]


def test_a_home_that_is_not_there_yet_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWHISPER_HOME", os.fspath(tmp_path / "new" / "home"))
    assert folders().data == tmp_path / "new" / "home" / "data"
    assert not (tmp_path / "new").exists()


def test_a_tilde_that_stands_for_nobody_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DWHISPER_HOME", "~nobody-of-that-name/x")
    assert folders().data == tmp_path / "~nobody-of-that-name" / "x" / "data"
