"""A real server, a job on it, and real speech."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.worker.audio import pcm_of
from tests.worker.conductor.desk import Desk
from tests.worker.conductor.process import Worker


@pytest.fixture(scope="session")
def url() -> str:
    """The API of the server."""
    url = os.environ.get("DWHISPER_TEST_CONDUCTOR", "http://127.0.0.1:18080/api")
    assert httpx.get(url.removesuffix("/api") + "/health").json()["healthy"], f"there is no Conductor server at {url}"
    return url


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
