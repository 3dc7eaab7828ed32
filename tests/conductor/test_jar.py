"""What is installed as a server is one, and whole."""

import zipfile
from pathlib import Path

import pytest

from dwhisper_gui.conductor import jar
from dwhisper_gui.core import own_server_errors as wrong
from dwhisper_gui.settings import Settings
from tests.conductor_server import jar as real_jar
from tests.little_server import Answer, Asked, little_server

MANIFEST = (
    "Manifest-Version: 1.0\r\nImplementation-Title: conductor-\r\n server\r\nImplementation-Version: 9.9.9\r\n"
    "Start-Class: com.netflix.conductor.Conductor\r\n"
)


def made(path: Path, manifest: str | None = MANIFEST, content: bytes = b"class " * 1000) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        if manifest is not None:
            file.writestr("META-INF/MANIFEST.MF", manifest)
        file.writestr("BOOT-INF/lib/x.jar", content)
    return path


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.conductor
@pytest.mark.integration
async def test_the_real_one_is_known_by_its_hash(tmp_path: Path) -> None:
    found = await jar.install(real_jar(), tmp_path / "kept" / "server.jar")
    assert (found.version, found.published) == (jar.USUAL_VERSION, True)
    assert left_in(tmp_path / "kept") == ["server.jar"]
    assert jar.version_of(found.path) == jar.USUAL_VERSION


async def test_another_that_is_whole_will_do_and_is_said_to_be_unknown(tmp_path: Path) -> None:
    found = await jar.install(made(tmp_path / "other.jar"), tmp_path / "kept" / "server.jar")
    assert (found.version, found.published) == ("9.9.9", False)


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (None, "no jar"),
        ("Manifest-Version: 1.0\nImplementation-Title: conductor-core\nStart-Class: x\n", "conductor-core"),
        ("Manifest-Version: 1.0\nImplementation-Title: conductor-server\n", "conductor-server"),
    ],
    ids=["none", "another", "not runnable"],
)
async def test_what_is_no_server_is_refused(manifest: str | None, says: str, tmp_path: Path) -> None:
    with pytest.raises(wrong.JarNotConductor, match=says):
        await jar.install(made(tmp_path / "x.jar", manifest), tmp_path / "kept" / "server.jar")


async def test_what_is_no_jar_or_not_there_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "x.jar"
    text.write_text("x")
    with pytest.raises(wrong.JarNotConductor, match="no jar"):
        await jar.install(text, tmp_path / "kept" / "server.jar")
    with pytest.raises(wrong.JarMissing, match="is not there"):
        await jar.install(tmp_path / "nothing.jar", tmp_path / "kept" / "server.jar")
    assert not (tmp_path / "kept" / "server.jar").exists()


async def test_a_damaged_one_is_refused_and_the_one_before_stays(tmp_path: Path) -> None:
    target = tmp_path / "kept" / "server.jar"
    await jar.install(made(tmp_path / "good.jar"), target)
    before = target.read_bytes()
    damaged = bytearray(before)
    damaged[before.index(b"class class") + 100] ^= 1
    (tmp_path / "bad.jar").write_bytes(damaged)
    with pytest.raises(wrong.JarDamaged, match="is damaged"):
        await jar.install(tmp_path / "bad.jar", target)
    assert target.read_bytes() == before
    assert left_in(target.parent) == ["server.jar"]


@pytest.mark.integration
async def test_it_is_fetched_with_progress(tmp_path: Path) -> None:
    content = made(tmp_path / "x.jar", content=bytes(3_000_000)).read_bytes()
    told: list[tuple[int, int]] = []

    def behave(asked: Asked) -> Answer:
        return Answer(302, b"", {"Location": "/jar"}) if asked.path == "/" else Answer(200, content)

    with little_server(behave) as url:
        found = await jar.fetch(f"{url}/", tmp_path / "kept" / "server.jar", lambda *now: told.append(now))
    assert found.version == "9.9.9"
    assert found.path.read_bytes() == content
    assert told == sorted(told)
    assert len(told) > 1
    assert told[-1] == (len(content), len(content))


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (Answer(404), wrong.JarNotFetched, "HTTP 404"),
        (Answer(200, b"<html>", {"Content-Type": "text/html"}), wrong.JarNotConductor, "no jar"),
    ],
    ids=["not there", "a page"],
)
@pytest.mark.integration
async def test_a_fetch_that_fails_leaves_nothing(answer: Answer, error: type[wrong.OwnServerError], says: str, tmp_path: Path) -> None:
    with little_server(lambda _: answer) as url, pytest.raises(error, match=says) as caught:
        await jar.fetch(url, tmp_path / "kept" / "server.jar", lambda *_: None)
    assert url in str(caught.value)
    assert left_in(tmp_path / "kept") == []


@pytest.mark.integration
async def test_a_host_that_is_not_reached_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(wrong.JarNotFetched, match="dwhisper server install FILE"):
        await jar.fetch("http://127.0.0.1:1/x.jar", tmp_path / "server.jar", lambda *_: None)


def test_the_settings_name_the_version_that_all_else_here_is_for() -> None:
    assert Settings({}).conductor_jar_address.endswith(f"/conductor-server-{jar.USUAL_VERSION}.jar")
