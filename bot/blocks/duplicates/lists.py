"""The list of groups of one module, five a page, and the two ways of having found nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from slack_sdk.models.blocks import Block, InteractiveElement

from bot import ids
from bot.blocks import parts, words
from bot.blocks.alerts.told import set_up_button
from bot.blocks.duplicates.cards import Card, group_blocks
from bot.blocks.duplicates.record_lines import Look
from zoho.records import Found, Module, SharedValue

PAGE = 5
SHOWN_SHARED = 3
_COMPARED_BY = {
    Module.DESK_CONTACTS: "e-mail, and by name with phone",
    Module.DESK_ACCOUNTS: "name with phone, e-mail or website",
    Module.DESK_PRODUCTS: "code and name",
}


class Notice(StrEnum):
    """Why a list stands in the place of what was asked for; the value is what is said."""

    NONE = ""
    EXPIRED = "That list was older than a day. This is a new search."
    OLDER = "This list is older than the records. Here it is again."


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a stored search: ``cards`` are the groups from ``offset`` on.

    ``is_worst`` when they are the largest of several lists instead, or what the ``digest`` of then did not
    draw, ``is_more`` if it drew others. ``menu`` are the verbs of the groups' menus, ``can_share`` draws
    *Share to channel*.
    """

    found: Found
    search: str
    offset: int
    cards: tuple[Card, ...]
    region_name: str
    observe_only: bool = False
    notice: Notice = Notice.NONE
    is_worst: bool = False
    digest: datetime | None = None
    is_more: bool = False
    menu: tuple[str, ...] = ()
    can_share: bool = False

    @property
    def last(self) -> int:
        """The number of the last group on the page."""
        return self.offset + len(self.cards)

    @property
    def has_more(self) -> bool:
        """True when there are groups after this page, or may be."""
        pending = self.found.pending
        if self.found.source == "list":
            return self.last < len(self.found.groups)
        return self.last < self.found.total or bool(pending.values or pending.pages)


def group_list(page: ListPage) -> parts.Message:
    """The groups of one page with their buttons, and the way to the next page."""
    found = page.found
    blocks: list[Block] = []
    if page.notice:
        blocks.append(parts.section(_id(page, "note"), str(page.notice)))
    blocks += [
        _head(page),
        parts.context(_id(page, "ctx"), _about(page)),
    ]
    blocks += _filters(_id(page, "only"), found)
    look = Look(says_list=page.is_worst, menu=page.menu)
    for place, card in enumerate(page.cards, start=1):
        blocks += [parts.divider(_id(page, f"d{place}")), *group_blocks(card, look)]
    blocks += [parts.divider(_id(page, "d9")), *_foot(page)]
    return parts.Message(_text(page), tuple(blocks))


def _id(page: ListPage, part: str) -> str:
    return f"list:{page.search}:{part}:{page.offset // PAGE + 1}"


def _head(page: ListPage) -> Block:
    """A header holds plain letters alone, so that one with a date is a bold line."""
    if page.digest:
        return parts.section(_id(page, "head"), f"*{_headline(page)}*")
    return parts.header(_id(page, "head"), _headline(page))


def _headline(page: ListPage) -> str:
    if page.digest:
        count = words.number(page.found.total)
        how_many = f"{count} more" if page.is_more else words.counted(page.found.total, "possible duplicate")
        return f"{how_many} of the digest of {words.within(page.digest)}"
    if page.is_worst:
        return f"The {page.found.total} largest groups" if page.found.total > 1 else "The largest group"
    return headline(page.found)


def headline(found: Found) -> str:
    """ "12 possible duplicates in Desk contacts", with "so far" while values are left to go through."""
    count = words.counted(found.total, "possible duplicate")
    return words.sentence(f"{count} in {words.label(found.module)}{' so far' if found.so_far else ''}")


def _text(page: ListPage) -> str:
    start = page.offset + 1
    place = f", {start} to {page.last}" if page.last > start and page.found.total > len(page.cards) else ""
    head = f"{_headline(page)}{place}"
    return words.fallback(head, [card.names for card in page.cards])


def _about(page: ListPage) -> str:
    found = page.found
    order = "largest first" if _is_sorted(page.cards) else ""
    return words.dotted(_records(found), *_where(found, page.region_name), order, words.when(found.at))


def _records(found: Found) -> str:
    if found.records is None:
        return ""
    if found.compared is None:
        return words.records(found.module, found.records)
    return f"{words.number(found.records)} of {words.records(found.module, found.compared)}"


def _where(found: Found, region_name: str) -> tuple[str, str]:
    return words.inert(found.org_name), words.inert(region_name)


