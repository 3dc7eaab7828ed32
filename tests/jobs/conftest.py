"""An open store for the tests of jobs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dwhisper_gui.jobs.store import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(tmp_path / "data") as opened:
        yield opened
