"""What a worker is called."""

import sys
from pathlib import Path

import pytest
from dwhisper_worker.identity import HOME_VARIABLE, home, host_name, take


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


def test_home_is_where_the_variable_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    assert home() == tmp_path
    monkeypatch.delenv(HOME_VARIABLE)
    if sys.platform.startswith("linux"):
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        assert home() == tmp_path / "dwhisper-worker"