def _is_sorted(cards: Sequence[Card]) -> bool:
    sizes = [len(card.group.records) for card in cards]
    return len(set(sizes)) > 1 and sizes == sorted(sizes, reverse=True)


def _filters(block_id: str, found: Found) -> list[Block]:
    used = [(key, value) for key, value in found.filters if key not in found.ignored]
    shown = [f"{words.typed(key)}={words.typed(value)}" for key, value in used]
    return [parts.plain_context(block_id, f"Only with {', '.join(shown)}")] if shown else []


def _foot(page: ListPage) -> list[Block]:
    found = page.found
    blocks: list[Block] = []
    if found.shared_by_many:
        blocks.append(parts.plain_context(_id(page, "shared"), shared_line(found)))
    buttons = _pager(page)
    if found.unread:
        blocks.append(parts.plain_context(_id(page, "unread"), unread_line(found)))
    if buttons:
        blocks.append(parts.actions(_id(page, "nav"), *buttons))
    blocks.append(parts.context(_id(page, "foot"), _place(page)))
    blocks += [parts.context(_id(page, f"note{n}"), note) for n, note in enumerate(_notes(page), start=1)]
    return blocks


def shared_line(found: Found) -> str:
    """Values that too many records share to mean anything, raw."""
    real = [shared for shared in found.shared_by_many if not shared.is_placeholder]
    named = [
        _shared(shared, found.module, first=not place) for place, shared in enumerate(real[:SHOWN_SHARED])
    ]
    if len(real) > SHOWN_SHARED:
        named.append(f"{words.number(len(real) - SHOWN_SHARED)} more")
    placeholders = len(found.shared_by_many) - len(real)
    if placeholders:
        named.append(words.counted(placeholders, "placeholder"))
    return f"Shared by many, so not counted: {', '.join(named)}"


def unread_line(found: Found) -> str:
    """Shared values that Zoho counts, but whose records it does not name, raw."""
    named = [words.shared_value(value) for value in found.unread[:SHOWN_SHARED]]
    if len(found.unread) > SHOWN_SHARED:
        named.append(f"{words.number(len(found.unread) - SHOWN_SHARED)} more")
    return f"Zoho did not name the {found.module.plural} that share {words.in_words(named)}"


def _shared(shared: SharedValue, module: Module, *, first: bool) -> str:
    holders = words.records(module, shared.holders) if first else words.number(shared.holders)
    return f"{words.shared_value(shared.value)} ({holders})"


def _pager(page: ListPage) -> list[InteractiveElement]:
    buttons: list[InteractiveElement] = []
    if page.offset:
        start = max(page.offset - PAGE, 0)
        label = f"Show groups {start + 1} to {page.offset}"
        buttons.append(_turn(page, ids.PAGE_PREVIOUS, "Show previous 5", start, label))
    if page.has_more:
        buttons.append(_turn(page, ids.PAGE_NEXT, "Show next 5", page.last, _next_label(page)))
    if page.can_share and page.cards:
        count = len(page.cards)
        label = f"Choose how to share {f'these {count} groups' if count > 1 else 'this group'}"
        buttons.append(_turn(page, ids.PAGE_SHARE, "Share to channel", page.offset, label))
    return buttons


def _turn(page: ListPage, action_id: str, text: str, offset: int, label: str) -> InteractiveElement:
    value = ids.pack_page(ids.PageRef(page.search, offset))
    return parts.button(action_id, text, value=value, label=label)


def _next_label(page: ListPage) -> str:
    total = page.found.total
    if page.found.so_far or page.last >= total:
        return f"Show the groups after number {page.last}"
    return f"Show groups {page.last + 1} to {min(page.last + PAGE, total)} of {total}"


def _place(page: ListPage) -> str:
    if not page.cards:
        return (
            f"None after number {page.offset}" if page.offset else "Not every shared value was gone through"
        )
    total = f"{words.number(page.found.total)}{' so far' if page.found.so_far else ''}"
    place = f"{page.offset + 1} to {page.last}" if len(page.cards) > 1 else f"{page.last}"
    return words.dotted(f"{place} of {total}", left_out(page.found.dismissed))


def dismissed_line(dismissed: Sequence[str]) -> str:
    """The same as a sentence, with the way to them."""
    return f"{words.sentence(left_out(dismissed))}: `{ids.COMMAND} dismissed` lists them."


def left_out(dismissed: Sequence[str]) -> str:
    """How many decisions took something out of a search, "" for none."""
    if not dismissed:
        return ""
    return f"{words.number(len(dismissed))} dismissed {'is' if len(dismissed) == 1 else 'are'} left out"


