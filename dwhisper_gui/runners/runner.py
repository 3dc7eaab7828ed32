"""The port behind which a job is transcribed: on this computer, or by any number of machines."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from dwhisper_worker.contract import Decoding, WindowAudio

from dwhisper_gui.core.events import Event
from dwhisper_gui.core.journal import Journal
from dwhisper_gui.core.plan import Chunk

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


@dataclass(frozen=True, slots=True)
class Task:
    """What a runner is asked to do: the parts of a job that are not done yet."""

    job: str
    setup: EngineSetup
    decoding: Decoding
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChunkAudio:
    """A chunk with the sound of those of its windows that have no result yet."""

    chunk: Chunk
    windows: tuple[WindowAudio, ...]


Prepare = Callable[[int], AsyncIterator[ChunkAudio]]
"""Prepares a part of the job, by its index: extracts, finds the speech, cuts; yields the chunks that are not done.

Called when the runner wants more work, in any order; a part is called for again after a crash, and comes out the same."""


class Runner(Protocol):
    """Gets jobs transcribed."""

    async def detect_language(self, job: str, setup: EngineSetup, clips: tuple[bytes, ...], tell: Tell) -> tuple[dict[str, float], ...]:
        """For each clip (PCM of at most 30 s of speech) the probability of each language."""

    async def run(self, task: Task, prepare: Prepare, journal: Journal, stop: asyncio.Event, tell: Tell) -> None:
        """Returns when every chunk is done or failed for good; or, once `stop` is set, when the windows under way are done and
        everything leased has been given back. Cancelling it ends the work at once. Raises `DWhisperError` where nothing can go on (no
        worker can be started, the model can't be loaded, a part can't be prepared); what is done is in the journal."""

    async def close(self) -> None:
        """Ends the workers."""
