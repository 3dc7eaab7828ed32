"""Runs the unit tests on the newest Python of this computer, if it is newer than the one that runs this.

    python tools/test_newest.py PYTEST_ARGUMENT...

Pythons are looked for on PATH and among pyenv's. Where one is too new for the packages that are needed, the next newest is taken.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
ASK = "import sys, venv; print(*sys.version_info[:3], sys.version_info.releaselevel)"


def main() -> int:
    """Returns pytest's exit status; 0 where no newer Python is to be had."""
    for version, python in sorted(_pythons().items(), reverse=True):
        name = ".".join(map(str, version))
        folder = Path("build") / f"python-{name}"
        made = subprocess.run(
            [python, "tools/environment.py", "--only-wheels", str(folder), "./worker", ".[test]"], cwd=REPOSITORY, check=False
        )
        if made.returncode:
            print(f"Python {name} is left out: not everything that DWhisper needs is to be had for it yet.", flush=True)
            continue
        print(f"The unit tests on Python {name}:", flush=True)
        # Caches of their own, since two Pythons do not share compiled files.
        return subprocess.run([str(folder / "bin" / "python"), "-m", "pytest", *sys.argv[1:]], cwd=REPOSITORY, check=False).returncode
    print(f"Python {sys.version.split()[0]}, on which the tests ran, is the newest here that they can run on.")
    return 0


def _pythons() -> dict[tuple[int, ...], str]:
    """Released Pythons newer than this one, by version."""
    found: dict[tuple[int, ...], str] = {}
    for python in _candidates():
        asked = subprocess.run([str(python), "-c", ASK], capture_output=True, text=True, check=False)
        *numbers, level = asked.stdout.split() or [""]
        version = tuple(map(int, numbers))
        if asked.returncode == 0 and level == "final" and version > sys.version_info[:3]:
            found.setdefault(version, str(python))
    return found


def _candidates() -> Iterator[Path]:
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for folder in [*folders, *sorted(pyenv.glob("*/bin"))]:
        for python in sorted(folder.glob("python3*")):
            if re.fullmatch(r"python3(\.\d+)?", python.name) and os.access(python, os.X_OK):
                yield python


if __name__ == "__main__":
    sys.exit(main())
