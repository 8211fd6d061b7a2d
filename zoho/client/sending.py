"""The one function that sends, and around it: the host table, ten seconds in all, and careful repeats.

https://desk.zoho.com/DeskAPIDocument#Introduction
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

import httpx

from zoho.client.decode import Answer, Reply, decode
from zoho.client.login import Login
from zoho.errors import NoAnswer, OrganisationRefused, ServerError, Throttled, UnknownServer, ZohoError
from zoho.hearing import Hearing, Nobody, outcome_of
from zoho.organisations import OrganisationKey, Organisations
from zoho.regions import Regions

CALL_SECONDS = 10.0
_TRIES = 3
_FIRST_PAUSE = 0.2
_CREDITS_LEFT = "x-rate-limit-remaining-v3"
_T = TypeVar("_T")
_TIME_OUT, _UNREACHABLE, _BROKEN = "TIME_OUT", "UNREACHABLE", "BROKEN"


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``query`` is added to whatever query ``url`` has. Never printed with its values."""

    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, object] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    org_id: str = ""

    @property
    def is_read(self) -> bool:
        """Whether repeating it changes nothing."""
        return self.method == "GET"


class Client:
    """Sends calls to Zoho's hosts, and to no others."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        regions: Regions,
        organisations: Organisations,
        now: Callable[[], datetime],
        call_seconds: float = CALL_SECONDS,
        hearing: Hearing | None = None,
    ) -> None:
        self._http = http
        self._hearing = hearing or Nobody()
        self._call_seconds = call_seconds
        self._organisations = organisations
        self._now = now
        self._hosts = frozenset(
            _origin(httpx.URL(host)) for row in regions for host in (row.accounts, row.api, row.desk) if host
        )
        _keep_queries_out_of_logs()

    async def send(self, call: Call, *, login: Login | None = None) -> Answer:
        """Send ``call`` once and return whatever was answered; redirects are not followed.

        Raises UnknownServer, before anything is sent, for a host that is not in the table of data centres;
        NoAnswer when nothing came back; and what ``login`` raises.
        """
        request = self._request(call)
        began, outcome = time.monotonic(), "no_answer"
        try:
            response = await self._http.send(request, auth=login, follow_redirects=False)
            outcome = outcome_of(response.status_code)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NoAnswer(code=_UNREACHABLE) from error
        except httpx.TimeoutException as error:
            raise NoAnswer(code=_TIME_OUT) from error
        except httpx.TransportError as error:
            raise NoAnswer(code=_BROKEN) from error
        except httpx.RequestError as error:
            outcome = "failed"
            raise ServerError from error
        finally:
            self._hearing.called(outcome, time.monotonic() - began)
        return Answer(response.status_code, response.headers, response.content)

    async def fetch(
        self, call: Call, *, login: Login | None = None, organisation: OrganisationKey | None = None
    ) -> Reply:
        """Send ``call`` within ten seconds, repeat it where that is safe, and return what it answered.

        ``organisation`` takes its place in that organisation's queue (waiting is not counted) and notes the
        credits left. Raises every error of the tree but the ConnectFailed family.
        """
        if login is not None:
            await login.ready()
        async with self._place(organisation):
            return await _within(self._call_seconds, self._with_repeats(call, login, organisation))

    async def post_form(
        self, url: str, form: Mapping[str, str], *, query: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Post a form within ten seconds and return status and body, for the accounts server's odd manners.

        Raises UnknownServer and NoAnswer.
        """
        call = Call("POST", url, query=query or {}, form=form)
        answer = await _within(self._call_seconds, self._sent_unless_unreachable(call))
        return answer.status, answer.body

    def _place(self, organisation: OrganisationKey | None) -> AbstractAsyncContextManager[None]:
        return self._organisations.slot(organisation) if organisation else nullcontext()

    async def _with_repeats(
        self, call: Call, login: Login | None, organisation: OrganisationKey | None
    ) -> Reply:
        for pause in _pauses():
            try:
                return await self._decoded(call, login, organisation)
            except ZohoError as error:
                if not _may_repeat(call, error) or (login and login.is_spent):
                    raise
            await asyncio.sleep(pause)
        return await self._decoded(call, login, organisation)

    async def _decoded(self, call: Call, login: Login | None, organisation: OrganisationKey | None) -> Reply:
        answer = await self.send(call, login=login)
        left = answer.headers.get(_CREDITS_LEFT, "")
        if organisation and left.isdecimal() and len(left) < 10:
            await self._organisations.note_credits(organisation, int(left))
        return decode(answer, now=self._now(), body_due=call.is_read)

    async def _sent_unless_unreachable(self, call: Call) -> Answer:
        for pause in _pauses():
            try:
                return await self.send(call)
            except NoAnswer as error:
                if error.code != _UNREACHABLE:
                    raise
            await asyncio.sleep(pause)
        return await self.send(call)

    def _request(self, call: Call) -> httpx.Request:
        url = _url(call)
        if _origin(url) not in self._hosts:
            raise UnknownServer(url.host)
        headers = {"Accept": "application/json"}
        if call.org_id:
            headers["orgId"] = call.org_id
        if call.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            content = urlencode(call.form).encode()
        elif call.body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(call.body, ensure_ascii=False).encode()
        else:
            content = b""
        return self._http.build_request(call.method, url, headers=headers, content=content)


