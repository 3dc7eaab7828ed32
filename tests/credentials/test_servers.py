"""Credentials are in the keyring or nowhere."""

from pathlib import Path

import pytest

from dwhisper_gui.core import credential_errors, server_errors
from dwhisper_gui.core.identity import KeyAndSecret, UserAndPassword
from dwhisper_gui.credentials import environment, servers
from tests.commands.program import DWHISPER
from tests.credentials.conftest import Desktop

URL = "https://conductor.example"
FIND = f"found = await servers.find('{URL}'); print(found.credentials, getattr(found.credentials, 'password', None), found.trouble)"


@pytest.mark.integration
def test_what_is_kept_is_there_for_the_next_program_until_it_is_forgotten(desktop: Desktop) -> None:
    with desktop.keyring():
        assert desktop.said(FIND) == "None None None"
        kept = f"""

await servers.keep('{URL}', UserAndPassword('anna', 'pass wörd'))
await servers.keep('{URL}/other', KeyAndSecret('k', 's3cret'))
print('kept')
"""
        assert desktop.said(kept) == "kept"
        assert desktop.said(FIND) == "UserAndPassword(user='anna') pass wörd None", "and no secret in what may be printed"
        assert desktop.said(f"print((await servers.find('{URL}/other')).credentials.secret)") == "s3cret"
        assert desktop.said(f"print(await servers.forget('{URL}'), await servers.forget('{URL}'))") == "True False"
        assert desktop.said(FIND) == "None None None"
    with desktop.keyring():
        assert desktop.said(f"print((await servers.find('{URL}/other')).credentials.secret)") == "s3cret", "after a restart, too"


@pytest.mark.integration
def test_what_the_keyring_has_comes_before_the_environment(desktop: Desktop) -> None:
    variables = {environment.USER: "ben", environment.PASSWORD: "other"}
    with desktop.keyring():
        assert desktop.said(FIND, **variables) == "UserAndPassword(user='ben') other None"
        keep = f"await servers.keep('{URL}', UserAndPassword('anna', 'pw'))"
        desktop.said(keep)
        assert desktop.said(FIND, **variables) == "UserAndPassword(user='anna') pw None"


@pytest.mark.integration
def test_a_keyring_that_is_locked_is_told_and_holds_nobody_up(desktop: Desktop) -> None:
    keep = f"await servers.keep('{URL}', UserAndPassword('anna', 'pw'))"
    with desktop.keyring():
        desktop.said(keep)
    with desktop.keyring(unlocked=False):
        found = desktop.said("safe.PATIENCE_SECONDS = 3\n" + FIND, **{environment.USER: "ben", environment.PASSWORD: "x"})
        assert found.startswith("UserAndPassword(user='ben') x The keyring of this computer can't be used (")


@pytest.mark.integration
def test_an_answer_that_never_comes_is_not_waited_for_even_at_the_end(desktop: Desktop) -> None:
    never = f"""
import threading
safe.PATIENCE_SECONDS = 0.5
safe._backend = threading.Event().wait
{FIND}
"""
    assert "it has not answered for" in desktop.said(never)


@pytest.mark.integration
def test_without_a_keyring_nothing_is_kept_and_the_sentence_says_what_to_do(desktop: Desktop, tmp_path: Path) -> None:
    words = [DWHISPER, "server", "login", "--user", "anna", "--url", "http://127.0.0.1:1"]
    done = desktop.run(words, input="s3cret\n", DWHISPER_HOME=str(tmp_path / "home"))
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr
    assert environment.PASSWORD in done.stderr
    everything = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert b"s3cret" not in everything


@pytest.mark.integration
def test_logging_in_and_out_by_the_command_line(desktop: Desktop, tmp_path: Path) -> None:
    home = {"DWHISPER_HOME": str(tmp_path / "home")}
    desktop.run([DWHISPER, "settings", "set", "conductor.url", "http://127.0.0.1:1/api/"], **home)
    with desktop.keyring():
        done = desktop.run([DWHISPER, "server", "login"], input="anna\ns3cret\n", **home)
        assert (done.returncode, done.stdout) == (0, "The credentials for http://127.0.0.1:1 are kept in the keyring.\n")
        assert "can't be reached" in done.stderr, "they are kept all the same, and the user knows"
        assert desktop.said("print((await servers.find('http://127.0.0.1:1')).credentials.password)") == "s3cret"
        assert desktop.run([DWHISPER, "server", "logout"], **home).returncode == 0
        done = desktop.run([DWHISPER, "server", "logout"], **home)
        assert (done.returncode, done.stdout) == (2, "")
        assert "No credentials are kept" in done.stderr
        done = desktop.run([DWHISPER, "server", "login", "--key", "k"], input="\n", **home)
        assert (done.returncode, done.stdout) == (2, "")
        assert "the secret is not" in done.stderr
    everything = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert b"s3cret" not in everything


@pytest.mark.parametrize("backend", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"])
@pytest.mark.integration
def test_a_keyring_that_keeps_nothing_is_none(desktop: Desktop, backend: str) -> None:
    with desktop.keyring():
        assert "can't be used (there is none)" in desktop.said(FIND, PYTHON_KEYRING_BACKEND=backend)


# --- the environment -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "credentials"),
    [
        ({}, None),
        ({environment.USER: "anna", environment.PASSWORD: "pw"}, UserAndPassword("anna", "pw")),
        ({environment.KEY: "k", environment.SECRET: "s"}, KeyAndSecret("k", "s")),
    ],
    ids=["none", "basic", "key"],
)
def test_the_environment_gives_what_it_has(
    variables: dict[str, str], credentials: UserAndPassword | KeyAndSecret | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert environment.credentials() == credentials


@pytest.mark.parametrize(
    ("given", "missing"),
    [(environment.USER, environment.PASSWORD), (environment.PASSWORD, environment.USER), (environment.KEY, environment.SECRET)],
)
def test_half_of_them_is_told(given: str, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(given, "s3cret")
    with pytest.raises(server_errors.ServerCredentialsHalf, match=missing) as half:
        environment.credentials()
    assert "s3cret" not in str(half.value)


def test_secrets_are_not_shown_by_accident() -> None:
    assert "s3cret" not in repr(UserAndPassword("anna", "s3cret")) + repr(KeyAndSecret("k", "s3cret"))
    assert "s3cret" not in repr(servers.Found(UserAndPassword("anna", "s3cret")))
    assert issubclass(credential_errors.KeyringUnusable, credential_errors.CredentialsError)
