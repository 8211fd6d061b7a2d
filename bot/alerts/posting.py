"""Posts what the ledger holds, once: the intent is committed before the post, and what happened to a row that
was found in the middle is looked up in the channel before anything is said again.

https://docs.slack.dev/messaging/message-metadata
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, Protocol

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.parts import Message
from bot.jobs.retries import SlackGone, TokenWatch, reason, seconds_to_wait
from bot.jobs.voice import ABOUT_BLOCKS, SLACKS_OWN
from bot.store.ledger import Alert, AlertState, Ledger

log = structlog.get_logger(__name__)

EVENT_TYPE, INTRODUCTION_TYPE = "duplicates_alert", "duplicates_introduction"
BEFORE, AFTER = timedelta(seconds=2), timedelta(seconds=120)
"""How far around the intent a message is looked for, beyond what Slack's clock differs from ours."""

SETTLED = timedelta(seconds=20)
"""A call may take ten seconds, and its message be late in the history: only a look-up after both can say that
there is none."""

PROMPT = timedelta(seconds=5)
"""An intent that took longer to commit is given up: what was reckoned from it would not hold."""

AGAIN = timedelta(seconds=15)
"""Until a look-up that failed is tried again."""

PAGE = 15
SLOW_HISTORY = timedelta(seconds=60)


class Refusal(NamedTuple):
    """Slack surely did not take a message: why, and when to try again where that helps."""

    why: str
    wait: timedelta | None = None


class Owners(Protocol):
    """Who hears of what became of an alert."""

    async def closed(self, alert: Alert, why: str) -> None:
        """The channel is closed to the app: stop that subscription, and tell its owner once."""

    async def doubtful(self, alert: Alert) -> None:
        """Nobody can know whether this one arrived: ask its owner."""


