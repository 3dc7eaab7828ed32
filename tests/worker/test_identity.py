"""What a worker is called."""

import errno
import os
import sys
from pathlib import Path

import pytest
from dwhisper_worker.identity import HOME_VARIABLE, NAME_VARIABLE, computer, home, host_name, take


def test_each_has_a_name_of_its_own_and_the_next_gets_one_that_is_free(tmp_path: Path) -> None:
    first, second = take(tmp_path), take(tmp_path)
    assert {first.name, second.name} == {f"{host_name(tmp_path)}-{slot}" for slot in (0, 1)}
    first.close()
    third = take(tmp_path)
    assert third.name == first.name
    third.close()
    second.close()


def test_computers_of_one_name_are_told_apart(tmp_path: Path) -> None:
    assert host_name(tmp_path / "a") == host_name(tmp_path / "a")
    assert host_name(tmp_path / "a") != host_name(tmp_path / "b")


def test_where_nothing_can_be_written_a_name_is_made_up(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    assert take(file).name != take(file).name


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks otherwise")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS])
def test_where_nothing_can_be_locked_a_name_is_made_up(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    tries = 0

    def flock(*_: object) -> None:
        """As on network drives without it."""
        nonlocal tries
        tries += 1
        assert tries <= 2, "it says the same of every file"
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    assert take(tmp_path).name != take(tmp_path).name


def test_a_computer_may_be_named_where_its_own_name_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = []
    for started in ("0123456789ab", "ba9876543210"):
        monkeypatch.setattr("platform.node", lambda started=started: started)
        assert computer() == started
        monkeypatch.setenv(NAME_VARIABLE, "a container/1")
        assert computer() == "a container/1"
        names.append(taken := take(tmp_path))
        taken.close()
        monkeypatch.delenv(NAME_VARIABLE)
    assert names[0].name == names[1].name
    assert names[0].name.startswith("a-container-1-")


def test_home_is_where_the_variable_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    assert home() == tmp_path
    monkeypatch.delenv(HOME_VARIABLE)
    if sys.platform.startswith("linux"):
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        assert home() == tmp_path / "dwhisper-worker"
