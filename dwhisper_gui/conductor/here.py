"""The addresses of this computer: those that a server can listen at, and the one by which others in the network reach it."""

import errno
import ipaddress
import os
import socket
from urllib.parse import urlsplit

import psutil

from dwhisper_gui.conductor.own_command import HERE
from dwhisper_gui.core.own_server_errors import HostNotHere, PortTaken, ServerDidNotStart

WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - looked for, not listened at
_ELSEWHERE = ("198.51.100.1", 9)
"""An address of nobody's (RFC 5737), to see by which of its own this computer would go there; nothing is sent."""
_CONNECT_SECONDS = 1.0


def addresses() -> list[str]:
    """Those by which others may reach this computer, the likeliest first; IPv4 only, which people know their computers by."""
    found = [one.address for all_of in psutil.net_if_addrs().values() for one in all_of if one.family == socket.AF_INET]
    usual = _outward()
    return sorted({one for one in found if not ipaddress.ip_address(one).is_loopback}, key=lambda one: (one != usual, one))


def is_ours(url: str) -> bool:
    """Whether an address leads to this computer, as far as its letters tell."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback or host in addresses()
    except ValueError:
        return host == "localhost"


def port_of(url: str) -> int:
    """The one that an address names, or means."""
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def answers(url: str) -> bool:
    """Whether any program listens there. Blocks for at most a second."""
    try:
        with socket.create_connection((urlsplit(url).hostname or "", port_of(url)), timeout=_CONNECT_SECONDS):
            return True
    except OSError:
        return False


def try_to_listen(host: str, port: int) -> None:
    """Raises `HostNotHere`, `PortTaken` or `ServerDidNotStart` where a server could not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        if os.name == "posix":
            # As servers do: connections that have just ended are no hindrance. Windows would allow too much by it.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
            trial.listen(1)
        except socket.gaierror as error:
            raise HostNotHere(host=host, addresses=_listed()) from error
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise HostNotHere(host=host, addresses=_listed()) from error
            if error.errno == errno.EADDRINUSE or os.name == "nt":
                raise PortTaken(host=host, port=port) from error
            raise ServerDidNotStart(detail=f"port {port} of {host}: {error.strerror}") from error


def _listed() -> str:
    return ", ".join((*addresses(), HERE))


def _outward() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        try:
            trial.connect(_ELSEWHERE)
        except OSError:  # it is in no network
            return ""
        name: str = trial.getsockname()[0]
    return name
