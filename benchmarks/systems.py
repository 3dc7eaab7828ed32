"""What is measured: this program and its peers, the environment of each, and the command that turns a medium into a transcript.

Peers run as their own documents say, by their own defaults but for int8, which is what a CPU is given. Each has an environment of its
own in the user's cache.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media import CACHE

sys.path.append(str(Path(__file__).resolve().parent.parent / "tools"))
import environment
import system_packages
import test_openai
import weights

REPOSITORY = environment.REPOSITORY
FAILURES = (environment.Failed, system_packages.Missing, weights.Damaged)
"""What keeps a system from being measured; each is a sentence."""
OURS = "dwhisper"
PEERS = Path(__file__).with_name("peers")
WHISPER_CTRANSLATE2 = "whisper-ctranslate2==0.5.8"


@dataclass(frozen=True)
class System:
    name: str
    says: str
    """What it is, in a table."""
    package: str
    """Whose environment it runs in."""
    word_times: bool
    options: dict[str, Any]


def _faster_whisper(name: str, says: str, *, batched: bool, load: dict[str, int] | None = None, **transcribe: Any) -> System:
    options = {"batched": batched, "load": load or {}, "transcribe": transcribe}
    return System(name, says, "faster-whisper", bool(transcribe.get("word_timestamps")), options)


CORES = os.cpu_count() or 1
ALL = (
    System(OURS, "dwhisper", "dwhisper", True, {}),
    _faster_whisper("faster-whisper", "faster-whisper", batched=False),
    _faster_whisper("faster-whisper-words", "faster-whisper, word times", batched=False, word_timestamps=True),
    _faster_whisper("faster-whisper-batched", "faster-whisper batched", batched=True),
    _faster_whisper("faster-whisper-batched-words", "faster-whisper batched, word times", batched=True, word_timestamps=True),
    # Its pipeline hands one batch at a time to the engine, so engine threads of one core each, as ours are, would leave the others idle:
    # that part of ours is method, not settings.
    _faster_whisper(
        "faster-whisper-our-settings",
        "faster-whisper batched, word times, our settings (beam 5, batch 4, every core)",
        batched=True,
        load={"cpu_threads": CORES},
        word_timestamps=True,
        beam_size=5,
        batch_size=4,
    ),
    System("whisper-ctranslate2", "whisper-ctranslate2", "whisper-ctranslate2", False, {"batched": "False"}),
    System("whisper-ctranslate2-batched", "whisper-ctranslate2 batched", "whisper-ctranslate2", False, {"batched": "True"}),
    System("openai-whisper", "openai-whisper (float32)", "openai-whisper", False, {}),
)
NAMES = tuple(system.name for system in ALL)
OTHERS = frozenset(NAMES) - {OURS, "faster-whisper-our-settings"}
"""Other programs as they come."""


@dataclass(frozen=True)
class Transcript:
    segments: list[dict[str, Any]]
    """In openai-whisper's layout."""
    cues: list[tuple[float, float]]
    """Start and end (seconds) of each subtitle."""


def named(name: str) -> System:
    """The system of that name."""
    return next(system for system in ALL if system.name == name)


def python_of(package: str) -> Path:
    """The Python of a package's environment, which is made where it is not there. Raises `environment.Failed` or `Missing`."""
    if package == "dwhisper":
        return Path(sys.executable)
    if package == "openai-whisper":
        return test_openai.ensure(CACHE.parent / "openai")
    folder = CACHE / "environments" / "{}-python-{}.{}".format(package, *sys.version_info)
    folder.mkdir(parents=True, exist_ok=True)
    needed = {"faster-whisper": ["faster-whisper"], "whisper-ctranslate2": [WHISPER_CTRANSLATE2]}
    return environment.ensure(folder, needed[package])


def weights_of(package: str, model: str) -> Path:
    """The weights of a model as a package takes them: CTranslate2's folder, or a checkpoint of the same numbers."""
    folder = weights.folder(model, CACHE.parent / "tests")
    if package != "openai-whisper":
        return folder
    checkpoint = CACHE / "checkpoints" / f"{model}-{weights.SHA256[model][:16]}.pt"
    if not checkpoint.exists():
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        part = checkpoint.with_suffix(f".{os.getpid()}")
        code = "import sys; from pathlib import Path; from tests.worker.checkpoint import convert; convert(*map(Path, sys.argv[1:]))"
        convert = [str(python_of(package)), "-c", code, str(folder / "model.bin"), str(part)]
        subprocess.run(convert, cwd=REPOSITORY, check=True)
        part.rename(checkpoint)
    return checkpoint


def prepare(chosen: Sequence[System], models: Sequence[str]) -> None:
    """Sets up all that is not in the cache yet, before anything is measured. Raises one of `FAILURES`."""
    for package in dict.fromkeys(system.package for system in chosen):
        python_of(package)
        for model in models:
            weights_of(package, model)


def command(system: System, model: str, medium: Path, out: Path) -> list[str]:
    """What a user would type to have `medium` transcribed into the folder `out`."""
    python, held = python_of(system.package), weights_of(system.package, model)
    if system.package == "dwhisper":
        program = [str(python.with_name("dwhisper")), "transcribe", str(medium), "--model", str(held)]
        return [*program, "--format", "json", "--format", "srt", "--output-dir", str(out)]
    if system.package == "whisper-ctranslate2":
        program = [str(python.with_name("whisper-ctranslate2")), str(medium), "--model_directory", str(held)]
        given = ["--compute_type", "int8", "--batched", system.options["batched"]]
        return [*program, *given, "--output_format", "json", "--output_dir", str(out)]
    if system.package == "openai-whisper":
        return [str(python), str(PEERS / "with_openai_whisper.py"), str(medium), str(held), str(out / "heard.json")]
    script = str(PEERS / "with_faster_whisper.py")
    return [str(python), script, str(medium), str(held), str(out / "heard.json"), json.dumps(system.options)]


def transcript(out: Path) -> Transcript:
    """What a system wrote. A peer's segments are its cues; ours are in the srt beside."""
    (path,) = out.glob("*.json")
    segments = json.loads(path.read_text(encoding="utf-8"))["segments"]
    subtitles = list(out.glob("*.srt"))
    cues = _srt(subtitles[0].read_text(encoding="utf-8")) if subtitles else [(one["start"], one["end"]) for one in segments]
    return Transcript(segments, cues)


def versions(package: str) -> dict[str, str]:
    """What decides speed in a package's environment: name and version."""
    listing = [str(python_of(package)), "-m", "pip", "--disable-pip-version-check", "list", "--format=json"]
    listed = json.loads(subprocess.run(listing, stdout=subprocess.PIPE, check=True).stdout)
    deciding = {"faster-whisper", "ctranslate2", "whisper-ctranslate2", "openai-whisper", "torch", "onnxruntime", "dwhisper-worker"}
    return {one["name"]: one["version"] for one in listed if one["name"] in deciding}


def _srt(text: str) -> list[tuple[float, float]]:
    return [(_seconds(start), _seconds(end)) for start, arrow, end in map(_three, text.splitlines()) if arrow == "-->"]


def _three(line: str) -> tuple[str, str, str]:
    parts = line.split()
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("", "", "")


def _seconds(time: str) -> float:
    hours, minutes, seconds = time.replace(",", ".").split(":")
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
