"""Whether a server will do, found out by what it can do: the numbers of Conductor's versions are in no order."""

import re
import time
import uuid
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.link import Link
from dwhisper_gui.core.server_errors import (
    FileGone,
    ServerAnswersNonsense,
    ServerClockOff,
    ServerError,
    ServerNotConductor,
    ServerRefuses,
    ServerTooOld,
    WorkflowGone,
)

CLOCKS_APART_SECONDS = 10.0
"""More than that between two clocks is said; task time-outs are half a minute and longer."""
ROUND_TRIPS = 5


@dataclass(frozen=True, slots=True)
class Condition:
    """Of a server that will do. `version` is empty where it tells none."""

    version: str
    round_trip_seconds: float
    """The quickest of a few, the connection being there."""


async def check(address: ServerAddress) -> Condition:
    """Looks at a server. Raises the `ServerError` that says what is wrong, `AuthorityUnusable`."""
    async with Link(address) as link:
        await _is_conductor(link)
        await _has_files(link)
        apart, quickest = await _measured(link)
        if abs(apart) > CLOCKS_APART_SECONDS:
            raise ServerClockOff(server=address.url, seconds=abs(apart), direction="ahead of" if apart > 0 else "behind")
        return Condition(await _version(link), quickest)


async def _is_conductor(link: Link) -> None:
    """It says of a workflow that can't be there that there is none."""
    absent = f"/workflow/{uuid.uuid4()}"
    try:
        await link.ask("GET", f"{absent}/status")
    except WorkflowGone:
        return
    except ServerTooOld:
        if await _says_gone(link, absent):
            raise
        raise ServerNotConductor(server=link.address.url, detail="it does not know Conductor's calls") from None
    except (ServerRefuses, ServerAnswersNonsense) as error:
        raise ServerNotConductor(server=link.address.url, detail=error.fields["detail"]) from None
    raise ServerNotConductor(server=link.address.url, detail="it has an answer to everything")


async def _says_gone(link: Link, path: str) -> bool:
    try:
        await link.ask("GET", path)
    except WorkflowGone:
        return True
    except ServerError as error:
        if error.transient:
            raise
    return False


async def _has_files(link: Link) -> None:
    absent = uuid.uuid4()
    try:
        await link.ask("GET", f"/files/{absent}/{absent}/download-url")
    except FileGone:
        return


async def _measured(link: Link) -> tuple[float, float]:
    """By how many seconds its clock is ahead of ours, and the quickest round trip."""
    apart, quickest = 0.0, float("inf")
    for _ in range(ROUND_TRIPS):
        sent, began = time.time(), time.perf_counter()
        response = await link.response("GET", "/tasks/queue/size", query={"taskType": "dwhisper_check"})
        took = time.perf_counter() - began
        if took < quickest:
            quickest = took
            apart = _ahead(response.headers.get("Date"), sent + took / 2)
    return apart, quickest


def _ahead(date: str | None, now: float) -> float:
    try:
        # To the second, cut off.
        return parsedate_to_datetime(date or "").timestamp() + 0.5 - now
    except ValueError:
        return 0.0


async def _version(link: Link) -> str:
    try:
        said = await link.text("GET", "/version")
    except ServerError as error:
        if error.transient:
            raise
        return ""
    return said if re.fullmatch(r"[\w.+-]{1,40}", said) else ""
