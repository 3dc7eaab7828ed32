"""The address of a server has one form, and no secrets."""

import httpx
import pytest
from dwhisper_worker.server import Server
from dwhisper_worker.tasks import Invitation

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.core import server_errors
from dwhisper_gui.core.server_url import read_url

WRITTEN = [
    ("http://localhost:8080", "http://localhost:8080"),
    (" http://localhost:8080/ ", "http://localhost:8080"),
    ("http://localhost:8080/api", "http://localhost:8080"),
    ("https://Conductor.Example/api//", "https://conductor.example"),
    ("https://conductor.example:443/team/api/", "https://conductor.example/team"),
    ("http://conductor.example:80", "http://conductor.example"),
    ("https://conductor.example/myapi", "https://conductor.example/myapi"),
    ("http://[::1]:8080/api", "http://[::1]:8080"),
    ("http://api", "http://api"),
    ("https://conductor.example/conductor", "https://conductor.example/conductor"),
]


@pytest.mark.parametrize(("written", "url"), WRITTEN)
def test_however_it_is_written_it_becomes_the_same(written: str, url: str) -> None:
    assert read_url(written) == url
    assert read_url(url) == url


@pytest.mark.parametrize(("written", "url"), WRITTEN)
def test_a_worker_asks_where_the_program_does(written: str, url: str) -> None:
    for given in (written, url):
        worker = Server(Invitation(given, "default", bytes(32)))
        worker.close()
        assert httpx.URL(worker.url) == httpx.URL(ServerAddress(url).api)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "localhost:8080",
        "ftp://x",
        "http://",
        "http://x:y/",
        "http://x:99999",
        "http://a b/",
        "https://x/?a=b",
        "https://x/#a",
        "http://[::1",
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(server_errors.ServerAddressBad, match="is no address"):
        read_url(written)


@pytest.mark.parametrize("written", ["https://anna:s3cret@conductor.example/api", "http://anna@conductor.example", "https://:s3cret@x"])
def test_secrets_in_it_are_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(server_errors.ServerAddressSecret, match="dwhisper server login") as refused:
        read_url(written)
    assert "s3cret" not in str(refused.value)


def test_a_secret_in_what_is_no_address_is_not_repeated_either() -> None:
    with pytest.raises(server_errors.ServerAddressBad) as refused:
        read_url("anna:s3cret@conductor.example")
    assert "s3cret" not in str(refused.value)
    assert "s3cret" not in repr(refused.value)
