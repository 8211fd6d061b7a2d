"""Action and callback ids, and the small values buttons carry.

A value holds keys and revisions from the store, never names, record ids or rights. Each ``pack_…`` has its
twin ``read_…`` here, so that nobody else knows the form.
"""

from __future__ import annotations

from typing import NamedTuple

COMMAND = "/duplicates"

CONNECT_START = "connect.start"
CONNECT_PORTAL = "connect.portal"
GROUP_FLAG = "group.flag"
FLAG_UNDO = "flag.undo"
FLAG_LOCAL = "flag.local"
SEARCH_MODULE = "search.module"
SEARCH_WORST = "search.worst"
SEARCH_ALL = "search.all"
SEARCH_AGAIN = "search.again"
PAGE_NEXT = "page.next"
PAGE_PREVIOUS = "page.previous"
HELP_OPEN = "help.open"
COMMAND_RUN = "command.run"


class GroupRef(NamedTuple):
    """A group on a button: its key and the revision that was drawn."""

    key: str
    revision: int


class PageRef(NamedTuple):
    """A place in a stored list: the search's key and the offset of the first group."""

    search: str
    offset: int


def pack_group(ref: GroupRef) -> str:
    """``key:revision``."""
    return f"{ref.key}:{ref.revision}"


def read_group(value: str) -> GroupRef:
    """The twin of `pack_group`; ValueError for anything else."""
    key, _, revision = value.partition(":")
    if not key or not revision.isdigit():
        raise ValueError("not a group's value")
    return GroupRef(key, int(revision))


def pack_page(ref: PageRef) -> str:
    """``s:search:offset``."""
    return f"s:{ref.search}:{ref.offset}"


def read_page(value: str) -> PageRef:
    """The twin of `pack_page`; ValueError for anything else."""
    kind, _, rest = value.partition(":")
    search, _, offset = rest.partition(":")
    if kind != "s" or not search or not offset.isdigit():
        raise ValueError("not a page's value")
    return PageRef(search, int(offset))
