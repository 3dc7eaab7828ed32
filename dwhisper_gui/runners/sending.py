"""Puts a part's chunks up, sealed, and gives them out to the workers."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from dwhisper_worker.tasks import PREPARE_PART, TRANSCRIBE_CHUNK

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.records import TaskStatus
from dwhisper_gui.core.plan import Chunk
from dwhisper_gui.core.together import together
from dwhisper_gui.media.encode import encoded
from dwhisper_gui.runners.order import handed_out
from dwhisper_gui.runners.patience import Patience
from dwhisper_gui.runners.runner import ChunkAudio, Task
from dwhisper_gui.runners.sealed import Seals

SIDE_BY_SIDE = 4
"""Chunks that are encoded and sent at once."""
PREPARE = "prepare"
CHUNK = "chunk_"
"""How tasks of a part are called, the latter with their number."""
LOOK_SECONDS = 0.2
"""So often it is tried to give a part out whose workflow has no tasks yet."""


class Sender:
    """Of one job. `name`: as which it completes tasks. All of it raises `WorkflowGone`, and the `ServerError` that trying again does not
    help against."""

    def __init__(self, server: Conductor, name: str, seals: Seals, task: Task, patience: Patience, *, lossless: bool) -> None:
        self._server = server
        self._name = name
        self._seals = seals
        self._task = task
        self._patience = patience
        self._lossless = lossless

    async def is_out(self, workflow: str) -> bool:
        """Whether a part's chunks were given out."""
        return await self._patience.with_server(partial(self._is_out, workflow))

    async def give_out(self, workflow: str, part: int, audios: AsyncIterator[ChunkAudio]) -> list[Chunk]:
        """Sends a part's chunks, and returns them once they are given out."""
        gate = asyncio.Semaphore(SIDE_BY_SIDE)
        sending: list[asyncio.Task[dict[str, object]]] = []
        chunks: list[Chunk] = []
        async with together() as group:
            async for audio in audios:
                chunks.append(chunk_of(audio))
                await gate.acquire()
                send = group.create_task(self._send(workflow, audio))
                send.add_done_callback(lambda _: gate.release())
                sending.append(send)
        inputs = {f"{CHUNK}{chunk.key.index}": send.result() for chunk, send in zip(chunks, sending, strict=True)}
        lengths = dict(zip(inputs, (chunk.audio_seconds for chunk in chunks), strict=True))
        order = handed_out(lengths, part, self._task.parts)
        tasks = [{"name": TRANSCRIBE_CHUNK, "taskReferenceName": name, "type": "SIMPLE", "permissive": True} for name in order]
        output = {"tasks": tasks, "inputs": inputs, "chunks": len(tasks)}
        # Where it can't be said: a workflow has an id before it has tasks, or it was said, and the answer was lost.
        while not await self._patience.with_server(partial(self._server.complete, workflow, PREPARE, output, worker=self._name)):
            if await self.is_out(workflow):
                break
            await asyncio.sleep(LOOK_SECONDS)
        return chunks

    async def _is_out(self, workflow: str) -> bool:
        tasks = [task async for task in self._server.all_tasks(workflow) if task.type == PREPARE_PART]
        return any(task.status is TaskStatus.COMPLETED for task in tasks)

    async def _send(self, workflow: str, audio: ChunkAudio) -> dict[str, object]:
        subject = str(audio.chunk.key)
        sound = await encoded([one.pcm for one in audio.windows], lossless=self._lossless)
        sealed = self._seals.chunk(subject, self._task.decoding, audio.windows, sound)
        put = partial(self._server.upload, workflow, f"{subject}.sound", sealed)
        return self._seals.input(subject, await self._patience.with_server(put))


def chunk_of(audio: ChunkAudio) -> Chunk:
    """The chunk with those of its windows that have sound, since they have no result."""
    return Chunk(audio.chunk.key, tuple(one.window for one in audio.windows))
