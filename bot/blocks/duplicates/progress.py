"""What is said while a search is running."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk.models.blocks import Block, InteractiveElement

from bot import ids
from bot.blocks import parts, words
from zoho.records import Module

_ZOHO_STOPS = 100_000


def searching(
    modules: Sequence[Module], org_name: str, *, key: str = "p", follows: bool = True
) -> parts.Message:
    """A search has begun; ``follows`` when its result will be a message of its own."""
    what = words.labels(modules)
    org = words.inert(org_name)
    blocks: list[Block] = [
        parts.section(f"search:{key}:head:1", f":{parts.WAITS}: Searching *{what}* in {org}…")
    ]
    if follows:
        blocks.append(parts.context(f"search:{key}:foot:1", "The result follows here."))
    text = f"Searching {what} in {words.escaped(org_name)}"
    return parts.Message(words.fallback(text), tuple(blocks))


@dataclass(frozen=True, slots=True)
class Reading:
    """A long read under way: ``total`` is what Zoho counted, None when it would not say.

    ``ceiling`` is the price that was agreed to, ``used`` what was spent of it.
    """

    key: str
    module: Module
    org_name: str
    region_name: str
    read: int
    groups: int
    used: int
    ceiling: int
    since: datetime
    total: int | None = None


def reading(state: Reading) -> parts.Message:
    """The one direct message of a long read, edited as it goes on and replaced by the result."""
    of = f" of {words.about(state.total)}" if state.total else ""
    found = f"{words.counted(state.groups, 'possible duplicate')} so far"
    price_so_far = f"{words.number(state.used)} of at most {words.counted(state.ceiling, 'credit')} used"
    place = (words.inert(state.org_name), words.inert(state.region_name))
    what = f"Reading {words.label(state.module)}"
    count = f"{words.sentence(words.number(state.read))}{of}"
    head = f":{parts.WAITS}: *{what}*\n{words.dotted(count, found)}"
    blocks = (
        parts.section(_id(state.key, "head", state.read), head),
        parts.context(
            _id(state.key, "facts", state.read),
            words.dotted(*place, f"since {words.clock(state.since)}", price_so_far),
        ),
        parts.actions(_id(state.key, "act"), _cancel(state.key)),
    )
    text = f"{what}: {words.number(state.read)}{of}. {words.sentence(found)}"
    return parts.Message(words.fallback(text), blocks)


def _id(key: str, part: str, revision: int = 1) -> str:
    return f"search:{key}:{part}:{revision}"


def _cancel(key: str) -> InteractiveElement:
    return parts.button(ids.SEARCH_CANCEL, "Cancel search", value=_value(key))


def _value(key: str) -> str:
    return ids.pack_page(ids.PageRef(key, 0))


def cancelled(state: Reading) -> parts.Message:
    """A read that its person stopped: what was read is dropped, what was paid is gone."""
    read = words.sentence(words.records(state.module, state.read))
    was = "was" if state.read == 1 else "were"
    paid = f"{words.counted(state.used, 'credit')} {'was' if state.used == 1 else 'were'} used"
    told = f"{read} {was} read. Nothing was changed and nothing is kept; {paid}."
    again = parts.button(ids.SEARCH_AGAIN, "Search again", value=_value(state.key))
    blocks = (
        parts.section(_id(state.key, "end"), f"*Search cancelled*\n{told}"),
        parts.actions(_id(state.key, "again"), again),
    )
    return parts.Message(words.fallback(f"Search cancelled. Nothing was changed; {paid}"), blocks)


def interrupted(state: Reading) -> parts.Message:
    """A read that ended because the app was stopped under it."""
    told = f"The app was restarted after {words.records(state.module, state.read)}. Nothing was changed."
    again = parts.button(ids.SEARCH_AGAIN, "Search again", value=_value(state.key))
    head = f"Reading {words.label(state.module)} was interrupted"
    blocks = (
        parts.section(_id(state.key, "end"), f":{parts.WARNING}: *{head}*\n{told}"),
        parts.actions(_id(state.key, "again"), again),
    )
    return parts.Message(words.fallback(f"{head}. {told}".rstrip(".")), blocks)


@dataclass(frozen=True, slots=True)
class Price:
    """What a read would cost: ``total`` records as Zoho counted them, None when it would not say.

    ``at_least`` is then the least there are. ``left`` are the credits of the day, None when Zoho did not say;
    ``takes`` is the time expected.
    """

    key: str
    module: Module
    org_name: str
    ceiling: int
    takes: timedelta
    total: int | None = None
    at_least: int = 0
    left: int | None = None


def ask_price(price: Price) -> parts.Message:
    """Before a big read: its price, its time, and the question."""
    has = words.about(price.total) if price.total else f"{words.number(price.at_least)} or more"
    org = words.inert(price.org_name)
    stops = max(price.total or 0, price.at_least) >= _ZOHO_STOPS
    why = f"Zoho’s own duplicate search stops at {words.number(_ZOHO_STOPS)} records. " if stops else ""
    holds = f"{why}{org} has {has} {price.module.plural}."
    left = f" of the {words.number(price.left)} left today" if price.left is not None else ""
    cost = f"at most {words.number(price.ceiling)}{left}, shared with everything connected to this Desk"
    time = f"{_minutes(price.takes)}, in the background; progress comes as a direct message"
    facts = [("Credits: ", cost), ("Time: ", time)]
    if price.total is None:
        limit = (
            "Zoho does not say how many there are, so the read stops at that price and says how far it came"
        )
        facts.append(("Ceiling: ", limit))
    start = parts.button(ids.SEARCH_CONFIRM, "Start search", value=_value(price.key), primary=True)
    blocks = (
        parts.section(_id(price.key, "head"), f"*This search has to read everything*\n{holds}"),
        parts.rich(
            _id(price.key, "cost"),
            parts.bullets(*(parts.line(parts.bold(name), said) for name, said in facts)),
        ),
        parts.actions(_id(price.key, "act"), start, _cancel(price.key)),
    )
    of = f" of {words.number(price.left)}" if price.left is not None else ""
    text = (
        f"This search reads {has} {price.module.plural} and costs at most {words.number(price.ceiling)}{of}"
    )
    return parts.Message(words.fallback(f"{text} Zoho credits. Start it?"), blocks)


def _minutes(takes: timedelta) -> str:
    minutes = round(takes.total_seconds() / 60)
    return f"about {words.counted(minutes, 'minute')}" if minutes else "less than a minute"


def started(key: str, module: Module) -> parts.Message:
    """The price was agreed to; progress goes on in a direct message."""
    told = f"Reading {words.label(module)} has begun. Progress comes as a direct message."
    return parts.Message(told, (parts.section(_id(key, "begun"), f":{parts.WAITS}: {told}"),))


def not_started(key: str) -> parts.Message:
    """The price was declined."""
    told = "Search cancelled. Nothing was read and no credits were used."
    return parts.Message(told, (parts.section(_id(key, "none"), told),))


def already_reading(module: Module, org_name: str) -> parts.Message:
    """One long read at a time: another one of this person is under way in the same organisation."""
    org = words.inert(org_name)
    told = f"You already have a search of {org} under way, so this one was not begun."
    how = f"Start the search of {words.label(module)} when it has ended; its message can cancel it."
    text = f"You already have a search under way in {words.escaped(org_name)}. This one was not begun"
    return parts.Message(words.fallback(text), (parts.section("search:busy:1", f"{told}\n{how}"),))
