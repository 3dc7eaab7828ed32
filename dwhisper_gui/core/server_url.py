"""The address of a Conductor server, in the one form in which it is kept, shown and compared."""

from urllib.parse import SplitResult, urlsplit

from dwhisper_worker.address import path_before_api

from dwhisper_gui.core.server_errors import ServerAddressBad, ServerAddressSecret


def read_url(written: str) -> str:
    """The address as the program has it, from how a user may write it: with the path of the API or without, with slashes at its end,
    capitals in the name of the host. Raises `ServerAddressBad`, `ServerAddressSecret`."""
    written = written.strip()
    parts = _split(written)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ServerAddressBad(address=_shown(written), example="http://127.0.0.1:8080")
    if "@" in parts.netloc:
        raise ServerAddressSecret(address=parts.hostname)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}{path_before_api(parts.path)}"


def _split(written: str) -> SplitResult | None:
    try:
        parts = urlsplit(written)
        _ = parts.port  # which is looked at no sooner than it is asked for
    except ValueError:
        return None
    return None if any(letter.isspace() or not letter.isprintable() for letter in written) else parts


def _shown(written: str) -> str:
    """What is no address may still have a password in it."""
    before, at, after = written.rpartition("@")
    return f"…@{after}" if at and ":" in before else written
