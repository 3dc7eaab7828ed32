"""Where a worker gets its invitation from: what this computer joined, the environment, or standard input. Never the command line, which
every user of a computer can read."""

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from dwhisper_worker.invitation import NotAnInvitation, as_token, from_token
from dwhisper_worker.sealing import KEY_BYTES
from dwhisper_worker.tasks import DEFAULT_POOL, Invitation

TOKEN_VARIABLE = "DWHISPER_JOIN_TOKEN"  # noqa: S105 - its name, not a token


class NotInvited(Exception):
    """There is nothing to serve; the text is a sentence for the user."""


def remember(invitation: Invitation, folder: Path) -> None:
    """Keeps it, in a file that only this user can read. The one before is forgotten. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = _file(folder)
    made = path.with_suffix(f".{os.getpid()}")
    made.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(as_token(invitation) + "\n")
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)  # where the disk is full, say: it holds secrets


def remembered(folder: Path) -> Invitation:
    """What this user joined last. Raises `NotInvited`."""
    try:
        return from_token(_file(folder).read_text())
    except FileNotFoundError:
        raise NotInvited("This computer has joined no pool. Join one with: dwhisper-worker join") from None
    except (NotAnInvitation, UnicodeDecodeError, OSError) as error:
        raise NotInvited(f"What this computer joined can’t be read ({error}). Join again with: dwhisper-worker join") from None


def read(token: str) -> Invitation:
    """What is in a token. Raises `NotInvited`."""
    try:
        return from_token(token)
    except NotAnInvitation as error:
        raise NotInvited(f"That is no invitation of DWhisper’s: {error}. Copy the whole line that the program shows.") from None


def from_environment(url: str, pool: str, environment: Mapping[str, str]) -> Invitation:
    """An invitation to the server at `url`, with the secrets that the environment holds. Raises `NotInvited`."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotInvited(f"“{url}” is no address of a server: it begins with http:// or https://.")
    if "@" in parts.netloc:
        raise NotInvited("The address holds a password, which others can read there. Use DWHISPER_CONDUCTOR_USER and _PASSWORD.")
    return Invitation(
        url=url,
        pool=pool or DEFAULT_POOL,
        pool_key=_pool_key(environment.get("DWHISPER_POOL_KEY", "")),
        user=environment.get("DWHISPER_CONDUCTOR_USER", ""),
        password=environment.get("DWHISPER_CONDUCTOR_PASSWORD", ""),
        key_id=environment.get("DWHISPER_CONDUCTOR_KEY", ""),
        key_secret=environment.get("DWHISPER_CONDUCTOR_SECRET", ""),
    )


def _pool_key(encoded: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(encoded.replace("+", "-").replace("/", "_") + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise NotInvited(f"DWHISPER_POOL_KEY must hold the pool’s key: {KEY_BYTES} bytes, written in base64.")
    return key


def _file(folder: Path) -> Path:
    return folder / "joined"
