"""Signing in with a key and a secret, as Orkes' servers have it: they are exchanged for a token, which is sent with each request."""

import asyncio
from collections.abc import AsyncGenerator

import httpx2

from dwhisper_gui.core.identity import KeyAndSecret

HEADER = "X-Authorization"


class TokenRefused(Exception):
    """The key and secret were not exchanged for a token; `response` says why."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class TokenAuth(httpx2.Auth):
    """Gets a token when one is needed first and when one has lost its force. Raises `TokenRefused` out of the request."""

    def __init__(self, api: str, credentials: KeyAndSecret) -> None:
        self._api = api
        self._credentials = credentials
        self._token: str | None = None
        self._renewing = asyncio.Lock()

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """See `httpx2.Auth`."""
        used = self._token
        if used is not None:
            request.headers[HEADER] = used
            response = yield request
            if response.status_code != httpx2.codes.UNAUTHORIZED:
                return
            # Its connection is free only now: those who wait below must not keep all of them from the one who renews the token.
            await response.aread()
        # Many requests may find at once that it has lost its force: one renews it for all.
        async with self._renewing:
            if self._token == used:
                response = yield self._question(request)
                await response.aread()
                self._token = _token(response)
            request.headers[HEADER] = self._token or ""
        yield request

    def _question(self, request: httpx2.Request) -> httpx2.Request:
        body = {"keyId": self._credentials.key, "keySecret": self._credentials.secret}
        # The time limits are among the extensions; a request made by hand has none.
        return httpx2.Request("POST", f"{self._api}/token", json=body, extensions=request.extensions)


def _token(response: httpx2.Response) -> str:
    try:
        token = response.json()["token"] if response.is_success else None
    except (ValueError, KeyError, TypeError):
        token = None
    if not isinstance(token, str):
        raise TokenRefused(response)
    return token
