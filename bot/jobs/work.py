"""What is handed over: frozen dataclasses, so that work can become durable without touching a handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from zoho.records import Product, Who


@dataclass(frozen=True, slots=True)
class Reply:
    """Where an answer goes: the ``response_url`` while it lives, else the channel, else a direct message.

    ``is_click`` says that the answer takes the place of the message that was clicked; with ``ts`` it takes
    the place of that message of the bot's own in ``channel``.
    """

    channel: str
    response_url: str = field(repr=False)
    is_click: bool = False
    ts: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done for a person.

    ``key`` makes it happen once, however often Slack delivers it ("" where that cannot happen); ``home`` is
    the workspace that person belongs to, ``at`` when it was asked for.
    """

    who: Who
    home: str
    reply: Reply
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Typed(Job):
    """A slash command, with the text as it came; ``trigger_id`` opens a modal, within three seconds."""

    text: str = field(repr=False)
    trigger_id: str = ""


@dataclass(frozen=True, slots=True)
class FromMessage(Job):
    """The message shortcut: addresses and numbers of a message, and the user who wrote it, "" for none."""

    emails: tuple[str, ...] = field(repr=False)
    phones: tuple[str, ...] = field(repr=False)
    author: str


@dataclass(frozen=True, slots=True)
class LongRead(Job):
    """A read of a whole module, by the key under which it is kept; its answer changes its own message."""

    read: str


@dataclass(frozen=True, slots=True)
class Click(Job):
    """A button or a menu: its id, and its value or the option that was chosen.

    ``trigger_id`` opens a modal, within three seconds; ``message`` is the ts of the message it stood in, ""
    for a view. In a modal ``view`` is its id, ``carried`` what it carries, and ``chosen`` what is filled in,
    by ``block_id``.
    """

    action_id: str
    value: str
    trigger_id: str = ""
    message: str = ""
    view: str = ""
    carried: str = field(default="", repr=False)
    chosen: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Submitted(Job):
    """A modal was submitted: which one, what it carried, and what was chosen, by ``block_id``; ``view`` is
    its id."""

    callback_id: str
    carried: str
    chosen: Mapping[str, str]
    view: str = ""


@dataclass(frozen=True, slots=True)
class Connected(Job):
    """A connection was made; ``asked`` is the key of the command that waits for it ("" for none)."""

    product: Product
    asked: str


@dataclass(frozen=True, slots=True)
class HomeOpened(Job):
    """Somebody looks at their Home tab."""


@dataclass(frozen=True, slots=True)
class Uninstalled(Job):
    """The app was taken out of the workspace."""


@dataclass(frozen=True, slots=True)
class Failed(Job):
    """A listener failed before it could hand anything over."""

    error: Exception
