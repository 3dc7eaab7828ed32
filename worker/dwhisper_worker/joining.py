"""Where a worker gets its invitation from: what this computer joined, the environment, or standard input. Never the command line, which
every user of a computer can read."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from dwhisper_worker.address import EXAMPLE, parts_of, without_secrets
from dwhisper_worker.identity import HOME_VARIABLE
from dwhisper_worker.invitation import NotAnInvitation, as_token, from_token
from dwhisper_worker.places import file_in_the_way
from dwhisper_worker.sealing import KEY_BYTES, NotAKey, key_of_text
from dwhisper_worker.sentences import Told, WronglyUsed
from dwhisper_worker.tasks import DEFAULT_POOL, Invitation

TOKEN_VARIABLE = "DWHISPER_JOIN_TOKEN"  # noqa: S105 - its name, not a token
_PAIRS = (
    ("DWHISPER_CONDUCTOR_USER", "DWHISPER_CONDUCTOR_PASSWORD"),
    ("DWHISPER_CONDUCTOR_KEY", "DWHISPER_CONDUCTOR_SECRET"),
)


class NotInvited(WronglyUsed):
    """There is nothing to serve."""


class NotKept(Told):
    """What was joined can't be written down."""


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


def not_kept(error: OSError, folder: Path) -> Told:
    """Why `remember` did not, in words."""
    if (file := file_in_the_way(folder)) is not None:
        return _no_folder(file, folder)
    return NotKept(
        f"The invitation can’t be kept in “{folder}” ({error.strerror or error}), so nothing was joined; what was joined before stays as it"
        f" is. See to it that the folder can be written to and its disk has room, or let the variable {HOME_VARIABLE} name another one, and"
        " join again."
    )


def remembered(folder: Path) -> Invitation:
    """What this user joined last. Raises `NotInvited`."""
    if (file := file_in_the_way(folder)) is not None:
        raise _no_folder(file, folder)
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
    """An invitation to the server at `url`, with the secrets that the environment holds; an empty `pool` is the usual one. Raises
    `NotInvited`."""
    parts = parts_of(url)
    if parts is None:
        shown = without_secrets(url)
        raise NotInvited(
            f"“{shown}” is no address of a server. Nothing was done. It must look like https://conductor.example or {EXAMPLE}."
        )
    if "@" in parts.netloc:
        raise NotInvited("The address holds a password, which others can read there. Use DWHISPER_CONDUCTOR_USER and _PASSWORD.")
    (user, password), (key_id, key_secret) = (_pair(*names, environment) for names in _PAIRS)
    return Invitation(
        url=url.strip(),
        pool=pool_name(pool) if pool else DEFAULT_POOL,
        pool_key=_pool_key(environment.get("DWHISPER_POOL_KEY", "")),
        user=user,
        password=password,
        key_id=key_id,
        key_secret=key_secret,
    )


def pool_name(written: str) -> str:
    """The name of a pool, as the program takes it. Raises `NotInvited`."""
    name = written.strip()
    if not re.fullmatch(r"[A-Za-z0-9._]+", name):
        raise NotInvited(f"“{written}” is no name of a pool. Nothing was done. Take letters, digits, dots and underscores.")
    return name


def _pair(first: str, second: str, environment: Mapping[str, str]) -> tuple[str, str]:
    values = environment.get(first, ""), environment.get(second, "")
    if bool(values[0]) != bool(values[1]):
        given, missing = (first, second) if values[0] else (second, first)
        raise NotInvited(
            f"Of the credentials, the variable {given} is given, but {missing} is not. Nothing was done. Give both: a user and a password,"
            " or a key and its secret."
        )
    return values


def _pool_key(encoded: str) -> bytes:
    try:
        return key_of_text(encoded)
    except NotAKey:
        raise NotInvited(
            f"DWHISPER_POOL_KEY must hold the pool’s key: {KEY_BYTES} bytes, written in base64, the same as the program’s and all other"
            " workers’."
        ) from None


def _no_folder(file: Path, folder: Path) -> NotInvited:
    return NotInvited(
        f"“{file}” is a file, not a folder, so nothing can be kept in “{folder}”. Nothing was done. Let the variable {HOME_VARIABLE} name a"
        " folder."
    )


def _file(folder: Path) -> Path:
    return folder / "joined"
