"""``/duplicates`` without words: what every readable list holds, and the largest groups to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from slack_sdk.models.blocks import Block, InteractiveElement, RichTextElement, RichTextSectionElement

from bot import ids
from bot.blocks import parts, words
from bot.blocks.alerts.told import set_up_button
from bot.blocks.duplicates.cards import Card
from bot.blocks.duplicates.lists import nothing_anywhere
from bot.blocks.duplicates.record_lines import reason, record_name
from zoho.records import Found, Module

_COUNTS = {1: "one", 2: "two", 3: "three"}


class Row(NamedTuple):
    """One list: what was found there, or in a few words why it could not be read."""

    module: Module
    found: Found | None
    failure: str = ""


class NotSearched(NamedTuple):
    """Lists that were not asked for, and why: "because `Desk.contacts.READ` is not granted"."""

    modules: tuple[Module, ...]
    why: str


def not_granted(modules: tuple[Module, ...], missing: Sequence[str]) -> NotSearched:
    """Lists for which Zoho permissions are missing."""
    scopes = words.in_words([words.in_code(scope) for scope in missing])
    verb = "is" if len(missing) == 1 else "are"
    return NotSearched(
        modules, f"because {scopes} {verb} not granted" if scopes else "because a permission is missing"
    )


@dataclass(frozen=True, slots=True)
class SummaryPage:
    """The answer to ``/duplicates``: ``worst`` are the largest groups, ``grant`` leads to what is missing."""

    rows: tuple[Row, ...]
    search: str
    worst: tuple[Card, ...]
    org_name: str
    region_name: str
    at: datetime
    not_searched: tuple[NotSearched, ...] = ()
    grant: parts.Link | None = None

    @property
    def read(self) -> tuple[Found, ...]:
        """What was found in the lists that could be read."""
        return tuple(row.found for row in self.rows if row.found)

    @property
    def failed(self) -> tuple[Row, ...]:
        """The lists that could not be read."""
        return tuple(row for row in self.rows if not row.found)

    @property
    def is_empty(self) -> bool:
        """True when every list was gone through and none holds anything."""
        is_whole = bool(self.read) and not self.failed and not self.not_searched
        return is_whole and all(_is_empty(found) for found in self.read)


def _is_empty(found: Found) -> bool:
    return not found.total and found.is_complete


def summary(page: SummaryPage) -> parts.Message:
    """One row a list with findings, the rest in a grey line, then the largest groups."""
    if page.is_empty:
        return nothing_anywhere(page.read, page.region_name)
    about = words.dotted(words.inert(page.org_name), words.inert(page.region_name), words.when(page.at))
    blocks: list[Block] = [
        parts.header(_id(page, "head"), _headline(page)),
        parts.context(_id(page, "ctx"), about),
        *(_row(page, row) for row in page.rows if row.found is None or not _is_empty(row.found)),
        *_rest(page),
        *_worst(page),
    ]
    buttons = _buttons(page)
    if buttons:
        blocks.append(parts.actions(_id(page, "act"), *buttons))
    if page.grant:
        until = words.clock(page.grant.expires)
        blocks.append(parts.context(_id(page, "link"), f"The link is for you alone, until {until}."))
    return parts.Message(_text(page), tuple(blocks))


def _id(page: SummaryPage, part: str) -> str:
    return f"sum:{page.search}:{part}:1"


def _total(page: SummaryPage) -> str:
    count = words.counted(sum(found.total for found in page.read), "possible duplicate")
    so_far = " so far" if any(found.so_far for found in page.read) else ""
    return words.sentence(f"{count}{so_far}")


def _headline(page: SummaryPage) -> str:
    failed = len(page.failed)
    if not failed:
        return _total(page)
    lists = f"{_COUNTS.get(failed, words.number(failed))} list{'s' if failed > 1 else ''}"
    return f"{_total(page)}, {lists} not read"


def _text(page: SummaryPage) -> str:
    found = [f"{words.number(one.total)} in {words.label(one.module)}" for one in page.read if one.total]
    failed = [row.module for row in page.failed]
    not_read = f". {words.labels(failed)} could not be read" if failed else ""
    unasked = "".join(f". Not searched: {words.labels(skipped.modules)}" for skipped in page.not_searched)
    listed = f": {', '.join(found)}" if found else ""
    return words.fallback(f"{_total(page)}{listed}{not_read}{unasked}")


def _row(page: SummaryPage, row: Row) -> Block:
    part = row.module.value.replace("/", "-")
    name = words.label(row.module)
    if row.found is None:
        text = f"*:{parts.WARNING}: {name}*{words.DOT}not read: {row.failure}"
        return parts.section(_id(page, part), text, _open(row.module, "Try again", f"Search {name} again"))
    label = f"Show the {words.counted(row.found.total, 'group')} in {name}"
    text = f"*{name}*{words.DOT}{_counts(row.found)}"
    return parts.section(_id(page, part), text, _open(row.module, "Show", label))


def _open(module: Module, text: str, label: str) -> InteractiveElement:
    return parts.button(ids.SEARCH_MODULE, text, value=module.value, label=label)


def _counts(found: Found) -> str:
    is_open = found.so_far or not found.total
    groups = f"{words.counted(found.total, 'group')}{' so far' if is_open else ''}"
    if found.records is None or found.so_far:
        return groups
    return f"{groups}, {words.counted(found.records, 'record')}"


def _rest(page: SummaryPage) -> list[Block]:
    clean = [found.module for found in page.read if _is_empty(found)]
    said = [f"No duplicates in {words.labels(clean)}."] if clean else []
    said += [
        f"Not searched: {words.labels(skipped.modules)}, {skipped.why}." for skipped in page.not_searched
    ]
    return [parts.context(_id(page, "none"), " ".join(said))] if said else []


def _worst(page: SummaryPage) -> list[Block]:
    if not page.worst:
        return []
    listed = parts.bullets(*(_one(card) for card in page.worst), ordered=True)
    head = parts.line(parts.bold("Start with the largest"))
    return [parts.divider(_id(page, "div")), parts.rich(_id(page, "worst"), head, listed)]


def _one(card: Card) -> RichTextSectionElement:
    records = card.group.records
    named: list[RichTextElement | str] = [record_name(records[0], card.links)]
    if len(records) == 2:
        named += [" and ", record_name(records[1], card.links)]
    else:
        named.append(f" and {len(records) - 1} more")
    return parts.line(*named, f"{words.DOT}{reason(card.group)}")


def _buttons(page: SummaryPage) -> list[InteractiveElement]:
    buttons: list[InteractiveElement] = []
    if page.worst:
        text = "Review this one" if len(page.worst) == 1 else f"Review these {len(page.worst)}"
        value = ids.pack_page(ids.PageRef(page.search, 0))
        buttons.append(parts.button(ids.SEARCH_WORST, text, value=value, primary=True))
    if page.grant:
        label = "Grant the missing permission in Zoho, opens your browser"
        buttons.append(parts.button(ids.CONNECT_START, "Grant permission", url=page.grant.url, label=label))
    return [*buttons, set_up_button()] if page.read else buttons
