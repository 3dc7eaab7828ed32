"""Writes constraints.txt: the versions installed in .venv and, where it is there, in the environment of openai-whisper.

python tools/pin.py [FOLDER OF THE OTHER ENVIRONMENT]
"""

import json
import subprocess
import sys
from pathlib import Path

import environment

OURS = {"dwhisper-gui", "dwhisper-worker", "pip", "setuptools"}
HEADER = """\
# The exact versions that DWhisper is built and tested with, on Python 3.11 and newer. A line for something that is not needed has no
# effect. CONTRIBUTING.md tells how to change them.
"""


def main() -> int:
    """Returns 0; fails where a folder is no environment."""
    pins: dict[str, str] = {}
    for folder in (environment.REPOSITORY / ".venv", *map(Path, sys.argv[1:])):
        command = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "list", "--format=json"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for package in json.loads(listed):
            if package["name"] not in OURS:
                # What comes after “+” says how it was built, and is not part of what can be asked for.
                pins.setdefault(package["name"], package["version"].partition("+")[0])
    lines = [f"{name}=={version}\n" for name, version in sorted(pins.items(), key=lambda pin: pin[0].lower())]
    environment.CONSTRAINTS.write_text(HEADER + "".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
