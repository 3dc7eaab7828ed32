"""What `dwhisper transcribe` does with what it was given: finds the media, adds their jobs, works on them."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from dwhisper_gui.app import App
from dwhisper_gui.commands.work import Shift
from dwhisper_gui.core.errors import MediumError, OutputFolderUnusable, WorkerDied, WorkerHung, WorkerNonsense, WorkerRefused
from dwhisper_gui.core.job import Job, Options, Output
from dwhisper_gui.core.options import refuse_unavailable
from dwhisper_gui.media.find import find_media

OF_ONE_INPUT = (MediumError, OutputFolderUnusable, WorkerDied, WorkerHung, WorkerNonsense, WorkerRefused)
"""Errors that say nothing about the next input. A worker may die of a file."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for."""

    paths: Sequence[str]
    options: Options
    output: Output
    fresh: bool


async def transcribe_all(app: App, shift: Shift, request: Request) -> None:
    """Transcribes all media that the paths stand for. Raises `UsageError` before anything is added to the queue."""
    hello = await shift.unless_stopped(app.ears.hello())
    if hello is not None:
        refuse_unavailable(request.options, hello.engines, hello.devices)
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
