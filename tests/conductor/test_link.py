"""What is wrong with a server is told in one of our sentences, whatever it answers."""

import asyncio
import datetime as dt
import ipaddress
import json
import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from dwhisper_worker import reception
from dwhisper_worker.tasks import Invitation

from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.api import Conductor
from dwhisper_gui.conductor.check import check
from dwhisper_gui.conductor.link import Link
from dwhisper_gui.core import server_errors as wrong
from dwhisper_gui.core.identity import KeyAndSecret, UserAndPassword
from tests.conductor.shapes import started
from tests.conductor_server import Server
from tests.little_server import Answer, Asked, little_server, proxy_to

pytestmark = pytest.mark.integration


def said(message: str) -> bytes:
    return json.dumps({"status": 0, "message": message, "retryable": False}).encode()


HTML = {"Content-Type": "text/html"}


@pytest.mark.parametrize(
    ("answer", "error", "transient"),
    [
        (Answer(401, b""), wrong.ServerWantsCredentials, False),
        (Answer(403, said("no")), wrong.ServerForbids, False),
        (Answer(404, b"<html>", HTML), wrong.ServerNotConductor, False),
        (Answer(501, b"<html>", HTML), wrong.ServerNotConductor, False),
        (Answer(404, said("No static resource api/workflow/x.")), wrong.ServerTooOld, False),
        (Answer(404, said("No static resource api/files.")), wrong.ServerWithoutFiles, False),
        (Answer(404, said("No such workflow found by id: x")), wrong.WorkflowGone, False),
        (Answer(302, b"", {"Location": "https://login.example"}), wrong.ServerNotConductor, False),
        (Answer(400, said("bad {braces}")), wrong.ServerRefuses, False),
        (Answer(413, b"<html>", HTML), wrong.ServerTooLarge, False),
        (Answer(429, b""), wrong.ServerStruggles, True),
        (Answer(500, said("boom")), wrong.ServerStruggles, True),
        (Answer(502, b"<html>", HTML), wrong.ServerStruggles, True),
        (Answer(500, said("[SQLITE_FULL] database or disk is full")), wrong.ServerFull, True),
        (Answer(507, b""), wrong.ServerFull, True),
        (Answer(200, b"<html>", HTML), wrong.ServerNotConductor, False),
        (Answer(200, b"\xff\x00"), wrong.ServerAnswersNonsense, False),
        (Answer(200, b"{}", {"Content-Encoding": "gzip"}), wrong.ServerAnswersNonsense, False),
    ],
    ids=str,
)
async def test_each_answer_has_its_sentence(answer: Answer, error: type[wrong.ServerError], transient: bool) -> None:
    with little_server(lambda _: answer) as url:
        async with Link(ServerAddress(url)) as link:
            with pytest.raises(error) as caught:
                await link.ask("GET", "/workflow/x")
    assert type(caught.value) is error
    assert caught.value.transient == transient
    assert str(caught.value)


async def test_a_good_answer_that_is_another_than_expected_is_nonsense() -> None:
    with little_server(lambda _: Answer(200, b'{"results": [{"taskId": "x"}], "totalHits": 1}')) as url:
        async with Conductor(ServerAddress(url)) as api:
            with pytest.raises(wrong.ServerAnswersNonsense):
                await api.tasks("x")


async def test_a_connection_that_breaks_off_is_worth_another_try() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        async def hang_up() -> None:
            connection, _ = await asyncio.to_thread(listening.accept)
            connection.close()

        hanging_up = asyncio.ensure_future(hang_up())
        async with Link(ServerAddress(f"http://127.0.0.1:{listening.getsockname()[1]}")) as link:
            with pytest.raises(wrong.ServerUnreachable, match="the connection broke off") as caught:
                await link.ask("GET", "/x")
        await hanging_up
    assert caught.value.transient


async def test_a_host_that_does_not_exist_is_told() -> None:
    async with Link(ServerAddress("http://no-such-host.invalid")) as link:
        with pytest.raises(wrong.ServerUnreachable, match=r"there is no such host|name resolution"):
            await link.ask("GET", "/x")


# --- as whom -------------------------------------------------------------------------------------------------------


