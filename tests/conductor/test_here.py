"""Where a server of the user's own can listen, and by which address others reach it."""

import ipaddress
import socket
from contextlib import closing

import pytest

from dwhisper_gui.conductor.here import WILDCARDS, addresses, answers, is_ours, try_to_listen
from dwhisper_gui.conductor.own import Process
from dwhisper_gui.core import own_server_errors as wrong
from tests.conductor_server import free_port

pytestmark = pytest.mark.integration
NOBODYS = "198.51.100.7"


def test_the_addresses_for_others_lead_here_and_can_be_listened_at() -> None:
    for address in addresses():
        assert not ipaddress.ip_address(address).is_loopback
        assert is_ours(f"http://{address}:8080")
        try_to_listen(address, free_port())


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080/team", True),
        ("http://[::1]:8080", True),
        (f"http://{NOBODYS}:8080", False),
        ("https://conductor.example", False),
    ],
)
def test_an_address_is_ours_by_its_letters(url: str, ours: bool) -> None:
    assert is_ours(url) is ours


@pytest.mark.parametrize("host", [NOBODYS, "no-such-host.invalid", "http://127.0.0.1"])
def test_an_address_of_another_computer_is_refused_with_those_of_this_one(host: str) -> None:
    with pytest.raises(wrong.HostNotHere, match=r"127\.0\.0\.1"):
        try_to_listen(host, free_port())


@pytest.mark.parametrize("host", WILDCARDS[:1])
def test_a_server_at_all_addresses_goes_by_the_one_that_others_can_reach(host: str) -> None:
    process = Process(1, 0.0, host, 8080)
    assert process.url == "http://127.0.0.1:8080"
    assert process.url_for_others == f"http://{(addresses() or ['127.0.0.1'])[0]}:8080"


def test_whether_anything_listens_is_seen() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        assert answers(url)
    assert not answers(url)
