"""What `dwhisper workers` and `dwhisper workers invite` do."""

from collections.abc import Mapping
from typing import Any

from dwhisper_worker.address import is_here
from dwhisper_worker.contract import VERSION
from dwhisper_worker.invitation import as_token
from dwhisper_worker.tasks import Invitation

from dwhisper_gui import settings
from dwhisper_gui.commands import streams
from dwhisper_gui.commands.server_own import knowing_own_server
from dwhisper_gui.commands.tables import print_json, print_table
from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.workers import SeenWorker, seen_workers
from dwhisper_gui.core.errors import N_
from dwhisper_gui.core.identity import KeyAndSecret, UserAndPassword
from dwhisper_gui.core.server_errors import PoolNameBad
from dwhisper_gui.core.times import length
from dwhisper_gui.credentials import pools
from dwhisper_gui.folders import folders
from dwhisper_gui.jobs.records import name_of
from dwhisper_gui.jobs.store import Store
from dwhisper_gui.reaching import way

LONG_GONE_SECONDS = 3600.0
HEADS = ("worker", "computer", "pool", "model", "device", "speed", "seen", "holds")

_NONE = N_("No worker shows itself on {server}. “dwhisper workers invite” prints the line by which a computer joins.")
_STRANGE = N_("{worker} is of another version, whose work this program does not share: update the older of the two.")
_SECRET = N_(
    "This line is a secret: it lets a computer work for the pool “{pool}” on {server}, and open what is sent to its workers. On the"
    " computer that is to join, run “dwhisper-worker join” and paste it there."
)
_HERE_ONLY = N_(
    "It names {server}, which other computers can't reach. For them, let the server listen at this computer's address in your network"
    " (“dwhisper server stop”, then “dwhisper server start --host ADDRESS”, which the setting conductor.url follows), and print a new line."
)


async def list_workers(pool: str | None, *, all_gone: bool, as_json: bool) -> int:
    """Prints the table or the document. Raises `ServerError`, `OwnServerStopped`, `ServerUnnamed`."""
    address = (await way(settings.load())).address
    async with knowing_own_server(address.url), Conductor(address) as server:
        seen = await seen_workers(server)
    shown = [
        worker
        for worker in seen
        if (all_gone or worker.seconds_ago < LONG_GONE_SECONDS)
        and (pool is None or (worker.told is not None and worker.told.serving.pool == pool))
    ]
    if as_json:
        print_json([_plain(worker) for worker in shown])
        return 0
    if not shown:
        streams.say(_NONE.format(server=address.url))
        return 0
    async with await Store.open(folders().data) as store:
        names = {job.id: name_of(job.path) for job in await store.jobs()}
    print_table(HEADS, [_row(worker, names) for worker in shown], wrapped=("worker", "holds"))
    for worker in shown:
        if worker.told is None or worker.told.contract != VERSION:
            streams.say(_STRANGE.format(worker=worker.name))
    return 0


async def invite_worker(pool: str | None) -> int:
    """Prints an invitation, and beside it what it is. Raises `ServerUnnamed`, `PoolNameBad`, `PoolKeyMissing`, `AuthorityUnusable`."""
    now = settings.load()
    address = (await way(now)).address
    address.trust()  # a certificate that is none would be noticed on the other computer only
    named = now.conductor_pool if pool is None else _pool(pool)
    key = await pools.key_of(address.url, named)
    streams.say(_SECRET.format(pool=named, server=address.url))
    if is_here(address.url):
        streams.say(_HERE_ONLY.format(server=address.url))
    streams.result(as_token(_invitation(address, named, key)))
    return 0


def _pool(written: str) -> str:
    try:
        return settings.Settings.conductor_pool.kind.parse(written)
    except ValueError:
        raise PoolNameBad(pool=written) from None


def _invitation(address: ServerAddress, pool: str, key: bytes) -> Invitation:
    authority = "" if address.authority is None else address.authority.read_text(encoding="ascii", errors="ignore")
    match address.credentials:
        case UserAndPassword(user, password):
            return Invitation(address.url, pool, key, user=user, password=password, authority=authority)
        case KeyAndSecret(key_id, secret):
            return Invitation(address.url, pool, key, key_id=key_id, key_secret=secret, authority=authority)
        case None:
            return Invitation(address.url, pool, key, authority=authority)


def _row(worker: SeenWorker, names: Mapping[str, str]) -> tuple[str, ...]:
    told = worker.told
    ago = f"{length(worker.seconds_ago)} ago"
    seen = "now" if worker.is_there else f"ended {ago}" if told is not None and told.ended else ago
    if told is None:
        return worker.name, "", "", "", "", "", seen, ""
    speed = f"{told.speed:.1f}x" if told.speed else ""
    holds = ", ".join(_held(label, names) for label in told.holds) if worker.is_there else ""
    return worker.name, told.host, told.serving.pool, told.serving.model, f"{told.device} ({told.compute_type})", speed, seen, holds


def _held(label: str, names: Mapping[str, str]) -> str:
    """A chunk with the recording it is of, where that is one of ours."""
    job, _, chunk = label.partition(":")
    return f"{names.get(job, job)} {chunk}"


def _plain(worker: SeenWorker) -> dict[str, Any]:
    told = worker.told
    shown: dict[str, Any] = {"worker": worker.name, "seen_seconds_ago": round(worker.seconds_ago, 3), "there": worker.is_there}
    if told is None:
        return shown | {"contract": None}
    return shown | {
        "contract": told.contract,
        "version": told.version,
        "host": told.host,
        "pid": told.pid,
        "pool": told.serving.pool,
        "engine": told.serving.engine,
        "model": told.serving.model,
        "device": told.device,
        "compute_type": told.compute_type,
        "ended": told.ended,
        "speed": told.speed or None,
        "holds": list(told.holds),
    }
