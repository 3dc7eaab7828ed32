"""The way to a server: its address from the settings, as whom from the keyring or the environment."""

from pathlib import Path

import pytest

from dwhisper_gui import reaching
from dwhisper_gui.core.identity import UserAndPassword
from dwhisper_gui.core.server_errors import ServerUnnamed
from dwhisper_gui.credentials import environment, safe
from dwhisper_gui.settings import Settings


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own is not touched; real ones are tried in `tests/credentials`."""

    def none() -> None:
        raise safe.Unusable("there is none")

    monkeypatch.setattr(safe, "_backend", none)


async def test_it_is_put_together_from_what_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings({"conductor.url": "https://conductor.example", "conductor.authority": str(tmp_path / "ca.pem")})
    found = await reaching.way(settings)
    assert (found.address.url, found.address.authority) == ("https://conductor.example", tmp_path / "ca.pem")
    assert found.address.credentials is None
    assert found.trouble is not None
    assert environment.PASSWORD in found.trouble.sentence()
    monkeypatch.setenv(environment.USER, "anna")
    monkeypatch.setenv(environment.PASSWORD, "pw")
    assert (await reaching.way(settings)).address.credentials == UserAndPassword("anna", "pw")
    other = (await reaching.way(settings, "http://other.example")).address
    assert (other.url, other.in_the_clear) == ("http://other.example", True)
    assert not (await reaching.way(settings, "http://127.0.0.1:1")).address.in_the_clear


async def test_without_a_name_there_is_none() -> None:
    with pytest.raises(ServerUnnamed, match=r"settings set conductor\.url"):
        await reaching.way(Settings({}))
