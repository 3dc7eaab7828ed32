"""What `dwhisper server join` does: this program gives work to the same workers as the one that printed the line."""

import sys
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
from dwhisper_gui.core.errors import N_
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
    """Keeps what the invitation holds: the key and the credentials in the keyring, the rest in the settings. Raises `CredentialsRefused`,
    `ServerForbids`, `AuthorityUnusable`, `PoolKeyNotKept`, `CredentialsNotKept`; then nothing is changed but what the sentence says."""
    credentials = _credentials(invitation)
    authority = _authority(invitation.authority)
    address = ServerAddress(invitation.url, credentials, authority)
    try:
        said = all_is_well(address, await check(address))
    except ServerRefusesCredentials as error:
        raise CredentialsRefused(**error.fields) from error
    except (ServerForbids, AuthorityUnusable):
        raise
    except ServerError as error:  # it may be away just now
        said = error.sentence()
    before = await pools.kept(address.url, invitation.pool)
    await pools.keep(address.url, invitation.pool, invitation.pool_key)
    if credentials is not None:
        await servers.keep(address.url, credentials)
    settings.set_value("conductor.url", address.url)
    settings.set_value("conductor.pool", invitation.pool)
    if authority is not None:
        settings.set_value("conductor.authority", str(authority))
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


def _authority(certificate: str) -> Path | None:
    """The file that a certificate is put in, for it came without one. Raises `AuthorityUnusable`."""
    if not certificate:
        return None
    path = folders().config / AUTHORITY
    try:
        make_private(path.parent)
        path.write_text(certificate, encoding="ascii")
    except (OSError, UnicodeEncodeError) as error:
        raise AuthorityUnusable(path=path, detail=error) from error
    return path
