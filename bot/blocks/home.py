"""The Home tab: connections and their health, the flag queue, help; useful before connecting too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from slack_sdk.models.blocks import Block, SectionBlock
from slack_sdk.models.views import View

from bot import ids
from bot.blocks import connection, parts, words
from bot.blocks.catalogue import exists
from bot.blocks.queue import FlagRow, hidden_line, pager, plain_row
from zoho import scopes as zoho_scopes
from zoho.records import Organisation, Product


@dataclass(frozen=True, slots=True)
class HomeConnection:
    """A connection as the tab shows it: ``link`` leads to a new one when Zoho no longer accepts this."""

    org_name: str
    region_name: str
    product: Product = Product.DESK
    link: parts.Link | None = None
    choices: tuple[Organisation, ...] = ()


@dataclass(frozen=True, slots=True)
class HomePage:
    """The tab of somebody who is connected; ``trouble`` says in a few words why flags could not be read."""

    connections: tuple[HomeConnection, ...]
    flags: tuple[FlagRow, ...]
    total: int
    now: datetime
    zone: tzinfo
    offset: int = 0
    hidden: int = 0
    trouble: str = ""


def home(page: HomePage) -> View:
    """The tab of a connected person."""
    blocks: list[Block] = [block for one in page.connections for block in _connection(one)]
    blocks.append(parts.actions("home:act:1", parts.button(ids.SEARCH_ALL, "Find duplicates", primary=True)))
    blocks += [parts.divider("home:d1:1"), parts.header("home:h1:1", "Flagged by your team"), *_flags(page)]
    foot = f"`{ids.COMMAND} help` lists every command. This page is visible to you alone."
    return _view([*blocks, parts.context("home:foot:1", foot)])


def _view(blocks: Sequence[Block]) -> View:
    return View(type="home", callback_id="home", blocks=list(blocks))


def _connection(one: HomeConnection) -> list[Block]:
    brand = words.brand(one.product)
    where = ", ".join(part for part in (words.inert(one.org_name), words.inert(one.region_name)) if part)
    block_id = f"home:{one.product}:1"
    if one.link:
        text = f":{parts.WARNING}: *{brand}* no longer accepts your connection{words.DOT}{where}"
        button = parts.button(
            ids.CONNECT_START,
            f"Reconnect {brand}",
            url=one.link.url,
            label=f"Reconnect {brand}, opens your browser",
        )
        return [parts.section(block_id, text, button)]
    if one.choices:
        text = f":{parts.WAITS}: *{brand}*{words.DOT}choose one of your {len(one.choices)} portals"
        return [parts.section(block_id, text), connection.portal_menu(one.choices)]
    options = [("Check connection", f"status:{one.product}")] if exists("status") else []
    options.append((f"Disconnect {brand}", f"disconnect:{one.product}"))
    text = f":{parts.DONE}: *{brand}*{words.DOT}{where}"
    return [parts.section(block_id, text, parts.overflow(ids.HOME_CONNECTION, *options))]


def _flags(page: HomePage) -> list[Block]:
    if page.trouble:
        return [parts.context("home:none:1", f"The flags could not be read: {page.trouble}.")]
    blocks: list[Block] = [_flag(place, row, page) for place, row in enumerate(page.flags, page.offset + 1)]
    if not page.total:
        blocks.append(
            parts.context("home:none:1", "Nothing is flagged. Press *Flag* on a group to put it here.")
        )
    turns = pager(page.offset, page.offset + len(page.flags) + page.hidden, page.total)
    if turns:
        blocks.append(parts.actions("home:nav:1", *turns))
    if page.hidden:
        blocks.append(parts.context("home:more:1", hidden_line(page.hidden)))
    return blocks


def _flag(place: int, row: FlagRow, page: HomePage) -> Block:
    label = f"Open flagged group {place}: {row.title}"
    button = parts.button(ids.FLAG_OPEN, "Open", value=ids.pack_group(row.ref), label=label)
    text = f"{place}. {plain_row(row, page.now, page.zone)}"
    return SectionBlock(block_id=f"home:{row.key}:{row.revision}", text=parts.plain(text), accessory=button)


def home_not_connected(link: parts.Link, scopes: Sequence[str] = zoho_scopes.READ_DESK) -> View:
    """The tab of somebody who is not connected: what this is, what it will ask for, what it keeps."""
    blocks: list[Block] = [
        parts.section(
            "home:conn:1",
            "*Find duplicate records in Zoho Desk*\n"
            "See them side by side, decide here, take it back if it was wrong.",
        ),
        parts.actions("home:act:1", connection.connect_button(link, "Connect Zoho Desk")),
        parts.context("home:link:1", f"Takes about a minute. {connection.link_line(link)}"),
        parts.rich(
            "home:how:1", parts.line(parts.bold("How it works")), parts.bullets(*_steps(), ordered=True)
        ),
        _listed("home:ask:1", "What Zoho will ask you to allow", _asked(scopes)),
        _listed("home:keep:1", "What is kept", _KEPT),
        parts.context(
            "home:foot:1",
            "Somebody shared a group with you? You can read it now; its buttons work once you are connected.",
        ),
    ]
    return _view(blocks)


_KEPT = (
    "Your Zoho access, encrypted, until you disconnect",
    "The lists you searched, encrypted, for a day",
    "Your team’s flags: who, when, and the numbers of the records",
)


def _steps() -> list[parts.Line]:
    return [
        parts.line(parts.bold("You connect "), "your own Zoho user. You see here what you may see in Zoho"),
        parts.line(parts.bold("You type "), parts.code(ids.COMMAND)),
        parts.line(parts.bold("You decide: "), "flag what belongs together, with an undo"),
    ]


def _asked(scopes: Sequence[str]) -> tuple[str, ...]:
    return (
        f"Reading: {connection.reads(scopes)}",
        "Nothing that can change them. Writing is asked for only if you flag something",
    )


def _listed(block_id: str, title: str, lines: Sequence[str]) -> Block:
    bullets = parts.bullets(*(parts.line(line) for line in lines))
    return parts.rich(block_id, parts.line(parts.bold(title)), bullets)
