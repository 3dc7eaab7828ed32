"""Makes a virtual environment and keeps it up to date, with nothing but Python's own library.

    python tools/environment.py FOLDER REQUIREMENT...

What is installed is written down in the folder at the very end, so that an interrupted run begins anew and a finished one is not
repeated: the second call takes a tenth of a second.
"""

import argparse
import hashlib
import importlib
import importlib.util
import json
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import system_packages

REPOSITORY = Path(__file__).resolve().parent.parent
CONSTRAINTS = REPOSITORY / "constraints.txt"
PROJECTS = (REPOSITORY / "pyproject.toml", REPOSITORY / "worker" / "pyproject.toml")
STAMP = "dwhisper-environment.json"


class Failed(Exception):
    """An environment can't be made; the sentence says why."""


def ensure(folder: Path, requirements: list[str], *, only_wheels: bool = False) -> Path:
    """Makes `folder` an environment that holds `requirements` (pip's arguments), if it is none yet. Returns its Python.

    `-e` requirements are relative to the repository. Raises `Failed`."""
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    stamp = folder / STAMP
    # A moved environment is no use: its scripts begin with the path of its Python.
    wanted = {"python": f"{sys.version} {sys.base_prefix}", "path": str(folder.absolute()), "held": _held(requirements)}
    found = _read(stamp)
    if found == wanted:
        return python
    began = time.monotonic()
    print(f"Setting up {folder} with Python {sys.version.split()[0]}: this takes a minute or two …", flush=True)
    if any(found.get(key) != wanted[key] for key in ("python", "path")):
        _make(folder)
    # What pip was interrupted in is not to be trusted: without a stamp, all begins anew.
    stamp.unlink(missing_ok=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--constraint", str(CONSTRAINTS)]
    if only_wheels:
        pip.append("--only-binary=:all:")
    if subprocess.run([*pip, *requirements], cwd=REPOSITORY, check=False).returncode:
        raise Failed(f"pip could not install what is needed into {folder}. Its own words are above.")
    stamp.write_text(json.dumps(wanted), encoding="utf-8")
    print(f"… done in {time.monotonic() - began:.0f} s.", flush=True)
    return python


def _held(requirements: list[str]) -> str:
    """A hash of all that decides what is installed; the tools' own tables of pyproject.toml do not."""
    digest = hashlib.sha256(json.dumps(requirements).encode())
    digest.update(CONSTRAINTS.read_bytes())
    for path in PROJECTS:
        project = tomllib.loads(path.read_text(encoding="utf-8"))
        deciding = [project["build-system"], project["project"], project["tool"]["setuptools"]]
        digest.update(json.dumps(deciding, sort_keys=True).encode())
    return digest.hexdigest()


def _read(stamp: Path) -> dict[str, str]:
    try:
        found = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _make(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / "pyvenv.cfg").exists():
        raise Failed(f"{folder} is in the way: it holds something that is no virtual environment. Move it away, then try again.")
    system_packages.ensure({"python{}.{}-venv".format(*sys.version_info): _has_pip})
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=False).returncode:
        raise Failed(f"Python could not make an environment in {folder}. Its own words are above.")


def _has_pip() -> bool:
    """Debian's Python comes without what puts pip into a new environment."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Makes a virtual environment.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("requirement", nargs="+", help="what pip should install; what begins with a dot is a path, installed editable")
    parser.add_argument("--only-wheels", action="store_true", help="build nothing but what is in the repository")
    given = parser.parse_args()
    try:
        ensure(given.folder, [part for named in given.requirement for part in _argument(named)], only_wheels=given.only_wheels)
    except (Failed, system_packages.Missing) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _argument(requirement: str) -> list[str]:
    return ["-e", requirement] if requirement.startswith(".") else [requirement]


if __name__ == "__main__":
    sys.exit(main())
