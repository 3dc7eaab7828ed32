"""What the tests of a server share."""

import uuid
from collections.abc import AsyncIterator

import pytest

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.definitions import ensure_defined
from tests.conductor_server import Server


@pytest.fixture
async def api(conductor: Server) -> AsyncIterator[Conductor]:
    """The real server, which knows our definitions."""
    async with Conductor(conductor.address) as found:
        await ensure_defined(found)
        yield found


@pytest.fixture
def job() -> str:
    """A name that no other test uses."""
    return f"job-{uuid.uuid4().hex[:8]}"
