"""A stand-in Slack: a workspace one can start, use from Python or over HTTP, and look at in a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import aiohttp
from aiohttp import web

from bot import ids
from bot.sandbox import pages
from bot.sandbox.api import WebApi
from bot.sandbox.clock import utc_now
from bot.sandbox.control import Control
from bot.sandbox.delivery import Signing
from bot.sandbox.faults import Fault
from bot.sandbox.interactions import Interactions, find_element
from bot.sandbox.passing import Passing
from bot.sandbox.people import Channel, Person
from bot.sandbox.replies import Replies
from bot.sandbox.socket import SocketDelivery, Sockets
from bot.sandbox.things import Call, Json, Message, Sent, View
from bot.sandbox.world import World

SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105  a made-up word, good for this stand-in alone
BOT_TOKEN = "sandbox-bot-token"  # noqa: S105  likewise
APP_TOKEN = "sandbox-app-token"  # noqa: S105  likewise
SHORTCUTS = {ids.RECORD_CHECK: "Check for duplicates"}
LARGEST_BODY = 4 * 1024 * 1024
TRIES = (
    "/duplicates",
    "/duplicates desk contacts",
    "/duplicates desk products",
    "/duplicates desk accounts",
    "/duplicates ana.roe@kestrel.example",
    "/duplicates flagged",
    "/duplicates dismissed",
    "/duplicates subscribe",
    "/duplicates status",
    "/duplicates connect",
    "/duplicates help",
)


class SlackSandbox:
    """One made-up workspace. Start it with `async with SlackSandbox.start() as slack`."""

    def __init__(
        self,
        *,
        signing_secret: str = SIGNING_SECRET,
        bot_token: str = BOT_TOKEN,
        bot_url: str | None = None,
        now: Callable[[], datetime] = utc_now,
        writes: Callable[[], int] | str | None = None,
        tries: Sequence[str] = TRIES,
        shortcuts: Mapping[str, str] | None = None,
    ) -> None:
        self.signing_secret = signing_secret
        self.bot_token = bot_token
        self.world = World(now)
        self.api = WebApi(self.world, bot_token)
        self.sockets = Sockets(APP_TOKEN, self.api.calls.append, now)
        self.delivery = SocketDelivery(signing_secret, bot_url, self.sockets)
        self.doing = Interactions(self.world, self.delivery)
        self.origin = ""
        self.writes = writes
        self.tries = tries
        self.shortcuts = shortcuts or {}
        self.passing: Passing | None = None
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    @asynccontextmanager
    async def start(
        cls, port: int = 0, *, host: str = "127.0.0.1", **settings: Any
    ) -> AsyncIterator[SlackSandbox]:
        """Serve a workspace until the block ends; port 0 takes a free one. OSError when it is taken.

        `settings`: signing_secret, bot_token, bot_url (where signed requests go), now; for the page:
        writes (a function or an address that tells how often Zoho was written to), tries (commands to
        offer), shortcuts (callback_id to name).
        """
        slack = cls(**settings)
        runner = web.AppRunner(slack.web_app(), shutdown_timeout=1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
            slack.origin = f"http://{host}:{runner.addresses[0][1]}"
            slack.doing.origin = slack.origin
            yield slack
        finally:
            await slack.delivery.close()
            await runner.cleanup()
            if slack._session:
                await slack._session.close()

    def web_app(self) -> web.Application:
        """The routes."""
        app = web.Application(client_max_size=LARGEST_BODY)
        for verb in ("GET", "POST"):
            app.router.add_route(verb, "/api/{method}", self.api.handle)
        self.sockets.add_to(app)
        app.router.add_post("/response/{key}", Replies(self.world, self.api).handle)
        Control(self).add_to(app)
        pages.add_to(app)
        return app

    async def count_writes(self) -> int | None:
        """How often Zoho was written to so far; None when nobody was named who knows, or none answers."""
        if not isinstance(self.writes, str):
            return self.writes() if self.writes else None
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1))
        try:
            async with self._session.get(self.writes) as answer:
                return int((await answer.json())["writes"])
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError):
            return None

    @property
    def app_token(self) -> str:
        """What opens Socket Mode; a bot that is connected that way gets nothing by HTTP."""
        return self.sockets.app_token

    @property
    def api_url(self) -> str:
        """What goes into SLACK_API_URL."""
        return f"{self.origin}/api/"

    @property
    def page_url(self) -> str:
        """The address of the web page."""
        return f"{self.origin}/"

    @property
    def bot_url(self) -> str | None:
        """The bot's origin; `/slack/events` is added to it."""
        return self.delivery.bot_url

    @bot_url.setter
    def bot_url(self, url: str | None) -> None:
        self.delivery.bot_url = url

    @property
    def calls(self) -> list[Call]:
        """Every call the bot made, posts to a response_url among them (method `response_url`)."""
        return self.api.calls

    @property
    def sent(self) -> list[Sent]:
        """Every request sent to the bot, with its answer."""
        return self.doing.sent

    @property
    def mark(self) -> int:
        """A point in time for `wait_for(after=…)`: what changes later has a higher number."""
        return self.world.version

    # What people do

    async def command(self, user: str, text: str = "", channel: str = "C01SUPPORT", **how: Any) -> Sent:
        """Somebody types `/duplicates text`; `how=Signing(…)` signs it otherwise."""
        return await self.doing.command(user, text, channel=channel, **how)

    async def forge(self, user: str, text: str = "", channel: str = "C01SUPPORT") -> Sent:
        """A command signed with a secret that is not the workspace's."""
        return await self.command(user, text, channel, how=Signing(secret="some-other-secret"))  # noqa: S106

    async def stale(
        self, user: str, text: str = "", channel: str = "C01SUPPORT", *, age: float = 301
    ) -> Sent:
        """A command signed `age` seconds ago (in the future when negative)."""
        return await self.command(user, text, channel, how=Signing(age=age))

    async def unsigned(self, user: str, text: str = "", channel: str = "C01SUPPORT") -> Sent:
        """A command without the signing headers."""
        return await self.command(user, text, channel, how=Signing(signed=False))

    async def click(
        self,
        thing: Message | View,
        action_id: str,
        *,
        user: str | None = None,
        value: str | None = None,
        option: Any = None,
        block_id: str | None = None,
        given: Json | None = None,
    ) -> Sent:
        """Somebody clicks a button of this message or view, as it was drawn for them.

        `value` or `block_id` tell buttons of one action_id apart (else the first is taken); `option` is
        the value or the words of what is chosen in a menu, a date, a list; `given` what is filled in
        beside it. ValueError when there is nothing of that kind.
        """
        who = user or (thing.user if isinstance(thing, View) else self._reader(thing))
        element = find_element(thing, action_id, block_id=block_id, value=value)
        return await self.doing.click(thing, element, who, option, given)

    def _reader(self, message: Message) -> str:
        dm = [person.id for person in self.world.people.values() if person.dm == message.channel]
        if message.to or dm:
            return message.to or dm[0]
        raise ValueError("many people see this message: name the user who clicks")

    async def submit(self, view: View, values: Json | None = None) -> Sent:
        """The person who sees this modal submits it.

        `values`: by block_id or action_id, the text typed or the option(s) chosen; what is left out keeps
        its initial value. Incomplete (a ValueError) when Slack's client would not send it.
        """
        return await self.doing.submit(view, values or {})

    async def close(self, view: View) -> Sent | None:
        """The person who sees this modal closes it; None when the bot does not want to know."""
        return await self.doing.close(view)

    async def shortcut(self, user: str, message: Message, callback_id: str) -> Sent:
        """Somebody uses a message shortcut."""
        return await self.doing.shortcut(user, message, callback_id)

    async def open_home(self, user: str) -> Sent:
        """Somebody looks at the app's Home tab."""
        return await self.doing.open_home(user)

    async def event(self, inner: Json) -> Sent:
        """Any other event, such as `{"type": "app_uninstalled"}`."""
        return await self.doing.event(inner)

    async def verify_url(self, challenge: str = "is-anybody-there") -> Sent:
        """Slack's handshake with an events URL; the answer must hold the challenge."""
        return await self.delivery.event(
            "url_verification", {"type": "url_verification", "challenge": challenge}
        )

    async def redeliver(self, sent: Sent, *, reason: str = "http_timeout") -> Sent:
        """The same request again, as Slack does when it heard no answer."""
        return await self.doing.redeliver(sent, reason=reason)

    async def replay(self, sent: Sent) -> Sent:
        """The very same bytes and signature again, as a listener on the wire would send them."""
        return await self.doing.redeliver(sent, fresh=False)

    def say(self, user: str, text: str, channel: str = "C01SUPPORT") -> Message:
        """Somebody writes an ordinary message."""
        place = self.doing.channel(channel, user)
        return self.world.post(place.id, user, text=text, via="person")

    # What is there

    def person(self, user: str) -> Person:
        """Somebody by id; ValueError when there is none."""
        return self.doing.person(user)

    def channel(self, channel: str) -> Channel:
        """A channel that can be changed: members in `people`, `archived`, `shared`."""
        return self.world.channels[channel]

    def messages(self, place: str | None = None) -> tuple[Message, ...]:
        """Messages that are still there, oldest first: of a channel, or, for a user's id, those that
        only this person gets (ephemeral ones and the direct conversation); all when nothing is named."""
        found = sorted(self.world.posts.values(), key=lambda message: message.ts)
        return tuple(m for m in found if not m.deleted and self._is_in(m, place))

    def _is_in(self, message: Message, place: str | None) -> bool:
        if place in self.world.people:
            return message.to == place or message.channel == self.world.people[place].dm
        return place in (None, message.channel)

    def message(self, ts: str) -> Message:
        """A message as it stands now."""
        return self.world.posts[ts]

    def modal(self, user: str) -> View | None:
        """The modal on top for a person, if one is open."""
        stack = self.world.stack(user)
        return stack[-1] if stack else None

    def home(self, user: str) -> View | None:
        """A person's Home tab, if one was published."""
        return self.world.views.get(self.world.homes.get(user, ""))

    async def wait_for(
        self,
        predicate: Callable[[Message], bool] | None = None,
        *,
        user: str | None = None,
        channel: str | None = None,
        containing: str = "",
        after: int | Message = 0,
        timeout: float = 10,  # noqa: ASYNC109  a test says in one place how patient it is
    ) -> Message:
        """The newest message that fits, as soon as there is one; TimeoutError says what was there.

        `after` is an earlier `mark` or message: only what was posted or edited later counts. A message that
        only says what is being done is passed over unless `containing` asks for its words: whether there is
        one depends on how quick the machine is.
        """
        since = after.changed if isinstance(after, Message) else after
        end = asyncio.get_running_loop().time() + timeout
        while True:
            version = self.world.version
            fitting = [
                m
                for m in self.messages(user)
                if channel in (None, m.channel) and m.changed > since and containing in m.words
                if containing or not m.is_interim
                if predicate is None or predicate(m)
            ]
            if fitting:
                return max(fitting, key=lambda m: m.changed)
            left = end - asyncio.get_running_loop().time()
            if left <= 0 or not await self.world.changed(version, left):
                there = "\n".join(
                    f"- {m.via} to {m.to or m.channel}: {m.words[:200]}" for m in self.messages()
                )
                raise TimeoutError(f"no such message within {timeout} s; there is:\n{there or '(nothing)'}")

    async def wait_for_modal(
        self,
        user: str,
        *,
        containing: str = "",
        timeout: float = 10,  # noqa: ASYNC109  as above
    ) -> View:
        """The modal on top for a person, as soon as it holds these words; TimeoutError otherwise."""
        end = asyncio.get_running_loop().time() + timeout
        while True:
            version, view = self.world.version, self.modal(user)
            if view and containing in view.words:
                return view
            left = end - asyncio.get_running_loop().time()
            if left <= 0 or not await self.world.changed(version, left):
                raise TimeoutError(f"no such modal within {timeout} s; there is {view and view.words[:200]}")

    # What goes wrong

    def fail(self, method: str, *, times: int | None = 1, **fault: Any) -> None:
        """Make calls of a method fail: `error="…"`, `status=429, retry_after=2`, `status=503`, `drop=True`;
        with `done=True` after they were carried out; `channel="C…"` only there; `times=None` until
        `clear_faults()`. `*` is every method, `response_url` a post to one."""
        self.api.faults.orders.append(Fault(method, times=times, **fault))

    def slow(self, method: str, seconds: float) -> None:
        """Keep every call of a method waiting; `*` is every method."""
        self.api.faults.delays[method] = seconds

    def limit(self, method: str, per_minute: int) -> None:
        """Count the calls of a method and answer 429 above this many a minute."""
        self.api.faults.per_minute[method] = per_minute

    def deactivate(self, user: str) -> None:
        """Let somebody's account be deactivated, as an administrator does when a person leaves."""
        self.world.people[user] = replace(self.world.people[user], is_deactivated=True)

    def clear_faults(self) -> None:
        """Everything works again."""
        self.api.faults.clear()

    def reset(self) -> None:
        """Back to the beginning: no messages, no calls, no faults."""
        self.world.clear()
        self.api.faults.clear()
        self.api.calls.clear()
        self.doing.sent.clear()
