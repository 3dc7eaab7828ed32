"""A small HTTP server for what a real Conductor doesn't do by itself: refuse, be another service, stand before it as a proxy does."""

import base64
import http.client
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


Behaviour = Callable[[Asked], Answer]


@contextmanager
def little_server(behave: Behaviour, certificate: tuple[Path, Path] | None = None) -> Iterator[str]:
    """The address of a server that behaves so, with a certificate and its key where it speaks TLS."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (ConnectionError, ssl.SSLError):
                self.close_connection = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = behave(Asked(self.command, self.path, dict(self.headers), body))
            self.send_response_only(answer.status)
            always = {"Date": self.date_time_string(), "Content-Length": str(len(answer.body))}
            for name, value in {**always, **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the library's names

        def log_message(self, *words: object) -> None:
            """Nobody reads it."""

    class Listening(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that goes away is its own business."""

    server = Listening(("127.0.0.1", 0), Handler)
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "https"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def proxy_to(url: str, user: str, password: str) -> Behaviour:
    """A proxy that lets pass who has the password, under a path of its own and without saying by which name it is reached."""
    target = urlsplit(url)
    right = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def behave(asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != right:
            return Answer(401, b"<html>401 Authorization Required</html>", {"Content-Type": "text/html", "WWW-Authenticate": "Basic"})
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in ("authorization", "host", "connection")}
        try:
            connection.request(asked.method, asked.path.removeprefix("/behind"), asked.body, headers)
            answer = connection.getresponse()
            kept = ("Content-Type", "Date")
            return Answer(answer.status, answer.read(), {name: answer.headers[name] for name in kept if name in answer.headers})
        finally:
            connection.close()

    return behave
