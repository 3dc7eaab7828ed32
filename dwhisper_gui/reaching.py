"""How the server of the settings is reached: its address from there, as whom from the keyring."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.core.credential_errors import KeyringUnusable
from dwhisper_gui.core.server_errors import ServerUnnamed
from dwhisper_gui.credentials import servers
from dwhisper_gui.settings import Settings


@dataclass(frozen=True, slots=True)
class Way:
    """`trouble`: there is no keyring; worth saying where the server asks for credentials."""

    address: ServerAddress
    trouble: KeyringUnusable | None


async def way(settings: Settings, url: str | None = None) -> Way:
    """To the server of the settings, or to another one. Raises `ServerUnnamed`, `ServerCredentialsHalf`."""
    url = url or settings.conductor_url
    if not url:
        raise ServerUnnamed
    found = await servers.find(url)
    return Way(ServerAddress(url, found.credentials, settings.conductor_authority), found.trouble)


def reach(settings: Settings) -> Callable[[str], Awaitable[ServerAddress]]:
    """How any server is reached by its address, as whom it knows us. What it returns raises `ServerCredentialsHalf`."""

    async def address_of(url: str) -> ServerAddress:
        return (await way(settings, url)).address

    return address_of
