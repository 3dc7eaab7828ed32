"""What make uses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="make and sh are not there")


def find_python(*named: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["sh", REPOSITORY / "tools" / "find-python", *named], capture_output=True, text=True, check=False)


def test_a_python_is_found_or_named() -> None:
    for named in ((), ("",), (sys.executable,)):
        found = find_python(*named)
        assert (found.returncode, found.stderr) == (0, "")
        assert Path(found.stdout.strip()).exists()


@pytest.mark.parametrize("named", ["/no such/python", "false"])
def test_a_python_that_will_not_do_is_told_by_its_name_and_no_other_is_taken(named: str) -> None:
    found = find_python(named)
    assert (found.returncode, found.stdout) == (1, "")
    (line,) = found.stderr.splitlines()
    assert f"“{named}” is none that starts" in line


def test_a_server_with_another_hash_is_not_kept_for_the_tests(tmp_path: Path) -> None:
    other = tmp_path / "other.jar"
    other.write_bytes(b"not Conductor")
    words = [sys.executable, REPOSITORY / "tools" / "conductor_server.py", other]
    done = subprocess.run(words, env=os.environ | {"XDG_CACHE_HOME": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "another hash" in done.stderr
    assert list((tmp_path / "dwhisper" / "tests").iterdir()) == []
