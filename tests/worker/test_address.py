"""Where a server's API is, and which servers are on this computer."""

import pytest
from dwhisper_worker.address import api_url, is_here, parts_of, without_secrets


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


@pytest.mark.parametrize(
    "written",
    [
        "",
        "a:1",
        "ftp://a",
        "http://",
        "http://a:b",
        "http://a:99999",
        "http://a:0",
        "http://a b",
        "http://a\x00",
        "http://a?b",
        "http://a#b",
        "http://[::1",
        "http://a..b",
        "http://192.168.1.500",
        f"http://{'a' * 64}",
    ],
)
def test_what_is_no_address_is_known(written: str) -> None:
    assert parts_of(written) is None


@pytest.mark.parametrize("written", ["http://a", " https://a.b:1/c/api/ ", "http://[::1]:1", "http://köln.example.", "http://me:x@a"])
def test_what_is_one_is_taken_apart(written: str) -> None:
    parts = parts_of(written)
    assert parts is not None
    assert parts.geturl() == written.strip()


def test_no_password_is_shown_of_what_is_no_address() -> None:
    assert without_secrets("http://me:s3cret@a:b") == "…@a:b"
    assert without_secrets(" http://a:b ") == "http://a:b"
