"""The keyring of the operating system: the only place where a secret outlives a run, and the only file that knows the library for it."""

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

import filelock
import keyring
import keyring.backend
import keyring.errors

from dwhisper_gui.folders import folders, make_private

PATIENCE_SECONDS = 60.0
"""A keyring that is locked asks its owner with a dialog, who may have to find the password, or may not be there at all."""
LOCK = "keyring.lock"
"""A file that a program locks while it changes what is kept."""
_PLAIN = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt.")
"""Those that keep nothing, or keep it in a file that is no safer than any other."""

T = TypeVar("T")


class Unusable(Exception):
    """There is no keyring, or it doesn't open; the words say why."""


async def get(service: str, name: str) -> str | None:
    """What is kept under two names; None: nothing is. Raises `Unusable`."""
    return await _asked(lambda safe: safe.get_password(service, name))


async def put(service: str, name: str, secret: str) -> None:
    """Keeps it, instead of what was kept there. Raises `Unusable`."""
    await _asked(_alone(lambda safe: safe.set_password(service, name, secret)))


async def remove(service: str, name: str) -> bool:
    """Whether there was something, which is gone now. Raises `Unusable`."""

    def forget(safe: keyring.backend.KeyringBackend) -> bool:
        # Some keyrings say nothing when there is nothing to delete.
        if safe.get_password(service, name) is None:
            return False
        with contextlib.suppress(keyring.errors.PasswordDeleteError):
            safe.delete_password(service, name)
        return True

    return await _asked(_alone(forget))


async def get_or_put(service: str, name: str, make: Callable[[], str]) -> str:
    """What is kept; what `make` returns is kept first where there is nothing. Raises `Unusable`."""

    def ensure(safe: keyring.backend.KeyringBackend) -> str:
        found = safe.get_password(service, name)
        if found is None:
            safe.set_password(service, name, make())
            found = safe.get_password(service, name)
        if found is None:
            raise Unusable("it does not keep what it is given")
        return found

    return await _asked(_alone(ensure))


def _alone(change: Callable[[keyring.backend.KeyringBackend], T]) -> Callable[[keyring.backend.KeyringBackend], T]:
    """A change that no other program makes another in the middle of: between a look and what is kept after it, somebody else might keep a
    key, seal with it, and find it replaced."""

    def changed(safe: keyring.backend.KeyringBackend) -> T:
        data = folders().data
        make_private(data)
        with filelock.FileLock(data / LOCK, timeout=PATIENCE_SECONDS):
            return change(safe)

    return changed


async def _asked(question: Callable[[keyring.backend.KeyringBackend], T]) -> T:
    """Asks in a thread that can be left behind: one of `asyncio.to_thread` would be waited for at the end of the program, and an
    unanswered dialog keeps it for ever."""
    answer: concurrent.futures.Future[T] = concurrent.futures.Future()

    def work() -> None:
        with contextlib.suppress(concurrent.futures.InvalidStateError):  # nobody waits for it any more
            try:
                answer.set_result(question(_backend()))
            except Unusable as error:
                answer.set_exception(error)
            except Exception as error:  # backends raise what their libraries raise
                answer.set_exception(Unusable(_reason(error)))

    threading.Thread(target=work, name="keyring", daemon=True).start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await asyncio.wrap_future(answer)
    except TimeoutError:
        raise Unusable(f"it has not answered for {PATIENCE_SECONDS:.0f} s; does a dialog ask for its password?") from None


def _backend() -> keyring.backend.KeyringBackend:
    found = keyring.get_keyring()
    for one in getattr(found, "backends", [found]):  # several, in a chain
        if not f"{type(one).__module__}.".startswith(_PLAIN):
            backend: keyring.backend.KeyringBackend = one
            return backend
    raise Unusable("there is none")


def _reason(error: Exception) -> str:
    if isinstance(error, keyring.errors.KeyringLocked):
        return "it is locked"
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
