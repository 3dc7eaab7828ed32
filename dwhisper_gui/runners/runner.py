"""The port behind which a job is transcribed: on this computer, or by any number of machines."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dwhisper_worker.contract import Decoding, WindowAudio

from dwhisper_gui.core.events import Event
from dwhisper_gui.core.job import Options
from dwhisper_gui.core.journal import Journal
from dwhisper_gui.core.plan import Chunk, Fleet

Tell = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class EngineSetup:
    """What a worker must have loaded, and be able to do, to serve a job."""

    engine: str
    model: str
    device: str = "auto"
    compute_type: str = "auto"
    language: str | None = None
    """The one the user named; None: it is found out."""
    translate: bool = False


def setup_for(options: Options) -> EngineSetup:
    """What a job with these options needs."""
    language = None if options.language == "auto" else options.language
    return EngineSetup(options.engine, options.model, options.device, options.compute_type, language, options.translate)


@dataclass(frozen=True, slots=True)
class Task:
    """What a runner is asked to do: the parts of a job that are not done yet."""

    job: str
    setup: EngineSetup
    decoding: Decoding
    parts: tuple[int, ...]
    prepared: Mapping[int, tuple[Chunk, ...]] = field(default_factory=dict)
    """Of those of them that were prepared earlier, the chunks that are open, with the windows that have no result yet."""
    seconds: Mapping[int, float] = field(default_factory=dict)
    """Of the medium, in each part."""
    memory: Mapping[str, str] = field(default_factory=dict)
    """What was remembered of the job (`Journal.remember`), by runners too."""
    gave_up: bool = False
    """Chunks have failed for good: they are open in none of the parts, and are not to be tried again."""


@dataclass(frozen=True, slots=True)
class ChunkAudio:
    """A chunk with the sound of those of its windows that have no result yet."""

    chunk: Chunk
    windows: tuple[WindowAudio, ...]


CutClips = Callable[[], Coroutine[Any, Any, Sequence[bytes]]]
"""Cuts clips out of a recording: PCM, each of at most 30 s of speech."""

Prepare = Callable[[int], AsyncGenerator[ChunkAudio, None]]
"""Prepares a part of the job, by its index: extracts, finds the speech, cuts; yields the chunks that are not done.

Called when the runner wants more work, in any order; a part is called for again after a crash, and comes out the same."""


class Runner(Protocol):
    """Gets jobs transcribed."""

    def expect(self, setup: EngineSetup) -> None:
        """Work of this kind will come soon: begins to make ready what it can, and returns at once. What goes wrong is told when the work
        has come."""

    async def fleet(self, setup: EngineSetup) -> Fleet | None:
        """Who shares the work now, which decides how large chunks are. None: this computer alone."""

    async def detect_language(
        self, job: str, setup: EngineSetup, cut: CutClips, journal: Journal, memory: Mapping[str, str], tell: Tell
    ) -> tuple[dict[str, float], ...]:
        """For each clip the probability of each language. They are cut while the model is loaded. `memory`: as in `Task`."""

    async def run(self, task: Task, prepare: Prepare, journal: Journal, stop: asyncio.Event, tell: Tell) -> None:
        """Returns when every chunk is done or failed for good; or soon after `stop` is set: here the windows under way are done and
        everything leased is given back, and what was given to other computers goes on there until `withdraw`. Cancelling it ends the work
        here at once. Raises `DWhisperError` where nothing can go on (no
        worker can be started, the model can't be loaded, a part can't be prepared); what is done is in the journal."""

    def goes_on(self, memory: Mapping[str, str]) -> bool:
        """Whether something goes on for a job without this program, from the job's memory."""

    async def finish(self, job: str, memory: Mapping[str, str]) -> None:
        """All that can be done of the job is in the store: what goes by it elsewhere is told so. To be called before the job counts as
        ended; where that can't be told soon, it is told later, if at all."""

    async def withdraw(self, job: str, memory: Mapping[str, str]) -> None:
        """The job is paused, cancelled or removed: what goes on for it without this program ends, too. Raises `DWhisperError` where that
        can't be had now."""

    async def close(self) -> None:
        """Ends the workers."""
