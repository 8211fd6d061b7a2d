"""Exchange, refresh and revoke, and the odd manners of the token endpoint.

Its HTTP status says little: errors come as ``{"error": …}``, often with a 200. Success is a JSON object with
an ``access_token``; nothing else is.
https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token.html
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from zoho.connections import Refreshed
from zoho.errors import (
    ClientRefused,
    CodeRefused,
    GrantLost,
    NoAnswer,
    NoRefreshToken,
    ServerError,
    TokenThrottled,
    ZohoError,
)
from zoho.hearing import Hearing, Nobody
from zoho.regions import Regions
from zoho.scopes import read_scopes

_log = logging.getLogger(__name__)
_TRIES = 3
_FIRST_PAUSE = 0.25
_USUAL_LIFE = 3600
_LONGEST_LIFE = 86_400  # a larger ``expires_in`` is in milliseconds
_CLIENT_ERRORS = frozenset(("invalid_client", "invalid_client_secret", "invalid_redirect_uri"))
_LOST_ERRORS = frozenset(("invalid_code", "invalid_grant"))
_PRINTABLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Credentials:
    """This installation's client at Zoho. ``secrets`` maps dc to secret, "" to the one for all centres."""

    client_id: str
    secrets: Mapping[str, str] = field(repr=False)
    home_dc: str

    def secret(self, dc: str) -> str:
        """The secret for a data centre. Raises ClientRefused when neither it nor a common one is set."""
        secret = self.secrets.get(dc) or self.secrets.get("")
        if not secret:
            raise ClientRefused(f"no client secret is set for {dc}")
        return secret


