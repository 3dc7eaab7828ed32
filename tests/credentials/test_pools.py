"""A pool has one key, which outlives the run that made it."""

import asyncio
import base64
import secrets
import subprocess
from pathlib import Path

import certifi
import pytest
from dwhisper_worker.invitation import as_token
from dwhisper_worker.sealing import KEY_BYTES, new_key
from dwhisper_worker.tasks import Invitation

from dwhisper_gui import settings
from dwhisper_gui.core import credential_errors
from dwhisper_gui.credentials import environment
from tests.commands.program import DWHISPER
from tests.credentials.conftest import Desktop

URL = "https://conductor.example"
SHOW = f"import base64\nprint(base64.b64encode(await pools.key_of('{URL}', 'default')).decode())"
KEY = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


@pytest.mark.integration
def test_it_is_made_once_for_each_pool_of_each_server(desktop: Desktop) -> None:
    with desktop.keyring():
        key = desktop.said(SHOW)
        assert len(base64.b64decode(key)) == KEY_BYTES
        assert desktop.said(SHOW) == key
        assert desktop.said(SHOW, **{environment.POOL_KEY: KEY}) == key
        assert desktop.said(SHOW.replace("default", "other")) not in (key, "")
        assert desktop.said(SHOW.replace(URL, f"{URL}/other")) != key
        assert desktop.said(f"print(await pools.kept('{URL}', 'default') is None, await pools.kept('{URL}', 'third'))") == "False None"
        assert desktop.said(f"import base64\nawait pools.keep('{URL}', 'default', base64.b64decode('{KEY}'))\n{SHOW}") == KEY


@pytest.mark.integration
def test_a_second_program_shares_the_workers_of_a_first_by_its_line(desktop: Desktop, tmp_path: Path) -> None:
    home = {"DWHISPER_HOME": str(tmp_path / "home")}
    first, second, secret = new_key(), new_key(), "s3cret"

    def join(line: str) -> "subprocess.CompletedProcess[str]":
        return desktop.run([DWHISPER, "server", "join"], input=line, **home)

    def chosen() -> tuple[str, str]:
        now = settings.load(tmp_path / "home" / "config" / settings.FILE_NAME)
        return now.conductor_url, now.conductor_pool

    with desktop.keyring():
        done = join(as_token(Invitation("http://127.0.0.1:1", "team", first, user="anna", password=secret)) + "\n")
        assert (done.returncode, done.stdout.count("“team” on http://127.0.0.1:1")) == (0, 1)
        assert "can't be reached" in done.stderr, "it is kept all the same, and the user knows"
        assert chosen() == ("http://127.0.0.1:1", "team")
        show = SHOW.replace(URL, "http://127.0.0.1:1").replace("default", "team")
        assert desktop.said(show) == base64.b64encode(first).decode()
        assert desktop.said("print((await servers.find('http://127.0.0.1:1')).credentials.password)") == secret
        assert "another key" not in done.stderr
        certificate = "-----BEGIN" + Path(certifi.where()).read_text(encoding="utf-8").split("-----BEGIN")[1]  # any will do
        assert "another key" in join(as_token(Invitation("http://127.0.0.1:1", "team", second, authority=certificate))).stderr
        authority = tmp_path / "home" / "config" / "conductor-authority.pem"
        assert authority.read_text(encoding="utf-8") == certificate
        assert list(authority.parent.glob("*.new")) == []
        assert desktop.said(show) == base64.b64encode(second).decode()

        junk = Invitation("http://127.0.0.1:2", "other", first, authority="no certificate")
        refused = join(as_token(junk))
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "its certificate can't be used" in refused.stderr
        assert authority.read_text(encoding="utf-8") == certificate
        refused = join(as_token(Invitation("http://127.0.0.1:2", "other", first))[:-5])
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "dwhisper workers invite" in refused.stderr
        assert chosen() == ("http://127.0.0.1:1", "team")
    everything = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert secret.encode() not in everything
    assert base64.b64encode(first) not in everything


@pytest.mark.integration
def test_one_of_the_environment_is_taken_where_none_is_kept_and_is_not_kept(desktop: Desktop) -> None:
    with desktop.keyring():
        assert desktop.said(SHOW, **{environment.POOL_KEY: KEY}) == KEY
        assert desktop.said(SHOW) != KEY


@pytest.mark.integration
def test_without_a_keyring_it_comes_from_the_environment_or_nothing_starts(desktop: Desktop) -> None:
    assert desktop.said(SHOW, **{environment.POOL_KEY: f" {KEY}\n"}) == KEY
    failing = f"""
from dwhisper_gui.core.credential_errors import PoolKeyMissing
try:
    await pools.key_of('{URL}', 'default')
except PoolKeyMissing as error:
    print(error)
"""
    told = desktop.said(failing)
    assert environment.POOL_KEY in told
    assert "openssl rand -base64 32" in told


def test_one_that_a_worker_takes_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    key = bytes(range(224, 256))
    monkeypatch.setenv(environment.POOL_KEY, base64.urlsafe_b64encode(key).decode().rstrip("="))
    assert environment.pool_key() == key


@pytest.mark.parametrize("written", ["x", "%%%%", base64.b64encode(b"short").decode()])
def test_what_is_no_key_is_told_and_not_repeated(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.POOL_KEY, written)
    with pytest.raises(credential_errors.PoolKeyBad, match="32 random bytes") as bad:
        environment.pool_key()
    assert written not in bad.value.fields.values()


FIRST = """
from pathlib import Path
def make():
    Path('{folder}/first').touch()
    until(Path('{folder}/second').exists)
    return 'first'
print(await safe.get_or_put('DWhisper: a test', 'x', make))
Path('{folder}/done').touch()
"""
SECOND = """
from pathlib import Path
until(Path('{folder}/first').exists)
def make():
    Path('{folder}/second').touch()
    until(Path('{folder}/done').exists)
    return 'second'
print(await safe.get_or_put('DWhisper: a test', 'x', make))
"""
UNTIL = """
def until(met):
    import time
    deadline = time.monotonic() + 3
    while not met() and time.monotonic() < deadline:
        time.sleep(0.02)
"""


@pytest.mark.integration
async def test_two_programs_that_make_one_at_once_have_the_same(desktop: Desktop, tmp_path: Path) -> None:
    with desktop.keyring():
        programs = (asyncio.to_thread(desktop.said, UNTIL + code.format(folder=tmp_path)) for code in (FIRST, SECOND))
        assert await asyncio.gather(*programs) == ["first", "first"]
