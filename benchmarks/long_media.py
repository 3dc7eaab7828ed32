"""Long media: one of `media.MEDIA`, again and again."""

import os
import subprocess
import sys
from pathlib import Path

import media
from dwhisper_worker.contract import Span

from dwhisper_gui.core import plan

SAID = "dialogue"
"""Hardly a silence in it: what is to be done is as long as the medium."""


def looped(seconds: float) -> Path:
    """The path of one that is so long; made where it is not in the cache."""
    once = media.medium(SAID)
    path = once.with_name(f"{once.stem}-looped-{seconds:.0f}s.mp4")
    if not path.exists():
        print(f"Making {path.name} …", file=sys.stderr, flush=True)
        part = path.with_name(f"{path.stem}.{os.getpid()}.mp4")
        words = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-stream_loop", "-1", "-i", os.fspath(once)]
        subprocess.run([*words, "-t", f"{seconds}", "-c", "copy", os.fspath(part)], check=True)
        part.rename(path)
    return path


def parts(seconds: float) -> list[plan.Part]:
    """The parts that the program cuts it into."""
    return plan.parts(Span(0.0, seconds))
