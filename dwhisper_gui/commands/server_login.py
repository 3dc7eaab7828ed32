"""What `dwhisper server test`, `login` and `logout` do."""

import sys

import typer

from dwhisper_gui import settings
from dwhisper_gui.commands import streams
from dwhisper_gui.commands.server_own import knowing_own_server
from dwhisper_gui.commands.tables import print_json
from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.check import Condition, check
from dwhisper_gui.core.identity import Credentials, KeyAndSecret, UserAndPassword
from dwhisper_gui.core.server_errors import (
    CredentialsRefused,
    NoServerAtAll,
    ServerCredentialsHalf,
    ServerCredentialsNone,
    ServerError,
    ServerForbids,
    ServerRefusesCredentials,
    ServerUnnamed,
    ServerWantsCredentials,
)
from dwhisper_gui.core.server_url import read_url
from dwhisper_gui.credentials import servers
from dwhisper_gui.reaching import way

IN_THE_CLEAR = "Credentials go over the network unencrypted, where others can read them: an address with https:// would protect them."


async def test_server(url: str | None, as_json: bool) -> int:
    """Prints that the server will do. Raises what is wrong with it, `OwnServerStopped` among that."""
    found = await way(settings.load(), None if url is None else read_url(url))
    address = found.address
    try:
        async with knowing_own_server(address.url):
            condition = await check(address)
    except (ServerWantsCredentials, ServerRefusesCredentials):
        if found.trouble is not None:
            streams.say(found.trouble.sentence())
        raise
    if as_json:
        print_json(
            {"server": address.url, "version": condition.version or None, "round_trip_ms": round(condition.round_trip_seconds * 1e3, 1)}
        )
    else:
        streams.result(all_is_well(address, condition))
    if address.in_the_clear:
        streams.say(IN_THE_CLEAR)
    return 0


def ask_for(user: str | None, key: str | None) -> Credentials:
    """Asks for what is not given: without showing it on a terminal, else a line each from standard input. Raises
    `ServerCredentialsNone`, `ServerCredentialsHalf` where there is none, `typer.Exit` where Ctrl+C is the answer."""
    if key is not None:
        return KeyAndSecret(key, _asked("Secret", hidden=True, given="the key"))
    name = user if user is not None else _asked("User", hidden=False, given="")
    return UserAndPassword(name, _asked("Password", hidden=True, given="the user"))


def _asked(what: str, *, hidden: bool, given: str) -> str:
    if sys.stdin is not None and sys.stdin.isatty():
        try:
            answer: str = typer.prompt(what, hide_input=hidden, err=True, default="", show_default=False)
        except typer.Abort:
            streams.say("\nNothing was changed.")
            raise typer.Exit(streams.INTERRUPTED) from None
    else:
        answer = "" if sys.stdin is None else sys.stdin.readline().rstrip("\r\n")
    if not answer and not given:
        raise ServerCredentialsNone
    if not answer:
        raise ServerCredentialsHalf(given=given, missing=f"the {what.lower()}")
    return answer


async def keep(url: str | None, credentials: Credentials) -> int:
    """Keeps credentials, unless the server refuses them. Raises `CredentialsRefused`, `CredentialsNotKept`, `ServerUnnamed`."""
    now = settings.load()
    address = ServerAddress(_named(now, url), credentials, now.conductor_authority)
    try:
        said = all_is_well(address, await check(address))
    except ServerRefusesCredentials as error:
        raise CredentialsRefused(**error.fields) from error
    except ServerForbids:
        raise
    except ServerError as error:
        # They may be right all the same.
        said = error.sentence()
    await servers.keep(address.url, credentials)
    streams.result(f"The credentials for {address.url} are kept in the keyring.")
    streams.say(said)
    if address.in_the_clear:
        streams.say(IN_THE_CLEAR)
    return 0


async def forget(url: str | None) -> int:
    """Removes credentials. Raises `NoServerAtAll` where none are kept, `CredentialsNotKept`, `ServerUnnamed`."""
    server = _named(settings.load(), url)
    if not await servers.forget(server):
        raise NoServerAtAll(server=server)
    streams.result(f"The credentials for {server} are removed from the keyring.")
    return 0


def _named(now: settings.Settings, url: str | None) -> str:
    server = now.conductor_url if url is None else read_url(url)
    if not server:
        raise ServerUnnamed
    return server


def all_is_well(address: ServerAddress, condition: Condition) -> str:
    """What is said of a server that will do."""
    version = f"Conductor {condition.version}" if condition.version else "Conductor"
    return f"All is well: {address.url} is {version} with file storage, and answers in {condition.round_trip_seconds * 1e3:.1f} ms."
