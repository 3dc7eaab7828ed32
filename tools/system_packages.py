"""Installs what is needed beside Python packages, where that can be done without asking; else says what to install.

python tools/system_packages.py COMMAND...
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial

PACKAGES = {
    "ffmpeg": "ffmpeg",
    "ffprobe": "ffmpeg",
    "dbus-daemon": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "faketime": "faketime",
}
"""The package of each command, by the name that both Debian and Homebrew give it."""


class Missing(Exception):
    """Something must be installed by hand; the sentence says what."""


def ensure(needed: Mapping[str, Callable[[], bool]]) -> None:
    """Installs those packages whose check says that they are not there. Raises `Missing` where it can't."""
    lacking = sorted(package for package, is_there in needed.items() if not is_there())
    if not lacking:
        return
    names = " ".join(lacking)
    prefix = _administrator()
    if prefix is None or shutil.which("apt-get") is None:
        raise Missing(f"Some system packages are missing: {names}. Install them, then try again. {_how(names)}".rstrip())
    print(f"Installing system packages: {names} …", flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    # Without a fresh list of packages the install may fail; with a stale one it may still work.
    subprocess.run([*apt, "update"], stdin=subprocess.DEVNULL, check=False)
    install = [*apt, "install", "--yes", "--no-install-recommends", *lacking]
    subprocess.run(install, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    if still := sorted(package for package in lacking if not needed[package]()):
        raise Missing(f"apt-get could not install: {' '.join(still)}. Its own words are above. Install them, then try again.")


def _administrator() -> list[str] | None:
    """How to begin a command that an administrator runs; None where that would need a password or can't be."""
    if not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
        return ["sudo", "-n"]
    return None


def _how(names: str) -> str:
    commands = {"apt-get": "sudo apt-get install", "brew": "brew install", "dnf": "sudo dnf install", "pacman": "sudo pacman -S"}
    return next((f"For example: {command} {names}" for tool, command in commands.items() if shutil.which(tool)), "")


def _is_there(command: str) -> bool:
    return shutil.which(command) is not None


def main() -> int:
    """The command line."""
    try:
        ensure({PACKAGES[command]: partial(_is_there, command) for command in sys.argv[1:]})
    except Missing as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
