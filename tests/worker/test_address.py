"""Where a server's API is, and which servers are on this computer."""

import pytest
from dwhisper_worker.address import api_url, is_here


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://a:8080", "http://a:8080/api"),
        ("http://a:8080/api", "http://a:8080/api"),
        ("https://a/b/", "https://a/b/api"),
        ("https://a/b/api//", "https://a/b/api"),
        ("https://a/myapi", "https://a/myapi/api"),
        ("http://api", "http://api/api"),
        (" http://[::1]:1/ ", "http://[::1]:1/api"),
    ],
)
def test_the_api_is_below_the_address_whether_it_is_named_or_not(given: str, url: str) -> None:
    assert api_url(given) == url
    assert api_url(url) == url


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:1", True),
        ("http://localhost", True),
        ("http://192.168.1.5", False),
        ("http://localhost.example", False),
        ("http://0.0.0.0", False),
    ],
)
def test_it_is_known_which_lead_no_further_than_this_computer(url: str, here: bool) -> None:
    assert is_here(url) == here
