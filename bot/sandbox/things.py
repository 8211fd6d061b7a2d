"""What the stand-in keeps: messages, views, requests sent to the bot, calls the bot made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.sandbox import reading
from bot.sandbox.people import APP, BOT, BOT_USER, TEAM

Json = dict[str, Any]

_HOURGLASS = ":hourglass_flowing_sand:"


@dataclass(frozen=True)
class Element:
    """Something one can click or fill, with the block it stands in."""

    block_id: str
    raw: Json
    in_input: bool = False

    @property
    def action_id(self) -> str:
        """The element's `action_id`."""
        return str(self.raw.get("action_id", ""))

    @property
    def label(self) -> str:
        """The words on it, empty for elements without a text."""
        return str((self.raw.get("text") or {}).get("text", ""))

    @property
    def value(self) -> str:
        """The button's `value`, empty when it has none."""
        return str(self.raw.get("value", ""))


def elements(blocks: tuple[Json, ...]) -> Iterator[Element]:
    """Every interactive element of these blocks, in order of appearance."""
    for block in blocks:
        block_id = str(block.get("block_id", ""))
        kind = block.get("type")
        if kind == "actions":
            found = block.get("elements", [])
        elif kind == "section":
            found = [block["accessory"]] if block.get("accessory") else []
        elif kind == "input":
            found = [block.get("element", {})]
        elif kind == "container":
            yield from elements(tuple(block.get("child_blocks") or block.get("blocks") or ()))
            continue
        else:
            found = []
        for raw in found:
            if "action_id" in raw:
                yield Element(block_id, raw, kind == "input")


def words(thing: Any) -> str:
    """All the readable words in a block, element or payload, joined by blanks."""
    return " ".join(_words(thing))


def characters(thing: Any) -> int:
    """How many readable characters are in a block, element or payload."""
    return sum(len(part) for part in _words(thing))


def _words(thing: Any) -> Iterator[str]:
    if isinstance(thing, list | tuple):
        for part in thing:
            yield from _words(part)
    elif isinstance(thing, Mapping):
        for key in ("text", "name", "alt_text", "fallback"):
            if isinstance(thing.get(key), str):
                yield thing[key]
        for key, part in thing.items():
            if isinstance(part, list | Mapping) and key != "style":
                yield from _words(part)


@dataclass(frozen=True)
class Message:
    """A message as it stood when it was asked for; an edit makes a new value with the same `ts`.

    `to` names the only person who sees an ephemeral message; `via` says how it came: a Web API
    method, `response_url`, `ack`, or `person`.
    """

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: tuple[Json, ...] = ()
    to: str | None = None
    via: str = ""
    metadata: Json | None = None
    thread_ts: str | None = None
    edits: int = 0
    deleted: bool = False
    changed: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ephemeral(self) -> bool:
        """True when only one person sees it."""
        return self.to is not None

    @property
    def words(self) -> str:
        """The fallback text and everything readable in the blocks."""
        return f"{self.text} {words(self.blocks)}".strip()

    @property
    def is_interim(self) -> bool:
        """Whether it only says what is being done: an hourglass first, an ellipsis last."""
        said = [str(block["text"]["text"]) for block in self.blocks if "text" in block]
        return any(text.startswith(_HOURGLASS) and text.endswith("…") for text in said)

    def elements(self, action_id: str | None = None) -> tuple[Element, ...]:
        """What can be clicked or filled, all of it or what carries this `action_id`."""
        return tuple(e for e in elements(self.blocks) if action_id in (None, e.action_id))

    @property
    def pings(self) -> tuple[str, ...]:
        """Whom it would wake besides persons named one by one; see `reading.pings`."""
        return reading.pings(self.text, self.blocks, self.options)

    @property
    def urls(self) -> tuple[str, ...]:
        """Every address in its blocks, in order."""
        return reading.urls(self.blocks)

    def payload(self) -> Json:
        """The message as the Web API and interactive payloads show it."""
        shown: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": TEAM}
        if self.user == BOT_USER:
            shown |= {"bot_id": BOT, "app_id": APP}
        if self.blocks:
            shown["blocks"] = list(self.blocks)
        if self.thread_ts:
            shown["thread_ts"] = self.thread_ts
        return shown


@dataclass(frozen=True)
class View:
    """A modal or a Home tab as it stood when it was asked for."""

    id: str
    hash: str
    user: str
    given: Json
    root: str = ""
    previous: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    channel: str = ""
    changed: int = 0

    @property
    def kind(self) -> str:
        """`modal` or `home`."""
        return str(self.given.get("type", "modal"))

    @property
    def blocks(self) -> tuple[Json, ...]:
        """The view's blocks."""
        return tuple(self.given.get("blocks", ()))

    @property
    def callback_id(self) -> str:
        """The view's `callback_id`."""
        return str(self.given.get("callback_id", ""))

    @property
    def title(self) -> str:
        """The words of the title, empty for a Home tab."""
        return str((self.given.get("title") or {}).get("text", ""))

    @property
    def words(self) -> str:
        """The title and everything readable in the blocks."""
        return f"{self.title} {words(self.blocks)}".strip()

    def elements(self, action_id: str | None = None) -> tuple[Element, ...]:
        """What can be clicked or filled, all of it or what carries this `action_id`."""
        return tuple(e for e in elements(self.blocks) if action_id in (None, e.action_id))


@dataclass(frozen=True)
class Sent:
    """One request to the bot and its answer.

    `status` is 0 when no answer came in time or nobody listened; `late` says that the three seconds
    ran out; `refused` lists what was wrong with blocks in the answer.
    """

    kind: str
    status: int
    body: str
    seconds: float
    late: bool = False
    user: str = ""
    channel: str = ""
    trigger_id: str = ""
    response_url: str = ""
    refused: tuple[str, ...] = ()
    raw: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """True for an acknowledgement in time."""
        return self.status == 200

    @property
    def json(self) -> Json:
        """The answer's JSON object, empty for anything else."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Call:
    """One call of the Web API (or one post to a response_url) by the bot; the token is not kept."""

    method: str
    args: Json
    at: datetime
    status: int = 200
    error: str = ""

    @property
    def ok(self) -> bool:
        """True when the call was carried out."""
        return self.status == 200 and not self.error
