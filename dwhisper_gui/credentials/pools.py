"""The keys with which what is sent to the workers of a pool is sealed: kept in the keyring, by server and pool."""

import base64
import binascii

from dwhisper_worker.sealing import KEY_BYTES, new_key

from dwhisper_gui.core.credential_errors import PoolKeyMissing, PoolKeyNotKept
from dwhisper_gui.credentials import environment, safe

SERVICE = "DWhisper: key of a pool"


async def key_of(url: str, pool: str) -> bytes:
    """The pool's key: the one that is kept, else that of the environment, else a new one, which is kept. Raises `PoolKeyMissing` where
    there is neither keyring nor variable: a key that is forgotten at the end of the run would leave its jobs unreadable. `PoolKeyBad`."""
    try:
        return _read(await safe.get(SERVICE, _name(url, pool))) or environment.pool_key() or await _made(url, pool)
    except safe.Unusable as error:
        key = environment.pool_key()
        if key is None:
            raise PoolKeyMissing(detail=error, pool=pool, variable=environment.POOL_KEY, count=KEY_BYTES) from error
        return key


async def keep(url: str, pool: str, key: bytes) -> None:
    """Keeps a key that another program made. Raises `PoolKeyNotKept`."""
    try:
        await safe.put(SERVICE, _name(url, pool), _written(key))
    except safe.Unusable as error:
        raise PoolKeyNotKept(detail=error, pool=pool) from error


async def kept(url: str, pool: str) -> bytes | None:
    """The one that is kept; None: none is. Raises `PoolKeyNotKept`."""
    try:
        return _read(await safe.get(SERVICE, _name(url, pool)))
    except safe.Unusable as error:
        raise PoolKeyNotKept(detail=error, pool=pool) from error


async def _made(url: str, pool: str) -> bytes:
    key = _read(await safe.get_or_put(SERVICE, _name(url, pool), lambda: _written(new_key())))
    assert key is not None  # noqa: S101 - it was put there
    return key


def _name(url: str, pool: str) -> str:
    return f"{pool} at {url}"


def _written(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _read(kept: str | None) -> bytes | None:
    if kept is None:
        return None
    try:
        key = base64.b64decode(kept, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise safe.Unusable("what it holds for this pool was not kept by DWhisper")
    return key
