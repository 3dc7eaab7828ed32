"""What `dwhisper transcribe` does with what it was given: finds the media, adds their jobs, works on them."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from dwhisper_worker.contract import MODELS_LIST, ModelsRequest

from dwhisper_gui.app import App
from dwhisper_gui.commands.work import Shift
from dwhisper_gui.core.errors import (
    JobBusy,
    JobDamaged,
    MediumError,
    OutputFolderUnusable,
    WorkerDied,
    WorkerHung,
    WorkerNonsense,
    WorkerRefused,
)
from dwhisper_gui.core.job import Job, Options, Output
from dwhisper_gui.core.options import refuse_unavailable, refuse_unfit, settled
from dwhisper_gui.media.find import find_media

OF_ONE_INPUT = (JobBusy, JobDamaged, MediumError, OutputFolderUnusable, WorkerDied, WorkerHung, WorkerNonsense, WorkerRefused)
"""Errors that say nothing about the next input. A worker may die of a file."""


WITH_FOLDERS = "faster-whisper"
"""The engine whose weights are the folders that `models_list` examines."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for."""

    paths: Sequence[str]
    options: Options
    output: Output
    fresh: bool


async def transcribe_all(app: App, shift: Shift, request: Request) -> None:
    """Transcribes all media that the paths stand for. Raises `UsageError` or `ModelBroken` before anything is added to the queue."""
    hello = await shift.unless_stopped(app.ears.hello())
    if hello is not None:
        refuse_unavailable(request.options, hello.engines, hello.devices)
        if request.options.engine == WITH_FOLDERS:
            wanted = ModelsRequest(os.fspath(app.settings.models_folder), (request.options.model,))
            reply = await shift.unless_stopped(app.ears.ask(MODELS_LIST, wanted))
            for state in reply.models if reply is not None else ():
                refuse_unfit(request.options, state)
                request = replace(request, options=settled(request.options, state))
        await shift.work(app, _jobs(app, shift, request))


async def _jobs(app: App, shift: Shift, request: Request) -> AsyncIterator[Job]:
    for found in await asyncio.to_thread(find_media, [os.fsencode(path) for path in request.paths]):
        if found.error is not None:
            shift.refuse(found.error, found.asked)
        for path in found.media:
            try:
                yield await app.queue.add(path, request.options, request.output, fresh=request.fresh)
            except OF_ONE_INPUT as error:
                shift.refuse(error, path)
