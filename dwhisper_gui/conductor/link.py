"""Asks a server over HTTP. Whatever goes wrong is one of `server_errors`."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
from dwhisper_worker.address import API, is_here
from dwhisper_worker.storage import PUT_ELSEWHERE

from dwhisper_gui.conductor import answers
from dwhisper_gui.conductor.address import ServerAddress
from dwhisper_gui.conductor.token import TokenAuth, TokenRefused
from dwhisper_gui.core.identity import Credentials, KeyAndSecret, UserAndPassword
from dwhisper_gui.core.server_errors import ServerAnswersNonsense, ServerError, ServerRefusesCredentials

ANSWER_SECONDS = 30.0
CONNECT_SECONDS = 10.0
FILE_SECONDS = 120.0
"""So long nothing may be heard while a file is on its way."""
CONNECTIONS = 16
OWN_FILES = f"{API}/files/content/"
"""Where a server keeps files that it holds itself."""

# At INFO it writes down each address, and those of files may be signed: who has one has the file.
logging.getLogger("httpx2").setLevel(logging.WARNING)

Parameters = Mapping[str, str | int | bool | list[str]]


class Link:
    """To one server; an asynchronous context manager."""

    def __init__(self, address: ServerAddress) -> None:
        """Raises `AuthorityUnusable`."""
        self.address = address
        self._client = httpx2.AsyncClient(
            auth=_auth(address),
            verify=address.trust(),
            timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=CONNECTIONS),
            # A proxy that the environment names is for what is farther away than this computer.
            trust_env=not is_here(address.url),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends its connections."""
        await self._client.aclose()

    def sign_in(self, credentials: Credentials | None) -> bool:
        """From now on as somebody else. False: it is whom it was before."""
        if credentials == self.address.credentials:
            return False
        self.address = replace(self.address, credentials=credentials)
        self._client.auth = _auth(self.address) or httpx2.Auth()
        return True

    async def ask(self, method: str, path: str, *, query: Parameters | None = None, body: Any = None) -> Any:
        """What the server answers (read as JSON; None: nothing). `path` is relative to the API. Raises `ServerError`."""
        return answers.content(self.address.url, await self.response(method, path, query=query, body=body))

    async def text(self, method: str, path: str, *, query: Parameters | None = None, body: Any = None) -> str:
        """Likewise, for what answers with plain text. Raises `ServerError`."""
        return (await self.response(method, path, query=query, body=body)).text.strip()

    async def response(self, method: str, path: str, *, query: Parameters | None = None, body: Any = None) -> httpx2.Response:
        """A good answer, its body read. Raises `ServerError`."""
        request = self._client.build_request(method, self.address.api + path, params=query, json=body)
        return await self._send(request)

    async def put_file(self, url: str, content: bytes, content_type: str) -> None:
        """Sends a file to the address that the server named for it. Raises `ServerError`."""
        await self._transfer("PUT", url, content=content, headers={"Content-Type": content_type})

    async def get_file(self, url: str) -> bytes:
        """Fetches one. Raises `ServerError`."""
        return (await self._transfer("GET", url)).content

    async def _transfer(self, method: str, url: str, **more: Any) -> httpx2.Response:
        own = self._own(url)
        request = self._client.build_request(method, own or url, timeout=httpx2.Timeout(FILE_SECONDS, connect=CONNECT_SECONDS), **more)
        return await (self._send_elsewhere(request) if own is None else self._send(request))

    def _own(self, url: str) -> str | None:
        """The address of a file that the server holds itself, as it is reached from here; None: other storage holds it.

        A server behind a proxy may not know by which name and scheme it is reached."""
        parts = urlsplit(url)
        _, found, rest = parts.path.rpartition(OWN_FILES)
        if not found:
            return None
        return f"{self.address.url}{OWN_FILES}{rest}" + (f"?{parts.query}" if parts.query else "")

    async def _send(self, request: httpx2.Request) -> httpx2.Response:
        server = self.address.url
        try:
            response = await self._client.send(request)
        except TokenRefused as refused:
            raise self._not_signed_in(refused.response) from None
        except httpx2.TransportError as error:
            raise answers.of_silence(server, error) from None
        except httpx2.RequestError as error:  # a body that is not encoded as it says
            raise ServerAnswersNonsense(server=server, detail=type(error).__name__) from None
        wrong = answers.of_status(server, response, known=self.address.credentials is not None)
        if wrong is not None:
            raise wrong
        return response

    async def _send_elsewhere(self, request: httpx2.Request) -> httpx2.Response:
        """To other storage (S3, say), which is signed for in the address: our credentials are none of its business."""
        server = self.address.url
        if request.method == "PUT":
            request.headers.update(PUT_ELSEWHERE)
        try:
            response = await self._client.send(request, auth=None)
        except httpx2.TransportError as error:
            raise answers.of_silent_storage(server, str(request.url), error) from None
        except httpx2.RequestError as error:
            raise ServerAnswersNonsense(server=server, detail=type(error).__name__) from None
        wrong = answers.of_storage(server, response)
        if wrong is not None:
            raise wrong
        return response

    def _not_signed_in(self, response: httpx2.Response) -> ServerError:
        server = self.address.url
        if response.is_success or response.status_code == httpx2.codes.NOT_FOUND:
            return ServerRefusesCredentials(server=server, detail="it has no tokens to give for a key and a secret")
        found = answers.of_status(server, response, known=True)
        if found is not None and found.transient:
            return found
        return ServerRefusesCredentials(server=server, detail=answers.message(response) or f"HTTP {response.status_code}")


def _auth(address: ServerAddress) -> httpx2.Auth | None:
    match address.credentials:
        case UserAndPassword(user, password):
            return httpx2.BasicAuth(user, password)
        case KeyAndSecret() as pair:
            return TokenAuth(address.api, pair)
        case None:
            return None
