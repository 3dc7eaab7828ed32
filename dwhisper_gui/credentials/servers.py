"""As whom a server is asked: kept in the keyring, by the server's address."""

import json
from dataclasses import dataclass

from dwhisper_gui.core.credential_errors import CredentialsNotKept, KeyringUnusable
from dwhisper_gui.core.identity import Credentials, KeyAndSecret, UserAndPassword
from dwhisper_gui.credentials import environment, safe

SERVICE = "DWhisper: Conductor server"


@dataclass(frozen=True, slots=True)
class Found:
    """`trouble`: there is no keyring to look into; its sentence is worth saying where credentials are needed or were taken from the
    environment."""

    credentials: Credentials | None
    trouble: KeyringUnusable | None = None


async def keep(url: str, credentials: Credentials) -> None:
    """Keeps them for a server, whose address is as `read_url` makes it. Raises `CredentialsNotKept`."""
    try:
        await safe.put(SERVICE, url, _written(credentials))
    except safe.Unusable as error:
        raise CredentialsNotKept(detail=error, variables=environment.VARIABLES) from error


async def find(url: str) -> Found:
    """Those that are kept for a server, else those of the environment. Raises `ServerCredentialsHalf`."""
    try:
        kept = await safe.get(SERVICE, url)
        if kept is not None:
            return Found(_read(kept))
    except safe.Unusable as error:
        return Found(environment.credentials(), KeyringUnusable(detail=error, variables=environment.VARIABLES))
    return Found(environment.credentials())


async def forget(url: str) -> bool:
    """Whether there were any, which are gone now. Raises `CredentialsNotKept`."""
    try:
        return await safe.remove(SERVICE, url)
    except safe.Unusable as error:
        raise CredentialsNotKept(detail=error, variables=environment.VARIABLES) from error


def _written(credentials: Credentials) -> str:
    match credentials:
        case UserAndPassword(user, password):
            return json.dumps({"user": user, "password": password})
        case KeyAndSecret(key, secret):
            return json.dumps({"key": key, "secret": secret})


def _read(kept: str) -> Credentials:
    try:
        match json.loads(kept):
            case {"user": str(user), "password": str(password)}:
                return UserAndPassword(user, password)
            case {"key": str(key), "secret": str(secret)}:
                return KeyAndSecret(key, secret)
    except ValueError:
        pass
    raise safe.Unusable("what it holds for this server was not kept by DWhisper")
