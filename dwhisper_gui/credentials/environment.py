"""Secrets for one run, from the environment, where there is no keyring."""

import os

from dwhisper_worker.sealing import KEY_BYTES, NotAKey, key_of_text

from dwhisper_gui.core.credential_errors import PoolKeyBad
from dwhisper_gui.core.identity import Credentials, KeyAndSecret, UserAndPassword
from dwhisper_gui.core.server_errors import ServerCredentialsHalf

USER = "DWHISPER_CONDUCTOR_USER"
PASSWORD = "DWHISPER_CONDUCTOR_PASSWORD"  # noqa: S105 - the name of a variable
KEY = "DWHISPER_CONDUCTOR_KEY"
SECRET = "DWHISPER_CONDUCTOR_SECRET"  # noqa: S105 - likewise
POOL_KEY = "DWHISPER_POOL_KEY"
VARIABLES = f"{USER} and {PASSWORD}, or {KEY} and {SECRET}"


def credentials() -> Credentials | None:
    """Those for the server; None: there are none. Raises `ServerCredentialsHalf`."""
    user = _pair(USER, PASSWORD)
    if user is not None:
        return UserAndPassword(*user)
    key = _pair(KEY, SECRET)
    return None if key is None else KeyAndSecret(*key)


def _pair(first: str, second: str) -> tuple[str, str] | None:
    values = {name: os.environ.get(name, "") for name in (first, second)}
    lacking = [name for name, value in values.items() if not value]
    if len(lacking) == 1:
        given = next(name for name in values if name not in lacking)
        raise ServerCredentialsHalf(given=f"the variable {given}", missing=lacking[0])
    return None if lacking else (values[first], values[second])


def pool_key() -> bytes | None:
    """A pool's key; None: there is none. Raises `PoolKeyBad`."""
    written = os.environ.get(POOL_KEY, "").strip()
    if not written:
        return None
    try:
        return key_of_text(written)
    except NotAKey:
        raise PoolKeyBad(variable=POOL_KEY, count=KEY_BYTES) from None