class Session:
    """One person's calls to one organisation, each with the person's own login and the ``orgId`` header."""

    def __init__(
        self,
        client: Client,
        origin: str,
        organisation: OrganisationKey,
        login: Callable[[], Login],
        *,
        organisation_name: str = "",
        still_listed: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """``origin`` is the API host. ``still_listed`` reads Zoho's organisations again when one is refused,
        and tells whether this one is among them.
        """
        self._client = client
        self._origin = origin
        self._organisation = organisation
        self._login = login
        self._name = organisation_name
        self._still_listed = still_listed

    async def get(self, path: str, query: Mapping[str, str] | None = None, *, with_org: bool = True) -> Reply:
        """Read ``path`` (``/api/v1/…``). ``with_org=False`` leaves the ``orgId`` header out.

        The reply's status may be 202 or 204 with no value. Raises see `Client.fetch`.
        """
        return await self._fetch("GET", path, query=query, with_org=with_org)

    async def post(self, path: str, body: Mapping[str, object]) -> Reply:
        """Create something; sent at most once. Raises see `Client.fetch`."""
        return await self._fetch("POST", path, body=body)

    async def patch(self, path: str, body: Mapping[str, object]) -> Reply:
        """Change something; sent at most once. Raises see `Client.fetch`."""
        return await self._fetch("PATCH", path, body=body)

    async def delete(self, path: str) -> Reply:
        """Remove something; sent at most once. Raises see `Client.fetch`."""
        return await self._fetch("DELETE", path)

    async def _fetch(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        with_org: bool = True,
    ) -> Reply:
        org_id = self._organisation.org_id if with_org else ""
        call = Call(method, self._origin + path, query=query or {}, body=body, org_id=org_id)
        try:
            return await self._sent(call)
        except OrganisationRefused as error:
            if self._still_listed is None or not with_org:
                raise
            if not await self._still_listed():
                raise self._named(error) from error
        try:
            return await self._sent(call)
        except OrganisationRefused as error:
            raise self._named(error) from error

    async def _sent(self, call: Call) -> Reply:
        place = self._organisation if self._organisation.org_id else None
        return await self._client.fetch(call, login=self._login(), organisation=place)

    def _named(self, error: OrganisationRefused) -> OrganisationRefused:
        """The same refusal with the organisation's name in place of Zoho's words."""
        name = self._name or self._organisation.org_id
        return OrganisationRefused(name, code=error.code, status=error.status)


def new_http() -> httpx.AsyncClient:
    """The HTTP client for a whole process; a proxy of the environment is not used for this machine."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(CALL_SECONDS, connect=CALL_SECONDS / 2),
        headers={"User-Agent": "zoho-duplicates"},
        mounts={f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")},
    )


def _url(call: Call) -> httpx.URL:
    """The address exactly as asked for: parameters as they stand, none added, none lost."""
    if any(not isinstance(value, str) for value in call.query.values()):
        raise TypeError("every query parameter must be text")
    url = httpx.URL(call.url)
    if not call.query:
        return url
    parts = (url.query, urlencode(call.query).encode())
    return url.copy_with(query=b"&".join(part for part in parts if part))


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode()}"


async def _within(seconds: float, work: Awaitable[_T]) -> _T:
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError as error:
        raise NoAnswer(code=_TIME_OUT) from error


def _pauses() -> tuple[float, ...]:
    """The pauses before each further try, a little different every time."""
    jitter = random.SystemRandom().uniform
    return tuple(_FIRST_PAUSE * 2**n * jitter(0.5, 1.5) for n in range(_TRIES - 1))


def _may_repeat(call: Call, error: ZohoError) -> bool:
    """Whether the same call may be sent again: Zoho turned it away at the door, or it only reads."""
    if isinstance(error, Throttled):
        return True
    if isinstance(error, NoAnswer):
        return error.code == _UNREACHABLE or (error.code == _BROKEN and call.is_read)
    return isinstance(error, ServerError) and error.status >= 500 and call.is_read


class _WithoutQuery(logging.Filter):
    """Cuts the query off every address that httpx logs: it may hold a token or a customer's address."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                arg.copy_with(query=None) if isinstance(arg, httpx.URL) else arg for arg in record.args
            )
        return True


def _keep_queries_out_of_logs() -> None:
    logger = logging.getLogger("httpx")
    if not any(isinstance(present, _WithoutQuery) for present in logger.filters):
        logger.addFilter(_WithoutQuery())
