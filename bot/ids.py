"""Action and callback ids, and the small values buttons carry.

A value holds keys and revisions from the store, never names, record ids or rights. Each ``pack_…`` has its
twin ``read_…`` here, so that nobody else knows the form.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

COMMAND = "/duplicates"

CONNECT_START = "connect.start"
CONNECT_PORTAL = "connect.portal"
GROUP_FLAG = "group.flag"
GROUP_MENU = "group.more"
GROUP_DISMISS = "group.dismiss"
GROUP_UNDISMISS = "group.undismiss"
GROUP_REASON = "group.reason"
DISMISSED_MORE = "dismissed.more"
DISMISSED_UNDO = "dismissed.undo"
DISMISSED_NEXT = "dismissed.next"
DISMISSED_PREVIOUS = "dismissed.previous"
FLAG_UNDO = "flag.undo"
FLAG_LOCAL = "flag.local"
FLAG_REST = "flag.rest"
FLAG_MORE = "flag.more"
FLAG_NEXT = "flag.next"
FLAG_PREVIOUS = "flag.previous"
SEARCH_MODULE = "search.module"
SEARCH_WORST = "search.worst"
SEARCH_ALL = "search.all"
SEARCH_AGAIN = "search.again"
SEARCH_CONFIRM = "search.confirm"
SEARCH_CANCEL = "search.cancel"
PAGE_NEXT = "page.next"
PAGE_PREVIOUS = "page.previous"
PAGE_BACK = "page.back"
PAGE_SHARE = "page.share"
SHARE_SHOW = "share.show"
STATUS_AGAIN = "status.again"
CONNECT_END = "connect.disconnect"
HOME_CONNECTION = "home.conn"
HELP_OPEN = "help.open"
COMMAND_RUN = "command.run"
RECORD_CHECK = "record.check"
SUB_NEW = "sub.new"
SUB_SAVE = "sub.save"
SUB_OFTEN = "sub.often"
SUB_PREVIEW = "sub.preview"
SUB_KNOWN = "sub.known"
SUB_EDIT = "sub.edit"
SUB_STOP = "sub.stop"
SUB_STOP_ALL = "sub.stop_all"
SUB_MORE = "sub.more"
SUB_TAKEOVER = "sub.takeover"
ALERT_REST = "alert.rest"
ALERT_REPOST = "alert.repost"
ALERT_ARRIVED = "alert.arrived"


class Detail(StrEnum):
    """How much of the records the members of a channel see."""

    COUNTS = "counts"
    MASKED = "masked"
    FULL = "full"


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


class Choice(NamedTuple):
    """What was picked from a group's menu: the verb, and the group it stands for."""

    verb: str
    group: GroupRef


def pack_choice(choice: Choice) -> str:
    """``verb:key:revision``."""
    return f"{choice.verb}:{pack_group(choice.group)}"


def read_choice(value: str) -> Choice:
    """The twin of `pack_choice`; ValueError for anything else."""
    verb, _, rest = value.partition(":")
    if not verb.isalnum():
        raise ValueError("not a choice's value")
    return Choice(verb, read_group(rest))


ENTRY_VERBS = ("open", "claim", "release", "done", "undo")


class EntryChoice(NamedTuple):
    """What was picked from the menu of a flag or a dismissal in its list: the verb, its key and revision, and
    the entry after which the page begins."""

    verb: str
    key: str
    revision: int
    start: str = ""


def pack_entry_choice(choice: EntryChoice) -> str:
    """``verb:key:revision:start``."""
    return f"{choice.verb}:{choice.key}:{choice.revision}:{choice.start}"


def read_entry_choice(value: str) -> EntryChoice:
    """The twin of `pack_entry_choice`; ValueError for anything else."""
    verb, _, rest = value.partition(":")
    entry, _, start = rest.rpartition(":")
    if verb not in ENTRY_VERBS:
        raise ValueError("not a verb for an entry of a list")
    return EntryChoice(verb, *read_group(entry), start)


class ListPlace(NamedTuple):
    """A place in the flag queue or the list of dismissals: after one entry, or before one, by its key; the
    beginning without either."""

    after: str = ""
    before: str = ""


def pack_list_place(place: ListPlace) -> str:
    """``after:key`` or ``before:key``."""
    return f"before:{place.before}" if place.before else f"after:{place.after}"


def read_list_place(value: str) -> ListPlace:
    """The twin of `pack_list_place`; ValueError for anything else."""
    side, _, key = value.partition(":")
    if side not in ListPlace._fields:
        raise ValueError("not a place in a list")
    return ListPlace(**{side: key})


class AlertChoice(NamedTuple):
    """What was picked from the menu of alerts: the verb, and their key."""

    verb: str
    key: str


def pack_alert(choice: AlertChoice) -> str:
    """``verb:key``."""
    return f"{choice.verb}:{choice.key}"


def read_alert(value: str) -> AlertChoice:
    """The twin of `pack_alert`; ValueError for anything else."""
    verb, _, key = value.partition(":")
    if not verb.isalnum() or not key:
        raise ValueError("not a choice of alerts")
    return AlertChoice(verb, key)