def _notes(page: ListPage) -> list[str]:
    """Grey sentences about how the search was done and what is left out."""
    found = page.found
    notes = _search_notes(found, is_rest=page.digest is not None)
    if page.observe_only:
        notes.append("This installation writes nothing to Zoho. Flags are kept in Slack.")
    return notes


def _search_notes(found: Found, *, is_rest: bool = False) -> list[str]:
    notes = []
    if found.out_of is not None and found.compared is not None:
        notes.append(
            f"Compared: {words.number(found.compared)} of {words.about(found.out_of)} {found.module.plural}. "
            "The read stopped at its price, or Zoho’s search did not reach the rest."
        )
    if found.source == "list" and len(found.groups) < found.total:
        kept = words.number(len(found.groups))
        if is_rest:
            notes.append(f"Kept here: {kept} of these. `{ids.COMMAND}` searches the lists themselves.")
        else:
            notes.append(f"The {kept} largest groups are kept here; search again when these are solved.")
    if found.left_alone:
        rows = words.counted(found.left_alone, "row")
        notes.append(f"{words.sentence(rows)} of Zoho’s answer matched no other and {_is(found)} left out.")
    if found.missing_scopes:
        scopes = words.in_words([words.in_code(scope) for scope in found.missing_scopes])
        notes.append(
            f"{scopes} is not granted, so the list was compared instead of asking Zoho’s own search. "
            "`/duplicates connect desk` asks for it."
        )
    if found.ignored:
        keys = words.in_words([words.in_code(key) for key in found.ignored])
        notes.append(
            f"{keys} {'is' if len(found.ignored) == 1 else 'are'} not needed: everything is compared."
        )
    return notes


def _is(found: Found) -> str:
    return "is" if found.left_alone == 1 else "are"


def nothing_found(found: Found, region_name: str, *, notice: Notice = Notice.NONE) -> parts.Message:
    """A search that worked and found nothing; only for a search that saw the organisation answer."""
    head = f"No duplicates in {words.label(found.module)}"
    how = _compared(found)
    blocks: list[Block] = [parts.section("none:note:1", str(notice))] if notice else []
    blocks.append(parts.section("none:head:1", f":{parts.DONE}: *{head}*\n{how}"))
    about = words.dotted(*_where(found, region_name), words.when(found.at))
    blocks.append(parts.context("none:ctx:1", about))
    blocks += _filters("none:only:1", found)
    if found.shared_by_many:
        blocks.append(parts.plain_context("none:shared:1", shared_line(found)))
    everything = parts.button(ids.SEARCH_ALL, "Search everything")
    blocks.append(parts.actions("none:act:1", everything, set_up_button()))
    notes = [*_search_notes(found), "Left out: whatever your Zoho profile cannot see."]
    if found.dismissed:
        notes.insert(0, dismissed_line(found.dismissed))
    blocks += [parts.context(f"none:note{n}:1", note) for n, note in enumerate(notes, start=1)]
    return parts.Message(words.fallback(f"{head}: {how}".rstrip(".")), tuple(blocks))


def _compared(found: Found) -> str:
    if found.compared is None and found.dismissed:
        return "Zoho’s duplicate search returned none but those that your team has dismissed."
    if found.compared is None:
        return "Zoho’s duplicate search returned none."
    if not found.compared:
        return (
            f"No {words.singular(found.module)} has these values." if found.filters else "The list is empty."
        )
    by = _COMPARED_BY[found.module]
    return f"{words.sentence(words.records(found.module, found.compared))} compared by {by}."


def nothing_anywhere(founds: Sequence[Found], region_name: str) -> parts.Message:
    """Every list was searched and none holds duplicates."""
    first = founds[0]
    head = f"No duplicates in {words.labels([found.module for found in founds])}"
    lines = "\n".join(f"{words.sentence(found.module.plural)}: {_compared(found)}" for found in founds)
    about = words.dotted(*_where(first, region_name), words.when(first.at))
    blocks: list[Block] = [
        parts.section("none:head:1", f":{parts.DONE}: *{head}*\n{lines}"),
        parts.context("none:ctx:1", about),
        parts.actions("none:act:1", set_up_button()),
    ]
    notes = ["Left out: whatever your Zoho profile cannot see."]
    dismissed = [key for found in founds for key in found.dismissed]
    if dismissed:
        notes.insert(0, dismissed_line(dismissed))
    blocks += [parts.context(f"none:note{n}:1", note) for n, note in enumerate(notes, start=1)]
    return parts.Message(words.fallback(head), tuple(blocks))
