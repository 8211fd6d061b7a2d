"""The state of the made-up workspace, and who waits for it to change."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.people import BOT_USER, Channel, Person, channels, persons
from bot.sandbox.things import Json, Message, View

TRIGGER_LIFE = timedelta(seconds=3)
URL_LIFE = timedelta(minutes=30)
URL_USES = 5
STACK = 3


@dataclass
class Trigger:
    """A `trigger_id`: whose it is, until when, the channel it came from, and whether it was used."""

    user: str
    until: datetime
    channel: str = ""
    used: bool = False


@dataclass
class ResponseUrl:
    """A `response_url`: where it posts, what it may replace, and what is left of it."""

    channel: str
    user: str
    until: datetime
    message: str | None = None
    left: int = URL_USES


@dataclass(frozen=True)
class Note:
    """A line that Slack itself shows to one person: the command typed, or that it went wrong."""

    ts: str
    channel: str
    user: str
    kind: str
    text: str


@dataclass
class World:
    """Everything that is lost when the stand-in stops. Every change counts `version` up by one.

    `lag` is how many seconds a message stays out of the channel's history; `page_size` is the most that
    one call for the history gives; `missing_blocks` are kinds of block this workspace does not have yet.
    """

    now: Callable[[], datetime]
    people: dict[str, Person] = field(default_factory=persons)
    channels: dict[str, Channel] = field(default_factory=dict)
    posts: dict[str, Message] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    views: dict[str, View] = field(default_factory=dict)
    stacks: dict[str, list[str]] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    urls: dict[str, ResponseUrl] = field(default_factory=dict)
    version: int = 0
    lag: float = 0
    page_size: int | None = None
    missing_blocks: set[str] = field(default_factory=set)
    _last: tuple[int, int] = (0, 0)
    _tick: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        if not self.channels:
            self.channels = channels(self.people)

    def clear(self) -> None:
        """Forget every message, view and address, and put the channels back as they were."""
        for kept in (self.posts, self.notes, self.views, self.stacks, self.homes, self.triggers, self.urls):
            kept.clear()
        self.channels = channels(self.people)
        self.bump()

    def bump(self) -> int:
        """Count one change and wake whoever waits for it."""
        self.version += 1
        self._tick.set()
        self._tick = asyncio.Event()
        return self.version

    async def changed(self, since: int, patience: float) -> bool:
        """Wait until `version` is above `since`; False when the time runs out first."""
        loop = asyncio.get_running_loop()
        end = loop.time() + patience
        while self.version <= since:
            try:
                await asyncio.wait_for(self._tick.wait(), end - loop.time())
            except TimeoutError:
                return self.version > since
        return True

    def ts(self) -> str:
        """A message time stamp, later than every one before it."""
        moment = self.now()
        second, micro = int(moment.timestamp()), moment.microsecond
        if (second, micro) <= self._last:
            second, micro = self._last[0], self._last[1] + 1
            second, micro = second + micro // 1_000_000, micro % 1_000_000
        self._last = (second, micro)
        return f"{second}.{micro:06d}"

    def post(self, channel: str, user: str = BOT_USER, **shown: Any) -> Message:
        """Add a message; `shown` are further fields of `Message`."""
        message = Message(self.ts(), channel, user, changed=self.bump(), **shown)
        self.posts[message.ts] = message
        return message

    def edit(self, ts: str, **shown: Any) -> Message:
        """Put other contents into a message that exists; it keeps its place."""
        old = self.posts[ts]
        self.posts[ts] = replace(old, edits=old.edits + 1, changed=self.bump(), **shown)
        return self.posts[ts]

    def delete(self, ts: str) -> None:
        """Take a message away; it stays known as deleted."""
        self.posts[ts] = replace(self.posts[ts], deleted=True, changed=self.bump())

    def note(self, channel: str, user: str, kind: str, text: str) -> None:
        """Add a line of Slack's own for one person."""
        self.notes.append(Note(self.ts(), channel, user, kind, text))
        self.bump()

    def trigger(self, user: str, channel: str = "") -> str:
        """A new `trigger_id`, good once and for three seconds."""
        key = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[key] = Trigger(user, self.now() + TRIGGER_LIFE, channel)
        return key

    def address(self, channel: str, user: str, message: str | None = None) -> str:
        """The last part of a new `response_url`, good five times within thirty minutes."""
        key = secrets.token_urlsafe(24)
        self.urls[key] = ResponseUrl(channel, user, self.now() + URL_LIFE, message)
        return key

    def put_view(self, view: View) -> View:
        """Store a view under its id with a fresh hash."""
        fresh = f"{int(self.now().timestamp())}.{secrets.token_hex(4)}"
        self.views[view.id] = replace(view, hash=fresh, changed=self.bump())
        return self.views[view.id]

    def show(self, user: str, given: Json, *, channel: str = "", push: bool = False) -> View:
        """Open a modal for a person: alone, or on top of what is open; `channel` is where they are."""
        stack = self.stacks.get(user, []) if push else []
        key = f"V{secrets.token_hex(5).upper()}"
        channel = self.views[stack[-1]].channel if stack else channel
        root, below = (stack[0], stack[-1]) if stack else (key, None)
        view = View(key, "", user, given, root, below, channel=channel)
        self.stacks[user] = [*stack, key]
        return self.put_view(view)

    def replace_view(self, view: View, given: Json) -> View:
        """Give a view other contents; errors shown before go away."""
        return self.put_view(replace(view, given=given, errors={}))

    def close(self, user: str, view: str | None = None) -> None:
        """Take one view off a person's stack, or all of them."""
        self.stacks[user] = [key for key in self.stacks.get(user, []) if view and key != view]
        self.bump()

    def stack(self, user: str) -> tuple[View, ...]:
        """The views open for a person, the top one last."""
        return tuple(self.views[key] for key in self.stacks.get(user, []))

    def find_view(self, view_id: str | None, external_id: str | None) -> View | None:
        """A view by either of its ids, the newest when an external id was used again."""
        if view_id:
            return self.views.get(view_id)
        fitting = [
            v for v in self.views.values() if external_id and v.given.get("external_id") == external_id
        ]
        return fitting[-1] if fitting else None

    def seen_by(self, user: str, channel: str) -> tuple[Message, ...]:
        """What one person sees in one conversation, oldest first."""
        return tuple(
            m
            for m in sorted(self.posts.values(), key=lambda m: m.ts)
            if m.channel == channel and m.to in (None, user) and not m.deleted
        )


def fields(given: Mapping[str, Any]) -> Json:
    """The part of a post that `Message` keeps beside text and blocks, for drawing it as Slack would."""
    return {name: given[name] for name in ("parse", "link_names", "mrkdwn") if name in given}
