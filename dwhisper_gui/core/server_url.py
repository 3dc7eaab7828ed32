"""The address of a Conductor server, in the one form in which it is kept, shown and compared."""

from dwhisper_worker.address import EXAMPLE, parts_of, path_before_api, without_secrets

from dwhisper_gui.core.server_errors import ServerAddressBad, ServerAddressSecret


def read_url(written: str) -> str:
    """The address as the program has it, from how a user may write it: with the path of the API or without, with slashes at its end,
    capitals in the name of the host. Raises `ServerAddressBad`, `ServerAddressSecret`."""
    parts = parts_of(written)
    if parts is None or not parts.hostname:
        raise ServerAddressBad(address=without_secrets(written), example=EXAMPLE)
    if "@" in parts.netloc:
        raise ServerAddressSecret(address=parts.hostname)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}{path_before_api(parts.path)}"
