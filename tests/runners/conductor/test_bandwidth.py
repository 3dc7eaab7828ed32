"""How sound travels follows from the way to a real server."""

from collections.abc import AsyncIterator

import pytest

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.definitions import TRANSCRIBE_JOB, WORKFLOW_VERSION, ensure_defined
from dwhisper_gui.runners.bandwidth import is_quick
from tests.conductor_server import Server
from tests.worker.conductor.proxy import Proxy

pytestmark = [pytest.mark.integration]


@pytest.fixture
async def workflow(conductor: Server) -> AsyncIterator[str]:
    async with Conductor(conductor.address) as server:
        await ensure_defined(server)
        given = {"tasks": [], "inputs": {}}
        made = await server.start_workflow(TRANSCRIBE_JOB, WORKFLOW_VERSION, correlation_id="way", input=given, task_to_domain={})
        yield made
        await server.remove(made)


@pytest.mark.parametrize(
    ("delay", "bits", "quick"),
    [(0.0, 0.0, True), (0.1, 0.0, True), (0.0, 10e6, False), (0.1, 1e6, False)],
    ids=["this computer", "far", "slow", "far and slow"],
)
async def test_a_way_is_quick_by_how_much_it_carries_however_long_it_is(
    conductor: Server, workflow: str, delay: float, bits: float, quick: bool
) -> None:
    with Proxy(conductor.url, delay, bits) as proxy:
        async with Conductor(ServerAddress(proxy.url)) as server:
            assert await is_quick(server, workflow) is quick
