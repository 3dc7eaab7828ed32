"""Where a Conductor server's API is, by one rule for both sides: in `/api` below the address that it goes by, whether that is written or
not. Needs nothing heavy."""

import ipaddress
from urllib.parse import urlsplit, urlunsplit

API = "/api"


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
