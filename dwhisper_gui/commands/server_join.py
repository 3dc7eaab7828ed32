"""What `dwhisper server join` does: this program gives work to the same workers as the one that printed the line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from dwhisper_worker import unseen
from dwhisper_worker.invitation import NotAnInvitation, from_token
from dwhisper_worker.tasks import Invitation

from dwhisper_gui import settings
from dwhisper_gui.commands import streams
from dwhisper_gui.commands.server_login import IN_THE_CLEAR, all_is_well
from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.check import check
from dwhisper_gui.core.errors import N_, SettingsNotWritable
from dwhisper_gui.core.identity import Credentials, KeyAndSecret, UserAndPassword
from dwhisper_gui.core.server_errors import (
    AuthorityUnusable,
    CredentialsRefused,
    InvitationBad,
    ServerError,
    ServerForbids,
    ServerRefusesCredentials,
)
from dwhisper_gui.credentials import pools, servers
from dwhisper_gui.folders import folders, make_private

AUTHORITY = "conductor-authority.pem"

_JOINED = N_("This program gives its work to the pool “{pool}” on {server} from now on, sealed with the key that its workers have.")
_ANOTHER = N_("It had another key for that pool, which is replaced: what it had given out there is given out anew when its jobs go on.")


def ask() -> Invitation:
    """The invitation, pasted at a terminal, which does not show it, or else from standard input. Raises `InvitationBad`, `typer.Exit` where
    Ctrl+C is the answer."""
    if sys.stdin is not None and sys.stdin.isatty():
        try:
            line = unseen.ask("Paste the line (it is not shown): ")
        except (KeyboardInterrupt, EOFError):
            streams.say("Nothing was changed.")
            raise typer.Exit(streams.INTERRUPTED) from None
    else:
        line = "" if sys.stdin is None else sys.stdin.read()
    try:
        return from_token(line)
    except NotAnInvitation as error:
        raise InvitationBad(detail=error) from None


async def join(invitation: Invitation) -> int:
    """Keeps what the invitation holds: the key and the credentials in the keyring, the rest in the settings. Raises `InvitationBad`,
    `CredentialsRefused`, `ServerForbids`, and before anything is changed what the keyring and the settings say no with."""
    settings.load()
    credentials = _credentials(invitation)
    with _certificate(invitation.authority) as authority:
        address = ServerAddress(invitation.url, credentials, authority)
        try:
            said = all_is_well(address, await check(address))
        except AuthorityUnusable as error:
            raise InvitationBad(detail=f"its certificate can't be used ({error.fields['detail']})") from error
        except ServerRefusesCredentials as error:
            raise CredentialsRefused(**error.fields) from error
        except ServerForbids:
            raise
        except ServerError as error:  # it may be away just now
            said = error.sentence()
        before = await pools.kept(address.url, invitation.pool)
        if credentials is not None:
            await servers.keep(address.url, credentials)
        await pools.keep(address.url, invitation.pool, invitation.pool_key)
        settings.set_value("conductor.url", address.url)
        settings.set_value("conductor.pool", invitation.pool)
        if authority is not None:
            kept = authority.replace(folders().config / AUTHORITY)
            settings.set_value("conductor.authority", str(kept))
    streams.result(_JOINED.format(pool=invitation.pool, server=address.url))
    if before not in (None, invitation.pool_key):
        streams.say(_ANOTHER)
    streams.say(said)
    if address.in_the_clear:
        streams.say(IN_THE_CLEAR)
    return 0


def _credentials(invitation: Invitation) -> Credentials | None:
    if invitation.user:
        return UserAndPassword(invitation.user, invitation.password)
    return KeyAndSecret(invitation.key_id, invitation.key_secret) if invitation.key_id else None


@contextmanager
def _certificate(certificate: str) -> Iterator[Path | None]:
    """A file with a certificate, which came without one, beside the one that may be in use. What is left of it in the end is removed.
    Raises `SettingsNotWritable`."""
    if not certificate:
        yield None
        return
    path = folders().config / f"{AUTHORITY}.new"
    try:
        make_private(path.parent)
        path.write_text(certificate, encoding="utf-8")
    except OSError as error:
        raise SettingsNotWritable(path=path, detail=error.strerror or error) from error
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