async def test_a_proxy_lets_pass_who_has_the_password_and_files_find_their_way_through_it(conductor: Server, job: str) -> None:
    with little_server(proxy_to(conductor.url, "anna", "s3cret:ü")) as proxy:
        address = ServerAddress(f"{proxy}/behind", UserAndPassword("anna", "s3cret:ü"))
        assert (await check(address)).version
        async with Conductor(address) as api, Conductor(conductor.address) as direct:
            from dwhisper_gui.conductor.definitions import ensure_defined

            await ensure_defined(direct)
            workflow = await started(api, job, parts=0)
            handle = await api.upload(workflow, "x", b"sealed")
            assert await api.download(workflow, handle) == b"sealed"
            assert await direct.download(workflow, handle) == b"sealed"
        invited = Invitation(address.url, "default", bytes(32), user="anna", password="s3cret:ü")  # noqa: S106 - made up
        trouble, _ = await asyncio.to_thread(reception.examine, invited)
        assert trouble == "", "a worker finds it there, too"
        with pytest.raises(wrong.ServerWantsCredentials):
            await check(replace(address, credentials=None))
        with pytest.raises(wrong.ServerRefusesCredentials) as refused:
            await check(replace(address, credentials=UserAndPassword("anna", "wr0ng")))
        assert "wr0ng" not in str(refused.value) + repr(refused.value.fields)


class Orkes:
    """Gives tokens for a key and a secret; each holds for so many requests."""

    def __init__(self, holds: int) -> None:
        self.holds = holds
        self.given = 0
        self.left = 0

    def __call__(self, asked: Asked) -> Answer:
        if asked.path == "/api/token":
            if json.loads(asked.body) != {"keyId": "k", "keySecret": "s"}:
                return Answer(401, said("no such key"))
            self.given += 1
            self.left = self.holds
            return Answer(200, json.dumps({"token": f"t{self.given}"}).encode())
        if asked.headers.get("X-Authorization") != f"t{self.given}" or self.left == 0:
            return Answer(401, b'{"error": "EXPIRED_TOKEN"}')
        self.left -= 1
        return Answer(200, asked.body or b"7")


async def test_a_key_and_its_secret_become_a_token_which_is_renewed_when_it_has_lost_its_force() -> None:
    orkes = Orkes(holds=3)
    with little_server(orkes) as url:
        async with Conductor(ServerAddress(url, KeyAndSecret("k", "s"))) as api:
            assert [await api.waiting("x") for _ in range(7)] == [7] * 7
            assert orkes.given == 3
            orkes.holds = 1000
            orkes.left = 0
            assert await asyncio.gather(*(api.waiting("x") for _ in range(20))) == [7] * 20
            assert orkes.given == 4, "one renews it for all"


@pytest.mark.parametrize("credentials", [KeyAndSecret("k", "wr0ng"), KeyAndSecret("nobody", "s")], ids=["secret", "key"])
async def test_a_key_that_is_refused_is_told(credentials: KeyAndSecret) -> None:
    with little_server(Orkes(holds=1)) as url:
        async with Conductor(ServerAddress(url, credentials)) as api:
            with pytest.raises(wrong.ServerRefusesCredentials, match="no such key"):
                await api.waiting("x")


async def test_a_key_for_a_server_that_has_no_tokens_is_told(conductor: Server) -> None:
    async with Conductor(replace(conductor.address, credentials=KeyAndSecret("k", "s"))) as api:
        with pytest.raises(wrong.ServerRefusesCredentials, match="no tokens"):
            await api.waiting("x")


async def test_other_storage_gets_none_of_our_credentials() -> None:
    bucket: list[Asked] = []

    def store(asked: Asked) -> Answer:
        bucket.append(asked)
        return Answer(200, b"content")

    with little_server(store) as storage:

        def behave(asked: Asked) -> Answer:
            url = f"{storage}/bucket/x?X-Signature=s1gned"
            return Answer(200, json.dumps({"fileHandleId": "conductor://file/1", "uploadUrl": url, "downloadUrl": url}).encode())

        with little_server(behave) as url:
            async with Conductor(ServerAddress(url, UserAndPassword("anna", "s3cret"))) as api:
                await api.upload("w", "x", b"content")
                assert await api.download("w", "conductor://file/1") == b"content"
    put, get = bucket
    assert (put.method, put.path, put.body) == ("PUT", "/bucket/x?X-Signature=s1gned", b"content")
    assert put.headers["Content-Type"] == "application/octet-stream"
    assert put.headers["x-ms-blob-type"] == "BlockBlob", "Azure asks for it"
    for asked in (put, get):
        assert "Authorization" not in asked.headers


