"""A real server, a job on it, and real speech."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.worker.audio import pcm_of
from tests.worker.conductor.desk import Desk
from tests.worker.conductor.process import Worker

if TYPE_CHECKING:
    from tests.conductor_server import Server


@pytest.fixture
def url(conductor: "Server") -> str:
    """The API of the server."""
    return f"{conductor.url}/api"


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    with Desk(url) as desk:
        yield desk


@pytest.fixture
def worker(url: str, desk: Desk, tmp_path: Path) -> Callable[..., Worker]:
    """Makes a worker of the job's pool, to be started in a `with`."""
    return lambda *options, **named: Worker(named.pop("url", url), desk.pool, named.pop("key", desk.pool_key), tmp_path, *options, **named)


@pytest.fixture(scope="session")
def pcm(sample: Path) -> bytes:
    return pcm_of(sample)
