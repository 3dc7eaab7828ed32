"""`dwhisper-worker join` and `status`: what a user of this computer asks, answered in sentences."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from dwhisper_worker import identity, interrupts, joining
from dwhisper_worker.address import api_url
from dwhisper_worker.sentences import Told
from dwhisper_worker.server import Seen, Server
from dwhisper_worker.tasks import TRANSCRIBE_CHUNK, Invitation
from dwhisper_worker.trouble import Away, Refused, ServerTrouble, Strange


def join(token: str, folder: Path) -> int:
    """Remembers what the token invites to, and says whether its server answers. Raises `Told`."""
    invitation = joining.read(token)
    try:
        with interrupts.raised():
            joining.remember(invitation, folder)
    except OSError as error:
        raise joining.not_kept(error, folder) from error
    _say(f"Joined the pool “{invitation.pool}” at {api_url(invitation.url)}.")
    wrong, _ = examine(invitation)
    if wrong:
        _say(f"{wrong} What was joined is kept.")
    else:
        _say("Its server answers. Start working, with the model that recordings are to have: dwhisper-worker --conductor --model small")
    return 0


def status(folder: Path, *, as_json: bool) -> int:
    """Says what this computer joined, whether the server answers (status 1 where not), and which workers of this computer are seen there.
    Raises `Told`."""
    invitation = joining.remembered(folder)
    wrong, seen = examine(invitation)
    workers = of_host(identity.names(folder), seen)
    if as_json:
        told = {"url": api_url(invitation.url), "pool": invitation.pool, "problem": wrong, "workers": workers}
        _say(msgspec.json.encode(told).decode())
        return 1 if wrong else 0
    _say(f"Joined the pool “{invitation.pool}” at {api_url(invitation.url)}.")
    _say(wrong or "Its server answers.")
    for worker in workers:
        _say(_line(worker))
    if not wrong and not workers:
        _say("No worker of this computer is seen there now.")
    return 1 if wrong else 0


def examine(invitation: Invitation) -> tuple[str, list[Seen]]:
    """What is wrong with the server, in one sentence (empty: nothing), and the workers seen there."""
    url = api_url(invitation.url)
    try:
        server = Server(invitation)
        try:
            server.queued(TRANSCRIBE_CHUNK, invitation.pool)  # whose answer is a number, as no page is
            seen = server.workers()
            if not server.has_files():
                return f"{url} stores no files: it has to be started with conductor.file-storage.enabled=true.", seen
            return "", seen
        finally:
            server.close()
    except Strange:
        return f"What answers at {url} is no Conductor server.", []
    except Away as error:
        return f"{url} does not answer ({error}).", []
    except Refused as error:
        return f"{url} refuses these credentials ({error}).", []
    except ServerTrouble as error:
        return f"What answers at {url} is no Conductor server ({error}).", []
    except OSError as error:  # ssl.SSLError is one
        return f"The server’s certificate in the invitation can’t be used ({error}).", []


def of_host(names: re.Pattern[str], seen: Iterable[Seen]) -> list[Seen]:
    """Those of the workers that run on this computer and are there now."""
    found = [one for one in seen if names.fullmatch(one.worker) and one.is_there and one.told is not None]
    return sorted(found, key=lambda one: one.worker)


def _line(seen: Seen) -> str:
    told = seen.told
    if told is None:
        return seen.worker
    holds = f"holds {', '.join(told.holds)}" if told.holds else "waits for work"
    speed = f", {told.speed:.1f} times as fast as speech" if told.speed else ""
    return f"{seen.worker}: {told.serving.model} on {told.device} ({told.compute_type}){speed}, {holds}"


def _say(line: str) -> None:
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise KeyboardInterrupt from None  # whoever read it has gone, which ends the program in the same way
    except OSError as error:
        raise Told(
            f"The answer could not be written to standard output ({error.strerror or error}). What was joined is kept. Send it somewhere"
            " else: “dwhisper-worker status” says it again."
        ) from error
