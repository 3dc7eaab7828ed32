"""A proxy that understands HTTP, as people put one before Conductor: it may refuse what it likes."""

import base64
import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from dwhisper_gui.core.identity import UserAndPassword
from tests.little_server import Answer, Asked, little_server

Refuse = Callable[[Asked], Answer | None]
KEPT = ("Content-Type", "Date")
LOST = Answer(502, b"<html>502 Bad Gateway</html>", {"Content-Type": "text/html"})


class Gate:
    """`refuse` gives the answer to what is not passed on, `lose` is true of what is passed on and whose answer is lost; they may be
    replaced at any time. `refused` counts those of both."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self.url = ""
        self.refuse: Refuse = lambda _: None
        self.lose: Callable[[Asked], bool] = lambda _: False
        self.refused = 0

    @contextmanager
    def opened(self) -> Iterator["Gate"]:
        with little_server(self._behave) as self.url:
            yield self

    def _behave(self, asked: Asked) -> Answer:
        refusal = self.refuse(asked)
        if refusal is not None:
            self.refused += 1
            return refusal
        connection = http.client.HTTPConnection(self._target.hostname or "", self._target.port, timeout=30)
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in ("authorization", "host", "connection")}
        try:
            connection.request(asked.method, asked.path, asked.body, headers)
            answer = connection.getresponse()
            if self.lose(asked):
                answer.read()
                self.refused += 1
                return LOST
            return Answer(answer.status, answer.read(), {name: answer.headers[name] for name in KEPT if name in answer.headers})
        finally:
            connection.close()


def asks_for(known: UserAndPassword) -> Refuse:
    """Lets pass who has the password."""
    right = "Basic " + base64.b64encode(f"{known.user}:{known.password}".encode()).decode()
    page = Answer(401, b"<html>401 Authorization Required</html>", {"Content-Type": "text/html", "WWW-Authenticate": "Basic"})
    return lambda asked: None if asked.headers.get("Authorization") == right else page


def takes_at_most(size: int) -> Refuse:
    """As a proxy with a limit to what is sent."""
    page = Answer(413, b"<html>413 Request Entity Too Large</html>", {"Content-Type": "text/html"})
    return lambda asked: page if len(asked.body) > size else None
