"""What an answer of a server means: which of the errors it is, and what is in it."""

import re
import ssl
from typing import Any
from urllib.parse import urlsplit

import httpx2
from dwhisper_worker.storage import FULL

from dwhisper_gui.core.server_errors import (
    FileGone,
    ServerAnswersNonsense,
    ServerCertificateUntrusted,
    ServerError,
    ServerForbids,
    ServerFull,
    ServerNotConductor,
    ServerRefuses,
    ServerRefusesCredentials,
    ServerStruggles,
    ServerTooLarge,
    ServerTooOld,
    ServerUnreachable,
    ServerWantsCredentials,
    ServerWithoutFiles,
    StorageRefuses,
    StorageStruggles,
    WorkflowGone,
)

LONGEST_DETAIL = 200
_GONE = re.compile(r"No such workflow found by id: ?(\S+)")
_NO_FILE = re.compile(r"(?:File not found(?: on storage backend)?|File not yet uploaded|File has not been uploaded): ?([\w-]+)")
_UNREADABLE_FILE = re.compile(r"Failed to read file storage content: ?(?:\S*[/\\])?([\w-]+)")
_NO_SUCH_CALL = re.compile(r"No static resource api/(\S+?)\.?$")


def of_silence(server: str, error: httpx2.TransportError) -> ServerError:
    """What it means that there was no answer. The words of the error are not taken over: they may name an address with a signature."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ServerCertificateUntrusted(server=server, detail=cause.verify_message or "it can't be verified")
        if isinstance(cause, ssl.SSLError):
            return ServerUnreachable(server=server, detail="it does not speak TLS as it should; is it http:// rather than https://?")
        cause = cause.__cause__ or cause.__context__
    return ServerUnreachable(server=server, detail=why(error))


def why(error: httpx2.TransportError) -> str:
    """The reason for it in a few words, which name no address."""
    match error:
        case httpx2.ConnectTimeout():
            return "it does not answer"
        case httpx2.TimeoutException():
            return "it takes too long to answer"
        case httpx2.ProxyError():
            return "the proxy in between refuses"
        case httpx2.ConnectError():
            return _of_system(error) or "no connection"
        case _:
            return "the connection broke off"


def _of_system(error: BaseException) -> str | None:
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OSError) and found.errno is not None:
            said = found.strerror or ""
            return "there is no such host" if "not known" in said or "No address" in said else _of_addresses(said)
        found = found.__cause__ or found.__context__
    return "nothing accepts connections there" if "attempts failed" in str(error) else None


def _of_addresses(said: str) -> str:
    # asyncio tells of the address and port, too, which the sentence has already.
    return "nothing accepts connections there" if "Connect call failed" in said or "refused" in said else said


def of_status(server: str, response: httpx2.Response, *, known: bool) -> ServerError | None:
    """The error that an answer stands for; None: it is a good one. `known`: credentials were sent."""
    if response.is_success:
        return None
    status, said = response.status_code, message(response)
    if said is not None:
        if gone := _GONE.search(said):
            return WorkflowGone(server=server, workflow=gone[1])
        if file := _NO_FILE.search(said) or _UNREADABLE_FILE.search(said):
            return FileGone(server=server, file=file[1], detail=_cut(said))
        if status >= 500 and FULL.search(said):
            return ServerFull(server=server, detail=_cut(said))
        if lacks := _NO_SUCH_CALL.search(said):
            return ServerWithoutFiles(server=server) if lacks[1].startswith("files") else ServerTooOld(server=server, lacks=lacks[1])
    detail = _cut(said) if said else f"HTTP {status}"
    match status:
        case 401:
            return ServerRefusesCredentials(server=server, detail=detail) if known else ServerWantsCredentials(server=server)
        case 403:
            return ServerForbids(server=server, detail=detail)
        case 413:
            return ServerTooLarge(server=server, megabytes=_sent(response) / 1e6)
        case 507:
            return ServerFull(server=server, detail=detail)
        case 408 | 425 | 429:
            return ServerStruggles(server=server, detail=detail)
        case 404 | 405 | 501 if said is None:
            return ServerNotConductor(server=server, detail=f"HTTP {status}, without the words that Conductor has for it")
        case _ if status >= 500:
            return ServerStruggles(server=server, detail=detail)
        case _ if 300 <= status < 400:
            return ServerNotConductor(server=server, detail=f"it sends on to another address, HTTP {status}")
        case _:
            return ServerRefuses(server=server, detail=detail)


def of_storage(server: str, response: httpx2.Response) -> ServerError | None:
    """Likewise of storage elsewhere, to which the server gave a signed address: what it says it does not say of the server, nor of the
    credentials for that."""
    if response.is_success:
        return None
    request, status = response.request, response.status_code
    detail = f"HTTP {status}"
    match status:
        case 404 | 410 if request.method == "GET":
            return FileGone(server=server, file=request.url.path.rpartition("/")[2], detail=detail)
        case 401 | 403:
            # Signatures hold for a minute, which may pass before a slow line is free: each try is given another.
            return StorageStruggles(server=server, storage=request.url.host, detail=f"it takes no signature of the server's, {detail}")
        case _ if status in (408, 425, 429) or status >= 500:
            return StorageStruggles(server=server, storage=request.url.host, detail=detail)
        case _:
            return StorageRefuses(server=server, storage=request.url.host, detail=detail)


def of_silent_storage(server: str, url: str, error: httpx2.TransportError) -> ServerError:
    """What it means that storage elsewhere did not answer. Nothing of its address but the host is named: it is signed."""
    parts = urlsplit(url)
    found = of_silence(f"{parts.scheme}://{parts.netloc}", error)
    if isinstance(found, ServerCertificateUntrusted):
        return found
    return StorageStruggles(server=server, storage=parts.hostname, detail=found.fields["detail"])


def message(response: httpx2.Response) -> str | None:
    """What Conductor says about an answer that is no good one; None where these are not its words."""
    try:
        found = response.json()
    except ValueError:
        return None
    if not isinstance(found, dict) or not isinstance(said := found.get("message"), str):
        return None
    wrong = found.get("validationErrors")
    reasons = [str(one.get("message")) for one in wrong if isinstance(one, dict)] if isinstance(wrong, list) else []
    return "; ".join(reasons) or said


def content(server: str, response: httpx2.Response) -> Any:
    """What a good answer holds, read as JSON; None where it is empty. Raises `ServerAnswersNonsense`, `ServerNotConductor`."""
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError:
        pass
    kind = response.headers.get("Content-Type", "")
    if "html" in kind:
        raise ServerNotConductor(server=server, detail="it answers with a web page")
    raise ServerAnswersNonsense(server=server, detail=f"no JSON, but “{kind or 'something'}”")


def _sent(response: httpx2.Response) -> int:
    return int(response.request.headers.get("Content-Length", "0"))


def _cut(said: str) -> str:
    said = " ".join(said.split()).rstrip(".")
    return said if len(said) <= LONGEST_DETAIL else f"{said[:LONGEST_DETAIL]}…"
