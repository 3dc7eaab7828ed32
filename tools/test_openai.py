"""Runs the worker's tests beside openai-whisper, in an environment that has the worker's dependencies and none of the desktop's.

    python tools/test_openai.py FOLDER PYTEST_ARGUMENT...

openai-whisper brings torch, several GB, so the environment is kept in FOLDER for all checkouts. The worker itself is taken from
this one.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import environment
import system_packages

NEEDED_BYTES = 9_000_000_000
"""The environment, and what pip unpacks on the way."""


def requirements() -> list[str]:
    """What the worker needs, with openai-whisper and for a server; what its tests need; and the weights."""
    desktop, worker = (tomllib.loads(path.read_text(encoding="utf-8"))["project"] for path in environment.PROJECTS)
    extras, own = desktop["optional-dependencies"], worker["optional-dependencies"]
    tests = [one for one in extras["test"] if not one.startswith("dwhisper-")]
    return [*worker["dependencies"], *own["openai"], *own["conductor"], *tests, *extras["weights"]]


def ensure(kept: Path) -> Path:
    """Makes the environment in `kept`, where it is not there; returns its Python. Raises `Failed` or `Missing`."""
    folder = kept / "python-{}.{}".format(*sys.version_info)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / environment.STAMP).exists() and (free := shutil.disk_usage(folder).free) < NEEDED_BYTES:
        raise environment.Failed(
            f"openai-whisper needs {NEEDED_BYTES / 1e9:.0f} GB at {folder}, and {free / 1e9:.1f} GB are free. Nothing was installed."
            " Make room, or set XDG_CACHE_HOME to a folder on a larger disk."
        )
    return environment.ensure(folder, requirements())


def main() -> int:
    """Returns pytest's exit status: 5, a failure, where no test is found."""
    try:
        python = ensure(Path(sys.argv[1]))
    except (environment.Failed, system_packages.Missing) as error:
        print(error, file=sys.stderr)
        return 1
    # -P, so that nothing of the desktop program is found in the current folder.
    command = [str(python), "-P", "-m", "pytest", *sys.argv[2:], "tests/worker"]
    worker = str(environment.REPOSITORY / "worker")
    return subprocess.run(command, cwd=environment.REPOSITORY, env={**os.environ, "PYTHONPATH": worker}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
