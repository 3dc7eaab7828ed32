"""A worker that is real but for its engine, which only takes its time: run like `dwhisper-worker`, with `SIMULATED` in its environment.

A window takes `fixed + each_second * seconds`, in which the engine sleeps, and gives known words. What the worker does, and when, is
written to a file: a line of JSON for each decoding, and for each question to the server that concerns a chunk."""

import functools
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dwhisper_worker import server, transcribe
from dwhisper_worker.__main__ import main
from dwhisper_worker.contract import SAMPLE_RATE, Decoding, LoadRequest, Word
from dwhisper_worker.engines.engine import Clip, Decoded, Effort
from dwhisper_worker.models import Weights
from dwhisper_worker.tasks import TRANSCRIBE_CHUNK

VARIABLE = "SIMULATED"
WORD_SECONDS = 0.4
"""As people speak: slower, the guards would hear too few words."""
HELD_BACK_SECONDS = 0.02
USUAL_WINDOW_SECONDS = 19.0
FIXED_SHARE = 0.2
"""Of a usual window's time."""
WORDS = tuple(
    "Before sunrise our small boat left harbour quietly. Nobody spoke while gulls circled above dark water, hoping for breakfast."
    " An old fisherman pointed toward distant cliffs; they glowed orange as morning broke. We rowed past empty beaches, broken piers"
    " and rusty buoys until noon. Then clouds gathered quickly: thunder rolled, rain poured down, waves grew taller than us. Somehow"
    " everyone kept calm. By evening that storm had passed, leaving only stars, silence, wet clothes, cold hands, happy faces.".split()
)
"""Of each window the same: none comes again within its 30 s, nor do they compress well, either of which a guard would object to."""


@dataclass(frozen=True)
class Simulated:
    """How quick the engine is, and where it says what it did. While the file `held_back` is there, no chunk is taken."""

    fixed: float
    each_second: float
    batch: int
    folder: str
    held_back: str

    @classmethod
    def of(cls, speed: float, folder: Path, batch: int = 1) -> "Simulated":
        """One that does a usual window `speed` times as fast as it is spoken."""
        fixed = FIXED_SHARE * USUAL_WINDOW_SECONDS / speed
        return cls(fixed, (1 - FIXED_SHARE) / speed, batch, str(folder), str(folder / "held-back"))

    def seconds(self, window: float) -> float:
        """For a window of so many seconds."""
        return self.fixed + self.each_second * window

    def variable(self) -> dict[str, str]:
        """What a worker's environment has to hold."""
        return {VARIABLE: json.dumps(asdict(self))}


def text(seconds: float) -> str:
    """What is heard in a clip."""
    return "".join(f" {word}" for word in WORDS[: _count(seconds)])


def _count(seconds: float) -> int:
    return max(1, min(len(WORDS), round(seconds / WORD_SECONDS)))


class Engine:
    """Implements `engine.Engine`."""

    def __init__(self, simulated: Simulated, note: Callable[..., None]) -> None:
        self.device, self.compute_type = "cpu", "simulated"
        self.threads, self.batch = 1, simulated.batch
        self.multilingual = False
        self._simulated = simulated
        self._note = note

    def padded(self, samples: int) -> int:
        """All alike, so that any may share a batch."""
        return 30 * SAMPLE_RATE

    def decode(self, clips: Sequence[Clip], decoding: Decoding, effort: Effort) -> list[Decoded]:
        """Takes as long as they take one after the other."""
        began = time.monotonic()
        lengths = [len(clip) / SAMPLE_RATE for clip in clips]
        time.sleep(sum(map(self._simulated.seconds, lengths)))
        self._note("decode", began, windows=[round(length, 3) for length in lengths])
        return [_decoded(length, effort) for length in lengths]

    def detect_language(self, clips: Sequence[Clip]) -> list[dict[str, float]]:
        """It knows one."""
        return [{"en": 1.0} for _ in clips]


def _decoded(seconds: float, effort: Effort) -> Decoded:
    count = _count(seconds)
    each = seconds / count
    said = text(seconds).split(" ")[1:]
    words = tuple(Word(round(i * each, 3), round((i + 1) * each, 3), f" {word}", 0.9) for i, word in enumerate(said))
    return Decoded(words, mean_log_probability=-0.2, no_speech_probability=0.01, temperature=effort.temperature)


class Notes:
    """The file with what happened; times are of the computer's monotonic clock, which all its processes share."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / f"done-{os.getpid()}.jsonl").open("a", encoding="utf-8")
        self._lock = threading.Lock()

    def note(self, what: str, began: float, **more: Any) -> None:
        """Something that has ended now."""
        line = json.dumps({"what": what, "from": began, "to": time.monotonic(), "pid": os.getpid(), **more})
        with self._lock:
            self._file.write(f"{line}\n")
            self._file.flush()


def _noted(name: str, note: Callable[..., None], held_back: Path) -> None:
    """Has a method of the server's noted."""
    method = getattr(server.Server, name)

    @functools.wraps(method)
    def asked(self: server.Server, *arguments: Any, **options: Any) -> Any:
        while name == "poll" and arguments[0] == TRANSCRIBE_CHUNK and held_back.exists():
            time.sleep(HELD_BACK_SECONDS)
        began = time.monotonic()
        answer = method(self, *arguments, **options)
        if name != "poll" or (answer and arguments[0] == TRANSCRIBE_CHUNK):
            note(name, began, **({"leases": len(answer)} if name == "poll" else {}))
        return answer

    setattr(server.Server, name, asked)


def simulate() -> None:
    """Puts the engine of the environment in the place of the real ones."""
    simulated = Simulated(**json.loads(os.environ[VARIABLE]))
    notes = Notes(Path(simulated.folder))

    def load(request: LoadRequest, weights: Weights) -> Engine:
        return Engine(simulated, notes.note)

    setattr(transcribe, "load", load)  # noqa: B010 - it is not that module's own
    for name in ("poll", "fetch", "put", "complete"):
        _noted(name, notes.note, Path(simulated.held_back))


if __name__ == "__main__":
    simulate()
    sys.exit(main())
