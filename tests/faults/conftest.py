"""A server that notices vanished workers soon, a recording, and what becomes of it where nothing goes wrong."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.definitions import tasks
from dwhisper_gui.jobs.combining import transcript_of
from dwhisper_gui.runners import conductor
from tests.commands.conftest import repeated
from tests.commands.program import run
from tests.conductor_server import Server, serving
from tests.faults.trial import Trial
from tests.faults.verdict import Words, words_of
from tests.worker.conductor.desk import MODEL

RESPONSE_SECONDS = 8
"""Without a sign of life for so long a chunk is given to another worker."""
LIMIT_SECONDS = 420
"""The first of these tests waits for the server, too."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            for mark in (pytest.mark.integration, pytest.mark.slow, pytest.mark.conductor, pytest.mark.timeout(LIMIT_SECONDS)):
                item.add_marker(mark)


async def define_quick(server: Server) -> None:
    """Before the program defines them, which leaves those as they are that it finds."""
    async with Conductor(server.address) as asked:
        for task in tasks():
            await asked.define_task(task | {"responseTimeoutSeconds": RESPONSE_SECONDS})


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that tests may kill, if they start it again."""
    with serving(tmp_path_factory.mktemp("quick")) as server:
        asyncio.run(define_quick(server))
        yield server


@pytest.fixture(scope="session")
def recording(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample six times over: two parts, and four chunks or more."""
    return repeated(sample, 6, tmp_path_factory.mktemp("media") / "talk.mp4")


@pytest.fixture(scope="session")
def small(quick: Server, recording: Path, expected: Words, tmp_path_factory: pytest.TempPathFactory) -> Words:
    """The words of a run over a network that is slow as far as the program knows."""
    words = asyncio.run(_small(Trial(quick, tmp_path_factory.mktemp("small"), recording, [], [])))
    assert len(words) > len(expected) / 2
    assert words != expected, "else nothing tells which of both was sent"
    return words


async def _small(trial: Trial) -> Words:
    async def never(*_: object) -> bool:
        return False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conductor, "is_quick", never)
        async with trial.desk() as at:
            job = await at.add()
            with trial.worker():
                await at.work(job)
            return words_of(await transcript_of(at.store, await at.store.find_job(job.id)))


@pytest.fixture(scope="session")
def expected(recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Words:
    """The words of a run on this computer."""
    folder = tmp_path_factory.mktemp("expected")
    ended = run(
        "transcribe", recording, "--model", MODEL, "--language", "en", "-f", "json", "-o", folder, env={"DWHISPER_HOME": os.fspath(folder)}
    )
    assert ended.status == 0, ended.err
    told = json.loads((folder / "talk.en.json").read_text())
    return [(word["start"], word["end"], word["word"]) for segment in told["segments"] for word in segment["words"]]


@pytest.fixture
def trial(quick: Server, tmp_path: Path, recording: Path, expected: Words) -> Trial:
    return Trial(quick, tmp_path, recording, expected, [])