@dataclass(frozen=True)
class Posting:
    """Posts alerts that are ready, and settles those that were left in the middle.

    ``client`` must not repeat calls by itself. ``draw`` gives an alert's message. ``stands`` hears of every
    one that is known to stand in its channel.
    """

    ledger: Ledger
    client: AsyncWebClient
    watch: TokenWatch
    draw: Callable[[Alert], Awaitable[Message]]
    owners: Owners
    now: Callable[[], datetime]
    stands: Callable[[Alert], Awaitable[None]] | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Alerts are drawn one by one: several at once would keep an acknowledgement waiting."""

    async def step(self) -> int:
        """Post what is ready, look up what was in the middle, ask about what is unknown; how many rows moved.

        Raises SlackGone when Slack no longer accepts the bot's token, and what stopped one of the rows once
        all others are done; nothing is lost then.
        """
        if self.watch.is_dead:
            raise SlackGone
        ready = await self.ledger.claim([AlertState.READY])
        doubtful = await self.ledger.claim([AlertState.POSTING])
        unknown = await self.ledger.claim([AlertState.UNKNOWN])
        steps = [*map(self.post, ready), *map(self.look_up, doubtful), *map(self._ask, unknown)]
        # Each to its end, whatever becomes of the others; what failed is taken up again after its lease.
        outcomes = await asyncio.gather(*steps, return_exceptions=True)
        if self.watch.is_dead:
            raise SlackGone
        for outcome in outcomes:
            if outcome is not None:
                raise outcome
        return len(ready) + len(doubtful) + len(unknown)

    async def post(self, alert: Alert) -> None:
        """One alert in state ``ready``; what cannot be known afterwards stays in ``posting``."""
        async with self.turn:
            message = await self.draw(alert)
            await asyncio.sleep(0)
            await message.prepare()  # what Slack would not take has no intent
        intended = await self.ledger.intend(alert)
        if intended is None:
            return
        if intended.intent_at is None or self.now() > intended.intent_at + PROMPT:
            await self.ledger.again(intended, at=self.now())
            return
        try:
            heard = await self._send(intended, message)
        except (aiohttp.ClientError, TimeoutError) as error:
            # Perhaps it stands there, perhaps not: the history will tell.
            log.warning("alert_in_doubt", alert=alert.id, error=type(error).__name__)
            await self.ledger.wait(intended, at=self.now() + SETTLED)
            return
        if isinstance(heard, Refusal):
            await self._refused(intended, heard)
        else:
            await self._sent(intended, heard)

    async def look_up(self, alert: Alert) -> None:
        """One alert found in ``posting``: is its message in the channel?"""
        intent = alert.intent_at or alert.slot
        if self.now() < intent + SETTLED:
            await self.ledger.wait(alert, at=intent + SETTLED)
            return
        try:
            ts = await self._found(alert, intent)
        except SlackApiError as error:
            await self._unreadable(alert, error)
        except (aiohttp.ClientError, TimeoutError):
            await self.ledger.wait(alert, at=self.now() + AGAIN)
        else:
            await (self._sent(alert, ts) if ts else self.ledger.again(alert, at=self.now()))

    async def _send(self, alert: Alert, message: Message) -> str | Refusal:
        """https://docs.slack.dev/reference/methods/chat.postMessage; the message's ts, or why not."""
        form: Message | None = message
        refused = Refusal("invalid_blocks")
        while form is not None:
            payload = form.payload()
            try:
                answer = await self.client.chat_postMessage(
                    channel=alert.channel, metadata=_metadata(alert), **payload
                )
            except SlackApiError as error:
                refused = _refusal(error)
                if refused.why not in ABOUT_BLOCKS:
                    return refused
                if await self.ledger.intend(alert) is None:
                    return Refusal("")  # somebody else has it by now
                form = form.simpler(None)
            else:
                return str(answer["ts"])
        return refused

    async def _sent(self, alert: Alert, ts: str) -> None:
        if await self.ledger.sent(alert, ts) and self.stands is not None:
            await self.stands(alert)

    async def _refused(self, alert: Alert, heard: Refusal) -> None:
        if self.watch.is_dead:
            await self.ledger.again(alert, at=self.now())
        elif heard.why == "":
            await self.ledger.wait(alert, at=self.now() + SETTLED)
        elif heard.wait is not None:
            await self.ledger.again(alert, at=self.now() + heard.wait)
        else:
            log.warning("alert_refused", alert=alert.id, error=heard.why)
            await self._close(alert, heard.why)

    async def _close(self, alert: Alert, why: str) -> None:
        await self.owners.closed(alert, why)
        await self.ledger.stop(alert, why)

    async def _found(self, alert: Alert, intent: datetime) -> str:
        """https://docs.slack.dev/reference/methods/conversations.history; the message's ts, "" for none.

        The newest come first. How far down it was read is kept: where one call a minute is all there is, the
        next look-up goes on from there.
        """
        slow, fast = await self._slacks_clock()
        latest = alert.read_to or _stamp(intent + AFTER + fast)
        while True:
            page = await self.client.conversations_history(
                channel=alert.channel,
                oldest=_stamp(intent - BEFORE - slow),
                latest=latest,
                include_all_metadata=True,
                limit=PAGE,
            )
            messages: list[dict[str, Any]] = page.get("messages") or []
            ts = next((str(message["ts"]) for message in messages if _names(message, alert.id)), "")
            if ts or not messages or not page.get("has_more"):
                return ts
            latest = str(messages[-1]["ts"])
            await self.ledger.read_to(alert, latest)

    async def _slacks_clock(self) -> tuple[timedelta, timedelta]:
        """How far Slack's clock may be behind ours, and ahead of it: an intent has our time, its message
        Slack's. Neither, where Slack does not say.

        https://docs.slack.dev/reference/methods/auth.test
        """
        asked = self.now()
        none = timedelta()
        try:
            answer = await self.client.auth_test()
            theirs = parsedate_to_datetime(answer.headers.get("Date", ""))  # in whole seconds
            return max(none, self.now() - theirs), max(none, theirs + timedelta(seconds=1) - asked)
        except (SlackApiError, TypeError, ValueError):
            return none, none

    async def _unreadable(self, alert: Alert, error: SlackApiError) -> None:
        heard = _refusal(error)
        if heard.why == "ratelimited":
            await self.ledger.wait(alert, at=self.now() + max(heard.wait or SLOW_HISTORY, SLOW_HISTORY))
        elif heard.why == "" or self.watch.is_dead:
            await self.ledger.wait(alert, at=self.now() + AGAIN)
        else:
            unknown = await self.ledger.unknown(alert)
            if unknown is not None:
                await self._ask(unknown)

    async def _ask(self, alert: Alert) -> None:
        """A crash between asking and noting it asks a second time: better than never."""
        await self.owners.doubtful(alert)
        await self.ledger.told(alert)


def alert_client(*, token: str, base_url: str) -> tuple[AsyncWebClient, TokenWatch]:
    """A client that never repeats a call, and what listens whether the token is dead."""
    watch = TokenWatch()
    client = AsyncWebClient(token=token, base_url=base_url, timeout=10)
    client.retry_handlers[:] = [watch]
    return client, watch


def _refusal(error: SlackApiError) -> Refusal:
    status = getattr(error.response, "status_code", 200)
    if status == 429:
        asked = seconds_to_wait(dict(getattr(error.response, "headers", {}) or {}))
        return Refusal("ratelimited", timedelta(seconds=asked if asked is not None else 60))
    why = reason(error)
    if why in ("ratelimited", "rate_limited"):
        return Refusal("ratelimited", SLOW_HISTORY)
    return Refusal("" if status >= 500 or why in SLACKS_OWN else why)


def _stamp(moment: datetime) -> str:
    return f"{moment.timestamp():.6f}"


def _metadata(alert: Alert) -> dict[str, Any]:
    kind = INTRODUCTION_TYPE if alert.is_introduction else EVENT_TYPE
    return {"event_type": kind, "event_payload": {"alert": alert.id}}


def _names(message: dict[str, Any], key: str) -> bool:
    metadata: dict[str, Any] = message.get("metadata") or {}
    payload: dict[str, Any] = metadata.get("event_payload") or {}
    is_ours = metadata.get("event_type") in (EVENT_TYPE, INTRODUCTION_TYPE)
    return is_ours and payload.get("alert") == key
