"""What the Zoho side hands out: frozen dataclasses, no dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Product(StrEnum):
    """A Zoho product a person can connect."""

    DESK = "desk"
    CRM = "crm"


class Module(StrEnum):
    """A kind of record that can be searched; the value is ``product/plural``."""

    DESK_CONTACTS = "desk/contacts"
    DESK_ACCOUNTS = "desk/accounts"
    DESK_PRODUCTS = "desk/products"

    @property
    def product(self) -> Product:
        """The product this kind of record belongs to."""
        return Product(self.value.partition("/")[0])

    @property
    def plural(self) -> str:
        """The list's own name: ``contacts``, ``accounts``, ``products``."""
        return self.value.partition("/")[2]


class Who(NamedTuple):
    """One Slack user in one workspace."""

    workspace: str
    user: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """One portal of Zoho Desk, as its organisation list names it.

    ``dc`` is the data centre that its web address lies in, "" where that tells none.
    """

    id: str
    name: str
    portal: str
    is_default: bool = False
    is_sandbox: bool = False
    dc: str = field(default="", compare=False)


class Field(NamedTuple):
    """One more field of a record, by Zoho's own name."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record of any module. A field Zoho did not give, or gave empty, is "".

    ``created`` and ``modified`` are aware (UTC). ``others`` holds every further field Zoho gave, custom
    ones included, for filters and for the view of every field.
    """

    module: Module
    id: str
    name: str
    created: datetime | None = None
    modified: datetime | None = None
    web_url: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    second_email: str = ""
    phone: str = ""
    mobile: str = ""
    website: str = ""
    account_id: str = ""
    account_name: str = ""
    type: str = ""
    owner_id: str = ""
    crm_id: str = ""
    code: str = ""
    price: str = ""
    is_end_user: bool = False
    is_gone: bool = False  # trashed, deleted, spam or anonymous: never part of a group
    others: tuple[Field, ...] = ()


class Reason(NamedTuple):
    """What the records of a group share: field names in our words, and the shared values beside them.

    ``fields`` holds "e-mail", "name", "phone", "website", "product code", "account"; ``values`` is as long
    as ``fields`` or shorter (a value that is a name already drawn is left out).
    """

    fields: tuple[str, ...]
    values: tuple[str, ...]


class Changed(NamedTuple):
    """A compared field of one record that is not what it was, in the words of `Reason`."""

    record_id: str
    field: str


class Reopened(NamedTuple):
    """A pair that was dismissed and is a pair again: the dismissal's key, and what changed since.

    ``shared`` are the changed fields in which the two now agree.
    """

    key: str
    record_ids: tuple[str, str]
    changed: tuple[Changed, ...]
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Two or more records believed to be the same thing.

    ``reopened`` are its pairs that somebody had dismissed and of which a compared field has changed since.
    """

    module: Module
    records: tuple[Record, ...]
    reason: Reason
    against: tuple[str, ...] = ()  # sentences' parts that speak against: "first names differ"
    reopened: tuple[Reopened, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The members' ids, sorted: the group's identity within its module."""
        return tuple(sorted(record.id for record in self.records))


class SharedValue(NamedTuple):
    """A value on too many records, a role mailbox or a placeholder: no evidence, one folded line."""

    value: str
    holders: int
    is_placeholder: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """What a values-first search has still to do; opaque to everybody but zoho.duplicates.search."""

    values: tuple[tuple[str, str, int], ...] = ()  # (field, value, holders), in the order to be fetched
    pages: tuple[tuple[str, int], ...] = ()  # (field, offset of the next page of values)
    seen: tuple[tuple[str, ...], ...] = ()  # (field, *values of its last page): tells a page that repeats


@dataclass(frozen=True, slots=True)
class Found:
    """The state of one search of one module: what a message is drawn from, and what paging goes on with.

    ``groups`` are those whose members are known, in the order to be shown. ``total`` is the number of groups
    for the headline, with ``so_far`` while values are left to go through. ``records`` counts members (each
    once) where all are known, else None. ``compared`` is how many records were read when the list was
    grouped here, else None. ``source`` is "endpoint", "list" or "values". ``left_alone`` are rows of the
    endpoint that form no group. ``unread`` are shared values whose records Zoho would not name: the number
    stays "so far". ``missing_scopes`` are those a search worked around. ``ignored`` are filter keys that were
    not needed (``limit``, ``from``). ``out_of`` is how many records the module holds when a read stopped at
    its price or Zoho's search did not reach them all, else None; ``compared`` is then how far it came.
    ``dismissed`` are the keys of the dismissals that took something out of this search.
    """

    module: Module
    dc: str
    org_id: str
    org_name: str
    groups: tuple[Group, ...]
    total: int
    so_far: bool
    at: datetime
    source: str
    records: int | None = None
    compared: int | None = None
    out_of: int | None = None
    shared_by_many: tuple[SharedValue, ...] = ()
    left_alone: int = 0
    unread: tuple[str, ...] = ()
    missing_scopes: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    pending: Pending = field(default_factory=Pending)
    dismissed: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """True when every value was gone through and every group's members are known."""
        return not self.so_far and not self.pending.values and not self.pending.pages


@dataclass(frozen=True, slots=True)
class Twins:
    """Whether one thing is here twice: every live record that holds what was looked for, and the twins.

    ``wanted`` is what was looked for as it was given, ``modules`` where. ``groups`` are the possible
    duplicates among ``records``; records may be of several modules, a group never is. ``missing_scopes`` are
    those without which it could only be looked for in part. ``dismissed`` are the keys of the dismissals
    that took something out.
    """

    wanted: tuple[str, ...]
    modules: tuple[Module, ...]
    records: tuple[Record, ...]
    groups: tuple[Group, ...]
    dc: str
    org_id: str
    org_name: str
    at: datetime
    missing_scopes: tuple[str, ...] = ()
    dismissed: tuple[str, ...] = ()
