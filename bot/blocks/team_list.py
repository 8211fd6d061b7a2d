"""A page of a list that a team shares: five entries, where they stand, and the ways to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from slack_sdk.models.blocks import Block, InteractiveElement

from bot import ids
from bot.blocks import connection, parts, words

PAGE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPage:
    """Five entries at most, as one viewer sees them, and where they stand in the list.

    ``total`` counts the entries of the viewer's organisation, of which number ``first`` to ``last`` were read
    for this page; ``hidden`` of these are about records that the viewer's login does not return, and so are
    ``elsewhere``, which belong to other organisations. ``start`` is the key of the entry before the page,
    ``next`` and ``previous`` those from which one turns it, "" for none.
    """

    total: int
    first: int
    last: int
    org_name: str
    region_name: str
    now: datetime
    zone: tzinfo
    hidden: int = 0
    elsewhere: int = 0
    start: str = ""
    next: str = ""
    previous: str = ""

    @property
    def is_whole(self) -> bool:
        """True when every entry of the organisation was read for this page."""
        return self.last - self.first + 1 >= self.total


@dataclass(frozen=True, slots=True)
class Wording:
    """What distinguishes one such list from another: ``scope`` begins its block ids, ``to_fill`` says how
    something comes to stand in it, ``them`` is what its entries are in "the … before number 6"."""

    scope: str
    to_fill: str
    them: str
    previous_id: str
    next_id: str


def team_list(
    page: TeamPage, said: Wording, *, head: str, rows: Sequence[Block], names: Sequence[str], foot: str
) -> parts.Message:
    """The page as a message; ``names`` are those of its entries, raw, and ``foot`` may be ""."""

    def block_id(part: str) -> str:
        return f"{said.scope}:{part}:{int(page.now.timestamp())}"

    about = words.dotted(words.inert(page.org_name), words.inert(page.region_name), words.when(page.now))
    blocks: list[Block] = [parts.header(block_id("head"), head), parts.context(block_id("ctx"), about)]
    if not page.total:
        blocks.append(parts.section(block_id("none"), said.to_fill))
    blocks += rows
    turns = page_buttons(page, said)
    if turns:
        blocks.append(parts.actions(block_id("nav"), *turns))
    if foot:
        blocks.append(parts.context(block_id("foot"), foot))
    return parts.Message(words.fallback(head, names), tuple(blocks))


def page_buttons(page: TeamPage, said: Wording) -> list[InteractiveElement]:
    """The ways to the entries before and after this page."""
    buttons: list[InteractiveElement] = []
    if page.previous:
        value = ids.pack_list_place(ids.ListPlace(before=page.previous))
        label = f"Show the {said.them} before number {page.first}"
        buttons.append(parts.button(said.previous_id, "Show previous 5", value=value, label=label))
    if page.next:
        value = ids.pack_list_place(ids.ListPlace(after=page.next))
        label = f"Show the {said.them} after number {page.last}"
        buttons.append(parts.button(said.next_id, "Show next 5", value=value, label=label))
    return buttons


def part_of_it(page: TeamPage) -> str:
    """Which part of the list the page is: "6 to 10 of 23."; "" when it is all of it."""
    if page.is_whole:
        return ""
    return f"{words.number(page.first)} to {words.number(page.last)} of {words.number(page.total)}."


def reading_list(said: Wording, told: str) -> parts.Message:
    """The records behind the entries are being read."""
    return parts.Message(told, (parts.section(f"{said.scope}:wait:1", f":{parts.WAITS}: {told}"),))


def list_not_connected(said: Wording, total: int, link: parts.Link, *, head: str, why: str) -> parts.Message:
    """For somebody without a connection: how many entries there are, and the way in."""
    blocks: tuple[Block, ...] = (
        parts.section(f"{said.scope}:count:1", f"*{head}*\n{why if total else said.to_fill}"),
        parts.actions(f"{said.scope}:act:1", connection.connect_button(link, "Connect Zoho Desk")),
        parts.context(f"{said.scope}:link:1", connection.link_line(link)),
    )
    return parts.Message(words.fallback(f"{head}. {why}".rstrip(".")), blocks)
