"""What a worker asks the real server, and what it makes of answers of others."""

import base64
import datetime as dt
import http.server
import ipaddress
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from dwhisper_worker.contract import WindowAudio
from dwhisper_worker.server import Lease, Server
from dwhisper_worker.tasks import TRANSCRIBE_CHUNK, Invitation, TaskFailure
from dwhisper_worker.trouble import Away, Gone, Refused, Strange, TooLarge

from tests.worker.audio import STRETCHES, window
from tests.worker.conductor.desk import Desk, until
from tests.worker.conductor.process import Worker
from tests.worker.conductor.proxy import Proxy

pytestmark = pytest.mark.integration
LOGIN = {"user": "me", "password": "secret"}
WRONG_LOGIN = {"user": "me", "password": "wrong"}
KEY = {"key_id": "id", "key_secret": "secret"}
WRONG_KEY = {"key_id": "id", "key_secret": "wrong"}


@contextmanager
def connected(url: str, **secrets: str) -> Iterator[Server]:
    server = Server(Invitation(url, "wtest", bytes(32), **secrets))
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def server(url: str) -> Iterator[Server]:
    with connected(url) as server:
        yield server


@pytest.fixture
def short(pcm: bytes) -> list[WindowAudio]:
    return [window(pcm, 0, STRETCHES[1])]


def lease(server: Server, desk: Desk) -> Lease:
    def polled() -> list[Lease]:
        # A server may leave the next try to its sweeper, which comes by every minute or two.
        desk.decide()
        return server.poll(TRANSCRIBE_CHUNK, desk.serving.domain, "me", 1, 1.0)

    (found,) = until(polled)
    return found


def test_a_task_is_held_given_back_failed_and_held_again(server: Server, desk: Desk, short: list[WindowAudio]) -> None:
    domain = desk.serving.domain
    desk.ask(("0.0", short), ("0.1", short), response=7)
    until(lambda: server.queued(TRANSCRIBE_CHUNK, domain) == 2)
    # Where the last open branch fails a try, the server may fail the workflow instead of trying again: JOIN looks at the wrong moment.
    other = lease(server, desk)
    first = lease(server, desk)
    assert other.task != first.task
    assert first.response_seconds == 7
    assert server.holds(first, "me")
    assert not server.holds(first, "another")
    server.extend(first, "me")
    assert server.holds(first, "me")
    server.give_back(first, "me")
    assert not server.holds(first, "me")
    again = lease(server, desk)
    assert again.task == first.task, "giving back is no try"
    server.fail(again, "me", TaskFailure("internal", {"detail": "x"}), for_good=False)
    third = lease(server, desk)
    assert third.task != again.task
    assert sorted(task.status for task in desk.tasks()) == ["FAILED", "IN_PROGRESS", "IN_PROGRESS"]
    assert {task.output.get("code") for task in desk.tasks()} == {"internal", None}
    desk.cancel()
    assert not server.holds(third, "me")
    server.extend(third, "me")  # nobody minds


def test_files_are_kept_and_what_is_not_there_is_gone(server: Server, desk: Desk, short: list[WindowAudio]) -> None:
    assert server.has_files()
    desk.ask(("0.0", short))
    held = lease(server, desk)
    content = bytes(range(256)) * 1000
    assert server.fetch(held, server.put(held, "x", content)) == content
    with pytest.raises(Gone):
        server.fetch(held, "conductor://file/none")
    with Desk(desk.url) as other, pytest.raises(Gone, match="cannot access"):
        server.fetch(held, other.put(b"of another job"))
    with pytest.raises(TooLarge):
        server.put(held, "x", bytes((100 << 20) + 1))


def ask_for_work(server: Server) -> object:
    return server.poll(TRANSCRIBE_CHUNK, "wtest-none", "me", 1, 0.001)


def test_a_connection_that_breaks_is_not_replaced_by_one_without_our_credentials(url: str) -> None:
    with (
        Proxy(url) as proxy,
        front(proxy.url, **LOGIN) as guarded,
        connected(guarded, **LOGIN) as server,
    ):
        assert ask_for_work(server) == []
        proxy.cut()
        with pytest.raises(Away):
            ask_for_work(server)
        proxy.mend()
        assert ask_for_work(server) == []
        assert server.has_files()


