"""Media for the worker's tests, made by the real ffmpeg."""

import shutil
import subprocess
from pathlib import Path

SECONDS = 60
PICTURE = ("-f", "lavfi", "-i", f"testsrc=s=160x120:r=25:d={SECONDS}")
TONE = ("-f", "lavfi", "-i", f"sine=f=440:r=16000:d={SECONDS}")
X264 = ("-c:v", "libx264", "-preset", "ultrafast")


def ffmpeg(*arguments: str | Path) -> None:
    program = shutil.which("ffmpeg")
    assert program, "these tests need ffmpeg"
    subprocess.run([program, "-v", "error", "-y", *arguments], check=True, stdin=subprocess.DEVNULL)


def cut(source: Path, target: Path, share: float = 0.5) -> Path:
    """The first bytes of a file, as an interrupted copy leaves them."""
    with source.open("rb") as whole:
        target.write_bytes(whole.read(round(source.stat().st_size * share)))
    return target
