"""Fetches the Conductor server that the tests run, unless it is here: from Maven's central repository, checked by its hash.

    python tools/conductor_server.py [FILE]

FILE, which was fetched before, is taken instead of a download where its hash is the right one.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import system_packages

VERSION = "3.32.1"
SHA256 = "f3699a34bb72c35c10469a063392e5de4900bc4568c8a4357a711186d6269d3f"
ARTIFACT = f"org.conductoross:conductor-server:{VERSION}:jar:boot"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dwhisper" / "tests"
JAR = CACHE / f"conductor-server-{VERSION}-{SHA256[:16]}.jar"


class Failed(Exception):
    """The server can't be had; the sentence says why."""


def ensure(given: Path | None = None) -> Path:
    """The jar. Raises `Failed`, `system_packages.Missing`."""
    if JAR.exists():
        if _sha256(JAR) == SHA256:
            return JAR
        JAR.unlink()
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        fetched = Path(folder) / "conductor-server.jar"
        if given is None:
            _fetch(fetched)
        else:
            shutil.copyfile(given, fetched)
        if _sha256(fetched) != SHA256:
            raise Failed(f"What was fetched as Conductor {VERSION} has another hash than it should, so it is not used. Try again.")
        fetched.replace(JAR)
    return JAR


def _fetch(target: Path) -> None:
    system_packages.ensure({"maven": lambda: shutil.which("mvn") is not None})
    print(f"Fetching Conductor {VERSION} with Maven (460 MB) …", flush=True)
    folder = target.parent / "maven"
    words = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={folder}"]
    # Not into the user's own repository, where it would take as much room again for ever.
    words.append(f"-Dmaven.repo.local={target.parent / 'repository'}")
    if subprocess.run(words, cwd=target.parent, stdin=subprocess.DEVNULL, check=False).returncode:
        raise Failed(f"Maven could not fetch {ARTIFACT}. Its own words are above. Once that is mended, try again: make conductor-server")
    (jar,) = folder.glob("*.jar")
    jar.rename(target)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> int:
    """The command line."""
    try:
        print(ensure(Path(sys.argv[1]) if sys.argv[1:] else None))
    except (Failed, system_packages.Missing) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
