"""Several things at once, of which one may fail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dwhisper_gui.core.errors import DWhisperError


@asynccontextmanager
async def together() -> AsyncIterator[asyncio.TaskGroup]:
    """A group of tasks. Where one fails the others are cancelled, and its error is raised as it is: whoever waits for the group may well
    know what to do about it."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as failures:
        raise first_cause(failures) from failures


def first_cause(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """What to tell the user of several failures: an error with a sentence if there is one."""
    told, others = failures.split(DWhisperError)
    cause: BaseException = told or others or failures
    while isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
    return cause
