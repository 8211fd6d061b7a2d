"""Zoho's own lists of shared values, page by page, and the records behind a value.

Contacts by their addresses and numbers, accounts by their names. What is no evidence is folded away as it is
listed, the rest waits until somebody asks for its records.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from zoho.desk import LIMIT, Desk, ValueCount, pages, together
from zoho.duplicates import groups, normalize
from zoho.duplicates.groups import MOST_HOLDERS, Value
from zoho.errors import BadRequest, TooLarge
from zoho.records import Module, Pending, Record, SharedValue

_CUT_AT = 100  # Zoho may cut the values it lists at this length


@dataclass(frozen=True, slots=True)
class Plan:
    """The fields whose values are asked for, by Zoho's names, and the kinds of value they hold."""

    strong: str
    pair: str
    kinds: Mapping[str, str]


PLANS: Mapping[Module, Plan] = {
    Module.DESK_CONTACTS: Plan("bothEmail", "phone", {"bothEmail": "e-mail", "phone": "phone"}),
    Module.DESK_ACCOUNTS: Plan("", "accountName", {"accountName": "name"}),
}
_KEYS: Mapping[str, Callable[[str], str]] = {
    "e-mail": normalize.email_key,
    "phone": normalize.phone_key,
    "name": normalize.name_key,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A value whose members were not asked for yet."""

    field: str
    value: str
    holders: int


class Listing:
    """The shared values of one module: listed, folded away, waiting."""

    def __init__(
        self,
        desk: Desk,
        module: Module,
        *,
        is_too_large: Callable[[str], Awaitable[bool]],
        note_too_large: Callable[[str], Awaitable[None]],
        shared: Iterable[SharedValue] = (),
        unread: Iterable[str] = (),
        pending: Pending | None = None,
        may_look_up: bool = False,
    ) -> None:
        """``is_too_large`` and ``note_too_large`` remember, per field, that Zoho mails a report instead.
        ``may_look_up`` tells whether Zoho's search may be used for values that hold a comma.
        """
        self._desk = desk
        self._module = module
        self._plan = PLANS[module]
        self._is_too_large = is_too_large
        self._note_too_large = note_too_large
        self._may_look_up = may_look_up
        self.saw_rows = pending is not None  # a search that goes on was proved by its first turn
        self._has_answered = pending is not None
        self._refusals: list[BadRequest] = []
        if pending is None:
            pending = Pending(
                pages=tuple((field, 0) for field in (self._plan.strong, self._plan.pair) if field)
            )
        self.shared: tuple[SharedValue, ...] = ()
        self._folded: frozenset[Value] = frozenset()
        self._fold(*shared)
        self.unread = tuple(unread)
        self._values = [Waiting(*value) for value in pending.values]
        self._pages = dict(pending.pages)
        self._last_page = {field: frozenset(values) for field, *values in pending.seen}

    @property
    def pending(self) -> Pending:
        """What is still to be asked, to go on from."""
        return Pending(
            values=tuple((one.field, one.value, one.holders) for one in self._values),
            pages=tuple(self._pages.items()),
            seen=tuple((field, *sorted(values)) for field, values in self._last_page.items()),
        )

    async def _page_through(self, field: str) -> None:
        """All values of a strong field, since they are the number in the headline."""
        if field not in self._pages:
            return
        await self._refuse_if_too_large(field)

        async def fetch(offset: int) -> tuple[ValueCount, ...]:
            return await self._page(field, offset)

        async for page in pages(fetch, key=lambda one: one.value):
            self._take(field, page)
        del self._pages[field]

    async def _next_page(self, field: str) -> None:
        page = await self._page(field, self._pages[field])
        fresh = {one.value for one in page} - self._last_page.get(field, frozenset())
        self._take(field, [one for one in page if one.value in fresh])
        if len(page) < LIMIT or not fresh:
            del self._pages[field]
            self._last_page.pop(field, None)
        else:
            self._pages[field] += len(page)
            self._last_page[field] = frozenset(one.value for one in page)

    async def _page(self, field: str, offset: int) -> tuple[ValueCount, ...]:
        try:
            page = await self._desk.duplicate_values(self._module, field, offset=offset)
        except TooLarge:
            await self._note_too_large(field)
            raise
        self.saw_rows = self.saw_rows or bool(page)
        return page

    async def _refuse_if_too_large(self, field: str) -> None:
        if await self._is_too_large(field):
            raise TooLarge(status=202, rows=100_000)

    def _take(self, field: str, page: Iterable[ValueCount]) -> None:
        """Sort values into those to be fetched, most holders first, and those folded away."""
        folded: list[SharedValue] = []
        for one in page:
            waiting = Waiting(field, one.value, max(one.count, 2))
            value = self._value(waiting)
            if not value.key or one.count == 1:
                continue
            if one.count > MOST_HOLDERS or not groups.is_evidence(self._module, value):
                folded.append(SharedValue(one.value, waiting.holders, groups.is_placeholder(value)))
            else:
                self._values.append(waiting)
        self._fold(*folded)
        self._sort()

    def _sort(self) -> None:
        """Strong values first, and of each field most holders first."""
        self._values.sort(key=lambda one: (one.field != self._plan.strong, -one.holders))

    def _fold(self, *lines: SharedValue) -> None:
        """Keep values as no evidence, as every kind they could be of, each once and most holders first."""
        kinds = self._plan.kinds.values()
        for line in lines:
            values = frozenset(self._key(kind, line.value) for kind in kinds)
            if not values <= self._folded:
                self.shared = (*self.shared, line)
                self._folded |= values
        self.shared = tuple(sorted(self.shared, key=lambda line: -line.holders))

    async def _members_of(self, some: Sequence[Waiting]) -> list[list[Record]]:
        """The records behind each of these values, asked for at the same time.

        Raises BadRequest when Zoho refuses every one of several and has answered for none: that is not about
        the values.
        """
        before = len(self._refusals)
        found = await together(self._members(one) for one in some)
        refusals = self._refusals[before:]
        if len(refusals) == len(some) > 1 and not self._has_answered:
            raise refusals[0]
        self._has_answered |= len(refusals) < len(some)
        return found

    async def _members(self, one: Waiting) -> list[Record]:
        """The records behind a value, less those that Zoho names and that do not hold it.

        Zoho takes a value with a comma for several; its search then finds what begins like it. A value whose
        records it cannot be made to name is unread, so that it is not taken for none.
        """
        has_comma = "," in one.value
        try:
            found = await self._desk.holders(self._module, one.field, one.value)
            members = self._true_holders(one, found)
            if not members and has_comma and self._may_look_up:
                start = one.value.partition(",")[0].strip()
                found = await self._desk.look_up(self._module, one.field, f"{start}*") if start else ()
                members = self._true_holders(one, found)
        except BadRequest as error:
            self._refusals.append(error)
            self.unread += (one.value,)
            return []
        if not members and (found or has_comma):
            self.unread += (one.value,)
        return members

    def _true_holders(self, one: Waiting, records: Iterable[Record]) -> list[Record]:
        value = self._value(one)
        if len(one.value) < _CUT_AT:
            return [record for record in records if value in groups.values_of(record)]
        return [
            record
            for record in records
            if any(
                own.kind == value.kind and own.key.startswith(value.key) for own in groups.values_of(record)
            )
        ]

    def _of(self, field: str) -> list[Waiting]:
        return [one for one in self._values if one.field == field]

    def _value(self, one: Waiting) -> Value:
        return self._key(self._plan.kinds[one.field], one.value)

    @staticmethod
    def _key(kind: str, shown: str) -> Value:
        return Value(kind, _KEYS[kind](shown))