@contextmanager
def front(
    url: str, user: str = "", password: str = "", key: tuple[str, str] | None = None, page: bytes = b"", certificate: Path | None = None
) -> Iterator[str]:
    """A reverse proxy that asks for credentials, as people put before Conductor; or a page that answers whatever is asked. The first token
    that it gives for a key is soon no longer taken."""
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    tokens: list[str] = []
    uses = 0

    class Front(http.server.BaseHTTPRequestHandler):
        def do(self) -> None:
            nonlocal uses
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if page:
                return self.answer(200, page)
            if key and self.path.endswith("/token"):
                if f'"{key[1]}"'.encode() not in body:
                    return self.answer(401, b"{}")
                tokens.append(f"token-{len(tokens)}")
                return self.answer(200, f'{{"token":"{tokens[-1]}"}}'.encode())
            uses += 1
            if key and (self.headers.get("X-Authorization") not in tokens[-1:] or (uses == 3 and tokens.pop())):
                return self.answer(401, b"{}")
            if user and self.headers.get("Authorization") != expected:
                return self.answer(401, b"")
            address = url.removesuffix("/api") + self.path
            headers = {"Content-Type": self.headers.get("Content-Type") or "application/json"}
            request = urllib.request.Request(address, body or None, headers, method=self.command)  # noqa: S310 - the test's own server
            try:
                with urllib.request.urlopen(request) as got:  # noqa: S310 - the test's own server
                    return self.answer(got.status, got.read())
            except urllib.error.HTTPError as error:
                with error:
                    return self.answer(error.code, error.read())
            except OSError:
                return self.answer(502, b"<html>Bad gateway</html>")

        do_GET = do_POST = do_PUT = do  # noqa: N815 - the library's names

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Front) as listening:
        if certificate is not None:
            secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            secured.load_cert_chain(certificate)
            listening.socket = secured.wrap_socket(listening.socket, server_side=True)
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield f"{'https' if certificate else 'http'}://127.0.0.1:{listening.server_address[1]}/api"
        finally:
            listening.shutdown()
            thread.join()


def test_basic_credentials_are_asked_for(url: str) -> None:
    with front(url, **LOGIN) as guarded:
        with connected(guarded, **WRONG_LOGIN) as server:
            with pytest.raises(Refused):
                ask_for_work(server)
            with pytest.raises(Refused):
                server.has_files()
        with connected(guarded, **LOGIN) as server:
            assert ask_for_work(server) == []


def test_a_key_and_its_secret_give_a_token_and_another_when_it_is_used_up(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with front(url, key=("id", "secret")) as guarded:
        with connected(guarded, **WRONG_KEY) as server, pytest.raises(Refused):
            ask_for_work(server)
        with connected(guarded, **KEY) as server:

            def works() -> bool:
                try:
                    return ask_for_work(server) == [] and server.has_files()
                except Refused:
                    return False

            assert [works() for _ in range(4)].count(False) == 1, "only where the token was used up"
    assert "Please check" not in caplog.text, "we say ourselves what is to be said"


def certificate_of_our_own(folder: Path) -> Path:
    """A file with a certificate for 127.0.0.1 that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "certificate.pem"
    path.write_bytes(private + made.public_bytes(pem))
    return path


def test_a_certificate_of_the_servers_own_authority_is_checked(url: str, desk: Desk, short: list[WindowAudio], tmp_path: Path) -> None:
    certificate = certificate_of_our_own(tmp_path)
    authority = certificate.read_text().partition("-----END PRIVATE KEY-----\n")[2]
    desk.ask(("0.0", short))
    with front(url, certificate=certificate) as secured:
        with connected(secured) as server, pytest.raises(Away, match="certificate verify failed"):
            ask_for_work(server)
        with connected(secured, authority=authority) as server:
            held = lease(server, desk)
            # The server gives addresses of files by the name it knows itself by, without TLS.
            assert server.fetch(held, server.put(held, "x", b"content")) == b"content"


def test_a_page_that_answers_everything_is_no_conductor(desk: Desk) -> None:
    with front("", page=b"<html><body>Please log in to this network</body></html>") as elsewhere, connected(elsewhere) as server:
        held = Lease("t", "w", TRANSCRIBE_CHUNK, {}, 30.0)
        for ask in (
            lambda: ask_for_work(server),
            lambda: server.queued("a", "b"),
            lambda: server.holds(held, "me"),
            lambda: server.give_back(held, "me"),
            lambda: server.fetch(held, "conductor://file/x"),
        ):
            with pytest.raises(Strange):
                ask()


def test_a_proxy_of_the_environment_is_not_asked_for_what_is_on_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with front("", page=b"7") as here, connected(here) as server:
        assert server.queued("a", "b") == 7
    with connected("http://conductor.invalid") as server, pytest.raises(Away, match="refused"):
        server.queued("a", "b")


def test_credentials_that_are_refused_are_said_and_tried_again(
    desk: Desk, url: str, worker: Callable[..., Worker], short: list[WindowAudio], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ask(("0.0", short))
    monkeypatch.setenv("DWHISPER_CONDUCTOR_USER", "me")
    monkeypatch.setenv("DWHISPER_CONDUCTOR_PASSWORD", "secret")
    with front(url, **LOGIN) as guarded, worker(url=guarded) as one:
        desk.done(1)
        monkeypatch.setenv("DWHISPER_CONDUCTOR_PASSWORD", "wrong")
        with worker(url=guarded) as other:
            other.says("refuses these credentials")
        assert "secret" not in one.log + other.log
        assert "/files/" not in one.log, "addresses of files may be signed"