@pytest.mark.parametrize(
    ("method", "status", "error"),
    [
        ("PUT", 401, wrong.StorageStruggles),
        ("PUT", 403, wrong.StorageStruggles),
        ("PUT", 404, wrong.StorageRefuses),
        ("PUT", 400, wrong.StorageRefuses),
        ("PUT", 413, wrong.StorageRefuses),
        ("PUT", 503, wrong.StorageStruggles),
        ("GET", 403, wrong.StorageStruggles),
        ("GET", 404, wrong.FileGone),
        ("GET", 301, wrong.StorageRefuses),
        ("GET", 500, wrong.StorageStruggles),
    ],
)
async def test_what_other_storage_answers_is_not_said_of_the_server(method: str, status: int, error: type[wrong.ServerError]) -> None:
    with little_server(lambda _: Answer(status, b"<Error><Code>No</Code></Error>")) as storage:
        async with Link(ServerAddress("http://conductor.invalid", UserAndPassword("anna", "s3cret"))) as link:
            address = f"{storage}/bucket/some-file?X-Signature=s1gned"
            with pytest.raises(error) as caught:
                await (link.get_file(address) if method == "GET" else link.put_file(address, b"x", "text/plain"))
    assert type(caught.value) is error
    assert caught.value.transient == (error is wrong.StorageStruggles)
    assert f"HTTP {status}" in str(caught.value)
    assert "login" not in str(caught.value), "our credentials are not what it is about"
    assert "s1gned" not in str(caught.value) + repr(caught.value.fields)


async def test_other_storage_that_is_not_reached_is_told_by_its_own_name() -> None:
    async with Link(ServerAddress("http://conductor.invalid")) as link:
        with pytest.raises(wrong.StorageStruggles, match=r"The storage 127\.0\.0\.1, where .* could not .*nothing accepts") as caught:
            await link.get_file("http://127.0.0.1:1/bucket/some-file?X-Signature=s1gned")
    assert "s1gned" not in str(caught.value)


# --- certificates --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "DWhisper's tests")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return certificate, secret


async def test_an_authority_of_ones_own_is_trusted_where_it_is_named(certificate: tuple[Path, Path]) -> None:
    with little_server(lambda _: Answer(200, b"7"), certificate) as url:
        async with Conductor(ServerAddress(url)) as api:
            with pytest.raises(wrong.ServerCertificateUntrusted, match="self-signed") as caught:
                await api.waiting("x")
            assert not caught.value.transient
        async with Conductor(ServerAddress(url, authority=certificate[0])) as api:
            assert await api.waiting("x") == 7
        async with Link(ServerAddress("http://conductor.invalid")) as link:
            with pytest.raises(wrong.ServerCertificateUntrusted, match=url):
                await link.get_file(f"{url}/bucket/some-file")
        async with Conductor(ServerAddress(url.replace("127.0.0.1", "localhost"), authority=certificate[0])) as api:
            with pytest.raises(wrong.ServerCertificateUntrusted, match="localhost"):
                await api.waiting("x")


async def test_https_to_a_server_without_it_is_told(conductor: Server) -> None:
    async with Conductor(ServerAddress(conductor.url.replace("http:", "https:"))) as api:
        with pytest.raises(wrong.ServerUnreachable, match="http:// rather than https://"):
            await api.waiting("x")


@pytest.mark.parametrize(("content", "why"), [(b"no certificate", "no certificate is in it"), (None, "No such file")])
def test_an_authority_that_is_none_is_told(content: bytes | None, why: str, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(wrong.AuthorityUnusable, match=why):
        Link(ServerAddress("https://x.example", authority=path))
