"""Signs what Slack would send and posts it to the bot, with Slack's three seconds of patience."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.things import Json, Sent

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
DEADLINE = 3.0


@dataclass(frozen=True)
class Signing:
    """How a request is signed: `secret` other than the right one forges it, `age` makes it stale, no
    `signed` leaves the headers out."""

    secret: str | None = None
    age: float = 0
    signed: bool = True


GENUINE = Signing()


def signature(secret: str, stamp: str, body: bytes) -> str:
    """The value of X-Slack-Signature (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return "v0=" + digest.hexdigest()


class Delivery:
    """Posts to `bot_url` + `/slack/events`."""

    def __init__(self, signing_secret: str, bot_url: str | None) -> None:
        self.signing_secret = signing_secret
        self.bot_url = bot_url
        self.deadline = DEADLINE
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections to the bot."""
        if self._session:
            await self._session.close()
            self._session = None

    def headers(self, body: bytes, content_type: str, how: Signing = GENUINE) -> dict[str, str]:
        """The headers of a request with this body, signed as `how` says."""
        found = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (stand-in)"}
        if how.signed:
            stamp = str(int(time.time() - how.age))
            secret = self.signing_secret if how.secret is None else how.secret
            found["X-Slack-Request-Timestamp"] = stamp
            found["X-Slack-Signature"] = signature(secret, stamp, body)
        return found

    async def form(self, kind: str, given: Mapping[str, str], how: Signing = GENUINE) -> Sent:
        """Post a form, as for a command."""
        body = urlencode(given).encode()
        return await self.post(kind, body, self.headers(body, FORM, how))

    async def payload(self, kind: str, given: Json, how: Signing = GENUINE) -> Sent:
        """Post the field `payload` of a form, as for clicks, submissions and shortcuts."""
        return await self.form(kind, {"payload": json.dumps(given)}, how)

    async def event(self, kind: str, given: Json, how: Signing = GENUINE) -> Sent:
        """Post JSON, as for the Events API."""
        body = json.dumps(given).encode()
        return await self.post(kind, body, self.headers(body, JSON, how))

    async def post(self, kind: str, body: bytes, headers: Mapping[str, str]) -> Sent:
        """Post these bytes and wait at most the deadline; RuntimeError when no bot was named."""
        if not self.bot_url:
            raise RuntimeError("There is no bot to talk to: set bot_url.")
        if self._session is None:
            # Each on a connection of its own: one kept from before a restart of the bot would break the next.
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        url = self.bot_url.rstrip("/") + "/slack/events"
        limit = aiohttp.ClientTimeout(total=self.deadline)
        begun = time.perf_counter()
        status, text, late = 0, "", False
        try:
            async with self._session.post(
                url, data=body, headers=headers, timeout=limit, allow_redirects=False
            ) as answer:
                status, text = answer.status, await answer.text(errors="replace")
        except TimeoutError:
            status, late = 0, True
        except aiohttp.ClientError as error:
            text = type(error).__name__
        return Sent(kind, status, text, time.perf_counter() - begun, late, raw=body, headers=dict(headers))
