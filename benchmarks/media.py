"""The media that are measured with, made once and kept in the user's cache.

    python benchmarks/media.py NAME... [--seconds 60]

Prints the path of each. Beside a medium lies its script, `.json`: [[start, end, sentence], ...], in seconds.
"""

import argparse
import hashlib
import importlib.metadata
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import hard
import nonspeech
import recording
import voices
from recording import Manner, Recording, Script, tell

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dwhisper" / "bench"
TEN_MINUTES = 600.0
HARD = tuple(f"hard-{kind}" for kind in hard.KINDS)
TIMED = ("clean", "clean2", "dialogue")
"""What speed is measured on, and the errors that are pooled: at least ten minutes each."""

Make = Callable[[float], Recording]

MEDIA: dict[str, tuple[Make, float]] = {
    "clean": (lambda seconds: tell(seconds, Manner(), 1), TEN_MINUTES),
    "clean2": (lambda seconds: tell(seconds, Manner(voices=voices.FLITE), 2), TEN_MINUTES),
    # Two who take turns and hardly wait for each other.
    "dialogue": (lambda seconds: tell(seconds, Manner(("heart", "slt"), (-0.1, 0.25), (0.1, 1.5), 12), 3), TEN_MINUTES),
    **{f"hard-{kind}": (make, hard.SECONDS) for kind, make in hard.KINDS.items()},
    "nonspeech": (nonspeech.make, nonspeech.SECONDS),
}
"""How each is made, and how long it is (seconds)."""


def medium(name: str, seconds: float | None = None) -> Path:
    """The path of a medium, which is made where it is not in the cache; `seconds`: another length than its own."""
    make, usual = MEDIA[name]
    length = seconds or usual
    path = CACHE / "media" / f"{name}-{length:.0f}s-{_version()}.mp4"
    if not path.with_suffix(".json").exists():
        print(f"Making {path.name} …", file=sys.stderr, flush=True)
        voices.ensure()
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.stem}.{os.getpid()}.mp4")
        recording.write(make(length), part)
        # The script last: a medium without one is not finished.
        part.rename(path)
        part.with_suffix(".json").rename(path.with_suffix(".json"))
    return path


def script(path: Path) -> Script:
    """What is said in a medium."""
    return [(start, end, text) for start, end, text in json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))]


def _version() -> str:
    """Of all that decides what media sound like."""
    digest = hashlib.sha256(importlib.metadata.version("hibari-tts").encode())
    for name in ("speech", "voices", "recording", "sounds", "hard", "nonspeech", "media"):
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()[:10]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", nargs="+", choices=sorted(MEDIA))
    parser.add_argument("--seconds", type=float)
    asked = parser.parse_args()
    for name in asked.name:
        print(medium(name, asked.seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
