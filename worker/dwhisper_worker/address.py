"""The address of a Conductor server, by one rule for both sides: what is one, and where the API is, in `/api` below it, whether that is
written or not. Needs nothing heavy."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

API = "/api"
EXAMPLE = "http://127.0.0.1:8080"
_FOUR_NUMBERS = re.compile(r"\d+(\.\d+){3}")


def parts_of(written: str) -> SplitResult | None:
    """What a server's address consists of; None where what was written is none: of another scheme, without a host or with an impossible
    one, with a port that none listens on, with a query. It may have a user and a password in it."""
    written = written.strip()
    if any(letter.isspace() or not letter.isprintable() for letter in written):
        return None
    try:
        parts = urlsplit(written)
        port = parts.port  # which is looked at no sooner than it is asked for
        host = parts.hostname or ""
        host.encode("idna")
        if _FOUR_NUMBERS.fullmatch(host):
            ipaddress.IPv4Address(host)
    except ValueError:
        return None
    sound = parts.scheme in ("http", "https") and host and port != 0
    return parts if sound and not parts.query and not parts.fragment else None


def without_secrets(written: str) -> str:
    """To be shown: what is no address may still have a password in it."""
    before, at, after = written.strip().rpartition("@")
    return f"…@{after}" if at and ":" in before else written.strip()


def path_before_api(path: str) -> str:
    """What is before the API in an address's path, which names it or not: empty, or a proxy's prefix without a slash at its end."""
    return path.rstrip("/").removesuffix(API).rstrip("/")


def api_url(url: str) -> str:
    """The address of a server's API."""
    parts = urlsplit(url.strip())
    return urlunsplit((parts.scheme, parts.netloc, path_before_api(parts.path) + API, "", ""))


def is_here(url: str) -> bool:
    """Whether the address is one that leads no further than this computer."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
