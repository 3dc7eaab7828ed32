"""`dwhisper server test` says in one sentence what is wrong."""

import json
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.check import check
from dwhisper_gui.conductor.jar import USUAL_VERSION
from dwhisper_gui.core import server_errors as wrong
from tests.conductor_server import Server, serving
from tests.little_server import Answer, Asked, Behaviour, little_server

pytestmark = pytest.mark.integration


async def test_all_is_well_with_a_server_that_has_all(conductor: Server) -> None:
    condition = await check(conductor.address)
    assert condition.version == USUAL_VERSION
    assert 0 < condition.round_trip_seconds < 5


@pytest.mark.conductor
@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_server_without_files_is_told_and_how_to_turn_them_on(tmp_path: Path) -> None:
    told = r"conductor\.file-storage\.enabled=true"
    with serving(tmp_path, **{"conductor.file_storage.enabled": "false"}) as server, pytest.raises(wrong.ServerWithoutFiles, match=told):
        await check(server.address)


def spring(asked: Asked) -> Answer:
    return Answer(404, json.dumps({"status": 404, "message": f"No static resource {asked.path[1:]}."}).encode())


def web_page(asked: Asked) -> Answer:
    return Answer(200, b"<!DOCTYPE html>", {"Content-Type": "text/html"})


def agreeable(asked: Asked) -> Answer:
    return Answer(200, b'{"ok": true}')


def flask(asked: Asked) -> Answer:
    return Answer(404, b'{"error": "not found"}')


@pytest.mark.parametrize("behave", [spring, web_page, agreeable, flask], ids=lambda behave: behave.__name__)
async def test_another_service_is_told(behave: Behaviour) -> None:
    with little_server(behave) as url, pytest.raises(wrong.ServerNotConductor, match="is no Conductor server"):
        await check(ServerAddress(url))


async def test_an_old_conductor_is_told() -> None:
    def old(asked: Asked) -> Answer:
        if asked.path.endswith("/status"):
            return spring(asked)
        return Answer(404, json.dumps({"message": f"No such workflow found by id: {asked.path.rpartition('/')[2]}"}).encode())

    with little_server(old) as url, pytest.raises(wrong.ServerTooOld):
        await check(ServerAddress(url))


@pytest.mark.parametrize(("off", "says"), [(-3600, "360[0-2] s behind"), (120, "1[12][0-9] s ahead of")])
async def test_a_clock_that_is_wrong_is_told(off: float, says: str) -> None:
    def late(asked: Asked) -> Answer:
        headers = {"Content-Type": "application/json", "Date": formatdate(time.time() + off, usegmt=True)}
        if asked.path.startswith("/api/workflow/"):
            return Answer(404, b'{"message": "No such workflow found by id: x"}', headers)
        if asked.path.startswith("/api/files/"):
            return Answer(404, b'{"message": "File not found: x"}', headers)
        return Answer(200, b"0", headers)

    with little_server(late) as url, pytest.raises(wrong.ServerClockOff, match=says):
        await check(ServerAddress(url))


async def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(wrong.ServerUnreachable):
        await check(ServerAddress("http://127.0.0.1:1"))