class PostForm(Protocol):
    """Posts a form to an accounts server."""

    async def __call__(
        self, url: str, form: Mapping[str, str], *, query: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body. Raises UnknownServer, NoAnswer."""


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """A good answer of the token endpoint; ``scopes`` is empty when it named none."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    seconds: int
    api_domain: str
    scopes: frozenset[str]


def read_token_answer(status: int, body: bytes, *, lost: type[ZohoError] = GrantLost) -> TokenAnswer:
    """What the token endpoint said, decided by the body alone.

    Raises ``lost`` for a code or refresh token that is not accepted, TokenThrottled, ClientRefused, and
    ServerError for everything that is no answer (a web page, an empty body, an unknown error).
    """
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise TokenThrottled(status=status) if status == 429 else ServerError(status=status)
    token = _text(fields, "access_token")
    if not _PRINTABLE.fullmatch(token):
        raise _token_error(status, fields, lost)
    return TokenAnswer(
        access_token=token,
        refresh_token=_text(fields, "refresh_token"),
        seconds=_seconds(fields),
        api_domain=_text(fields, "api_domain"),
        scopes=read_scopes(_text(fields, "scope")),
    )


def _token_error(status: int, fields: Mapping[str, object], lost: type[ZohoError]) -> ZohoError:
    code = _text(fields, "error")
    words = _text(fields, "error_description")
    name = code.casefold().replace(" ", "_")
    kind: type[ZohoError] = ServerError
    if "too many requests" in words.casefold() or name == "access_denied" or status == 429:
        kind = TokenThrottled
    elif name in _LOST_ERRORS:
        kind = lost
    elif name in _CLIENT_ERRORS:
        kind = ClientRefused
    return kind(words, code=code, status=status)


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _seconds(fields: Mapping[str, object]) -> int:
    """How long the token lives: ``expires_in_sec`` first, then ``expires_in``, whatever its unit."""
    for name in ("expires_in_sec", "expires_in"):
        number = _number(fields.get(name))
        if number:
            return number // 1000 if name == "expires_in" and number > _LONGEST_LIFE else number
    return _USUAL_LIFE


def _number(value: object) -> int:
    """A whole number of at most ten digits, given as such or as text; 0 for anything else."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isdecimal() and len(text) <= 10 else 0


class TokenEndpoint:
    """The token calls, each to an accounts server of the table."""

    def __init__(
        self,
        post: PostForm,
        *,
        regions: Regions,
        credentials: Credentials,
        redirect_uri: str,
        now: Callable[[], datetime],
        hearing: Hearing | None = None,
    ) -> None:
        self._post = post
        self._hearing = hearing or Nobody()
        self._regions = regions
        self._credentials = credentials
        self._redirect_uri = redirect_uri
        self._now = now

    async def exchange(self, code: str, *, dc: str, accounts_server: str) -> tuple[TokenAnswer, datetime]:
        """Trade a code for a grant; the answer, and when its access token expires.

        https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token.html
        Raises CodeRefused, NoRefreshToken, ClientRefused, TokenThrottled, ServerError.
        """
        form = {
            "grant_type": "authorization_code",
            "redirect_uri": self._redirect_uri,
            "code": code,
            **self._client(dc),
        }
        answer, expires_at = await self._ask(
            self._accounts(dc, accounts_server), form, lost=CodeRefused, is_repeatable=_was_named
        )
        if not answer.refresh_token:
            raise NoRefreshToken
        return answer, expires_at

    async def refresh(self, *, dc: str, accounts_server: str, refresh_token: str) -> Refreshed:
        """A new access token; the refresh token stays the same.

        https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token-expiry.html
        Raises GrantLost, ClientRefused, TokenThrottled, ServerError.
        """
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **self._client(dc)}
        outcome = "no_answer"  # also where the caller's patience ended
        try:
            answer, expires_at = await self._ask(
                self._accounts(dc, accounts_server), form, lost=GrantLost, is_repeatable=_was_answered
            )
            outcome = "ok"
        except ZohoError as error:
            outcome = type(error).__name__
            raise
        finally:
            self._hearing.refreshed(outcome)
        return Refreshed(answer.access_token, expires_at, self.known_api_domain(answer.api_domain))

    async def revoke(self, *, dc: str, accounts_server: str, refresh_token: str) -> None:
        """End a grant: by form body, else by query, the form Zoho documents. Failures are logged and ignored.

        https://zoho.com/crm/developer/docs/api/revoke-tokens.html
        """
        url = f"{self._accounts(dc, accounts_server)}/oauth/v2/token/revoke"
        token = {"token": refresh_token}
        if not await self._revoked(url, token, {}) and not await self._revoked(url, {}, token):
            _log.warning("a grant could not be revoked in %s; it was removed here all the same", dc)

    def known_api_domain(self, domain: str) -> str:
        """The API domain of an answer if it is in the table, else "": a foreign one is never followed."""
        region = self._regions.by_api_domain(domain)
        return region.api if region else ""

    async def _revoked(self, url: str, form: Mapping[str, str], query: Mapping[str, str]) -> bool:
        try:
            status, body = await self._post(url, form, query=query)
        except ZohoError:
            return False
        return 200 <= status < 300 and b'"error"' not in body

    async def _ask(
        self,
        accounts: str,
        form: Mapping[str, str],
        *,
        lost: type[ZohoError],
        is_repeatable: Callable[[ServerError], bool],
    ) -> tuple[TokenAnswer, datetime]:
        """Ask, up to three times where the answer allows it. The life of a token counts from the sending."""
        for pause in _pauses():
            sent_at = self._now()
            status, body = await self._post(f"{accounts}/oauth/v2/token", form)
            try:
                answer = read_token_answer(status, body, lost=lost)
            except ClientRefused as error:
                _log.error(
                    "%s refuses this installation's client (%s): its id, its secret for that data centre, "
                    "or the redirect URI is not what stands in Zoho's API console",
                    accounts,
                    error.code,
                )
                raise
            except ServerError as error:
                if pause is None or not is_repeatable(error):
                    raise
                await asyncio.sleep(pause)
            else:
                return answer, sent_at + timedelta(seconds=answer.seconds)
        raise NoAnswer

    def _accounts(self, dc: str, accounts_server: str) -> str:
        """The accounts server to ask: the stored one while it is in the table, else the centre's own."""
        return (self._regions.by_accounts_server(accounts_server) or self._regions[dc]).accounts

    def _client(self, dc: str) -> dict[str, str]:
        try:
            secret = self._credentials.secret(dc)
        except ClientRefused:
            _log.error("no client secret is set for %s, where somebody's Zoho account is", dc)
            raise
        return {"client_id": self._credentials.client_id, "client_secret": secret}


def _pauses() -> tuple[float | None, ...]:
    """The pause after each try; None after the last."""
    jitter = random.SystemRandom().uniform
    return (*(_FIRST_PAUSE * 2**n * jitter(0.5, 1.5) for n in range(_TRIES - 1)), None)


def _was_named(error: ServerError) -> bool:
    """Zoho itself said that it did nothing: a code may be tried again."""
    return bool(error.code)


def _was_answered(error: ServerError) -> bool:
    """Any answer without a token: asking again with a refresh token changes nothing."""
    return True
