"""What can go wrong between a worker and a server, by what is to be done about it."""

import msgspec

from dwhisper_worker.storage import FULL

EXCERPT = 200


class ServerTrouble(Exception):
    """The server did not do what it was asked, and would not the next time either."""


class Away(ServerTrouble):
    """It can't be reached, or can't answer now: to be tried again."""


class Stumbled(Away):
    """It answered that something broke there: to be tried again, though not for ever."""


class Strange(Away):
    """What answers is not Conductor, but a page of a proxy or the like."""


class Refused(ServerTrouble):
    """It does not take these credentials."""


class TooLarge(ServerTrouble):
    """It, or a proxy in front of it, takes no file as large as this."""


class Gone(ServerTrouble):
    """There is no such thing, or not for this task."""


def of_answer(status: int, body: str) -> ServerTrouble:
    """What an answer stands for that is not a good one; its status is 0 where there was none."""
    said = _message(body)
    if status in (0, 408, 425, 429, 502, 503, 504):
        return Away(said if status == 0 else f"it answers {status}")
    if status == 507 or (status >= 500 and FULL.search(body)):
        return Away("its disk is full")  # for as long as it takes whoever looks after it to make room
    if (status == 403 and "cannot access file" in said) or "Failed to read file storage content" in said:
        return Gone(said)
    kind = {401: Refused, 403: Refused, 404: Gone, 410: Gone, 413: TooLarge}.get(status)
    if kind is None:
        kind = Stumbled if status >= 500 else ServerTrouble
    return kind(f"it answers {status}: {said}".removesuffix(": "))


def _message(body: str) -> str:
    """What a server says about an error: Conductor's own sentence, nothing of a proxy's page."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "" if body.lstrip().startswith("<") else body.removeprefix("Away\n")[:EXCERPT].strip()
    return str(answer.get("message", ""))[:EXCERPT] if isinstance(answer, dict) else ""
