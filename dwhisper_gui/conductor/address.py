"""How a server is reached."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from dwhisper_worker.address import api_url, is_here

from dwhisper_gui.core.identity import Credentials
from dwhisper_gui.core.server_errors import AuthorityUnusable


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """`url` is as `read_url` makes it, so it holds no secret; `authority` a file with the certificates (PEM) of an authority that is
    trusted beside the system's."""

    url: str
    credentials: Credentials | None = None
    authority: Path | None = None

    @property
    def api(self) -> str:
        """Where Conductor's HTTP API begins."""
        return api_url(self.url)

    @property
    def in_the_clear(self) -> bool:
        """Whether credentials would be sent over a network so that whoever listens there can read them."""
        return self.credentials is not None and self.url.startswith("http:") and not is_here(self.url)

    def trust(self) -> ssl.SSLContext:
        """Who may vouch for the server. Raises `AuthorityUnusable`."""
        context = ssl.create_default_context()
        if self.authority is not None:
            try:
                context.load_verify_locations(self.authority)
            except ssl.SSLError:
                raise AuthorityUnusable(path=self.authority, detail="no certificate is in it") from None
            except OSError as error:
                raise AuthorityUnusable(path=self.authority, detail=error.strerror or error) from error
        return context
