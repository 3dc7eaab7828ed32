"""As whom a server is asked. Nothing here is ever printed or logged whole."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class UserAndPassword:
    """What a proxy before the server asks for (basic authentication)."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyAndSecret:
    """What a server of Orkes' asks for: they are exchanged for a token that holds for a while."""

    key: str
    secret: str = field(repr=False)


Credentials = UserAndPassword | KeyAndSecret
