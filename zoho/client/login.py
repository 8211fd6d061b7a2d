"""Signing calls with a person's token: renewed in good time, and once more when Zoho refuses it.

https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token-expiry.html
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

import httpx

from zoho.client.decode import Answer, token_refused
from zoho.connections import Connections, Token
from zoho.errors import ZohoError
from zoho.records import Product, Who


class Login(httpx.Auth):
    """What signs one call. A new one is made for every call, since it remembers what was tried."""

    is_spent = False

    async def ready(self) -> None:
        """Get the token ready before the call's own time begins. Raises what stands in the way of one."""


class FixedLogin(Login):
    """Signs with one token as it is: for a grant that is not stored yet."""

    def __init__(self, token: str) -> None:
        self._header = _header(token)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign, and leave the answer alone."""
        request.headers["Authorization"] = self._header
        yield request


class ZohoAuth(Login):
    """Signs with a connection's token. A 401 in JSON is answered with one forced refresh and one repeat;
    refused again, the connection needs a reconnect.
    """

    def __init__(
        self,
        connections: Connections,
        who: Who,
        product: Product,
        *,
        check: Callable[[Token], None] = lambda token: None,
    ) -> None:
        """``check`` looks at a token before it signs anything, and may raise."""
        self._connections = connections
        self._who = who
        self._product = product
        self._check = check
        self._token: Token | None = None
        self._was_forced = False

    async def ready(self) -> None:
        """Read the token, refreshed when it has little time left.

        Raises NotConnected, GrantLost, KeyLost, TokenThrottled, ClientRefused, ServerError, and what the
        check of the token raises.
        """
        self._token = await self._good_token()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign; on a refused token refresh and sign once more."""
        token = self._token or await self._good_token()
        request.headers["Authorization"] = _header(token.value)
        if not await _refused((yield request)):
            return
        if not self._was_forced:
            token = await self._renewed(token)
            request.headers["Authorization"] = _header(token.value)
            if not await _refused((yield request)):
                return
        self.is_spent = True
        await self._connections.give_up(self._who, self._product, token)

    async def _good_token(self) -> Token:
        token = await self._connections.token(self._who, self._product)
        self._check(token)
        return token

    async def _renewed(self, refused: Token) -> Token:
        self._was_forced = True
        try:
            self._token = await self._connections.renewed(self._who, self._product, refused)
            self._check(self._token)
        except ZohoError:
            self.is_spent = True
            raise
        return self._token


async def _refused(response: httpx.Response) -> bool:
    if response.status_code != httpx.codes.UNAUTHORIZED:
        return False
    return token_refused(Answer(response.status_code, response.headers, await response.aread()))


def _header(token: str) -> str:
    return f"Zoho-oauthtoken {token}"
