"""Values first, members on demand: contacts and accounts by Zoho's own lists of shared values.

Zoho lists which values several records share, and on request the records behind one value. A strong value
makes a group by itself, so the values alone give the number of groups; a rule on pairs needs the members.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zoho.desk import Desk
from zoho.duplicates import groups
from zoho.duplicates.dismissed import NOTHING, Dismissed, DismissedPair, mark_of, take_out
from zoho.duplicates.groups import Value
from zoho.duplicates.leaving_out import sure_of
from zoho.duplicates.listing import Listing, Waiting
from zoho.errors import TooLarge
from zoho.records import Group, Module, Record

PAIR_CALLS = 20
"""How many calls one search, or one turn of the page, spends on rules that need the members."""
MOST_SETTLED = 200
"""Of so many dismissed records one turn asks whether they are still as they were: ten calls."""


class Walk(Listing):
    """One search by values under way: what is known, and what is still to be asked."""

    def __init__(
        self,
        desk: Desk,
        module: Module,
        *,
        known: Sequence[Group] = (),
        dismissed: Dismissed = NOTHING,
        **listing: Any,
    ) -> None:
        """``known`` are the groups found before. ``dismissed`` is left out; see `_settle_dismissed` for how
        the number in the headline allows for it. For the rest see `Listing`.
        """
        super().__init__(desk, module, **listing)
        self.groups = tuple(known)
        self._dismissed = dismissed
        self._expected: frozenset[Value] = frozenset()
        self.left_out: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Groups known, and strong values whose members were not asked for."""
        waiting = {self._value(one) for one in self._of(self._plan.strong)}
        return len(self.groups) + len(waiting - self._expected)

    @property
    def is_so_far(self) -> bool:
        """Whether the rule on pairs was begun and is not gone through, a value could not be read, or one may
        be a dismissed pair that nobody has looked at again yet."""
        pair = self._plan.pair
        is_unsure = any(self._value(one) in self._expected for one in self._of(self._plan.strong))
        is_begun = bool(self._of(pair)) or (pair in self._pages and not self._is_untouched)
        return bool(self.unread) or is_unsure or is_begun

    @property
    def _is_untouched(self) -> bool:
        """Whether the values of the pair rule wait behind those of the strong field, none asked for yet."""
        return bool(self._plan.strong) and self._pages.get(self._plan.pair) == 0

    async def go(self, wanted: int) -> None:
        """Ask until ``wanted`` groups are known or nothing is left, within the calls that may be spent.

        Raises TooLarge where Zoho mails a report; groups found on the way there are not lost to it, the
        next turn raises it.
        """
        before = self.groups
        if self._plan.strong:
            await self._page_through(self._plan.strong)
            await self._settle_dismissed()
            await self._fetch(self._plan.strong, wanted, PAIR_CALLS + wanted)
        try:
            if not self._of(self._plan.strong):
                await self._pairs(wanted)
        except TooLarge:
            if len(self.groups) == len(before):
                raise
        await self._confirm(before)

    async def _settle_dismissed(self) -> None:
        """Values that two records share whom somebody dismissed: reading the two, twenty records a call,
        tells whether that still holds, and takes the value out of the number.

        Those that are too many for one turn are taken out of the number as well, and come last: the number
        is then "so far", since one of them may have changed.
        """
        said = {value: pairs for value in self._twice() if (pairs := self._said_of(value))}
        read: dict[Value, tuple[DismissedPair, ...]] = {}
        for value, pairs in said.items():
            if 2 * (sum(map(len, read.values())) + len(pairs)) > MOST_SETTLED:
                break
            read[value] = pairs
        if read:
            await self._settle(read)
        self._expected = frozenset(said) - frozenset(read)
        self._sort()

    def _twice(self) -> tuple[Value, ...]:
        """The strong values that exactly two records hold, as Zoho counts them under one spelling."""
        if not self._dismissed.pairs:
            return ()
        listed = [(self._value(one), one.holders) for one in self._of(self._plan.strong)]
        spellings = Counter(value for value, _ in listed)
        return tuple(value for value, holders in listed if holders == 2 and spellings[value] == 1)

    def _said_of(self, value: Value) -> tuple[DismissedPair, ...]:
        return self._dismissed.sharing(mark_of(value.kind, value.key))

    async def _settle(self, said: Mapping[Value, tuple[DismissedPair, ...]]) -> None:
        wanted = [record_id for pairs in said.values() for one in pairs for record_id in one.pair]
        fresh = await self._desk.records(self._module, wanted)
        holding = {record.id: groups.values_of(record) for record in fresh if not record.is_gone}
        self._dismissed = self._dismissed.made_certain(fresh)
        for value, pairs in said.items():
            for one in pairs:
                both_hold = all(value in holding.get(record_id, ()) for record_id in one.pair)
                if both_hold and one.pair in self._dismissed.certain:
                    self._leave_out((one.key,))
                    self._values = [waiting for waiting in self._values if self._value(waiting) != value]

    async def _confirm(self, before: Sequence[Group]) -> None:
        """Groups with a pair that seems to have come back: believed once its records were read."""
        known = {id(group) for group in before}
        fresh = [group for group in self.groups if id(group) not in known]
        sure = await sure_of(self._desk, self._dismissed, fresh)
        if sure is self._dismissed:
            return
        self._dismissed = sure
        kept: list[Group] = []
        for group in self.groups:
            kept += (group,) if id(group) in known else self._less_dismissed((group,))
        self.groups = tuple(kept)

    def _less_dismissed(self, some: Iterable[Group]) -> tuple[Group, ...]:
        outcome = take_out(some, self._dismissed)
        self._leave_out(outcome.keys)
        return outcome.groups

    def _leave_out(self, keys: Iterable[str]) -> None:
        self.left_out = tuple(dict.fromkeys((*self.left_out, *keys)))

    async def _pairs(self, wanted: int) -> None:
        """Page and fetch in turns, most holders first, so that the calls go where groups are likely."""
        field, calls = self._plan.pair, PAIR_CALLS
        while len(self.groups) < wanted and calls > 0:
            if self._of(field):
                calls -= await self._fetch(field, wanted, calls)
            elif field in self._pages:
                await self._refuse_if_too_large(field)
                await self._next_page(field)
                calls -= 1
            else:
                return

    def _sort(self) -> None:
        """Strong values first, and of each field most holders first; what was dismissed comes last."""
        self._values.sort(
            key=lambda one: (one.field != self._plan.strong, self._is_expected(one), -one.holders)
        )

    def _is_expected(self, one: Waiting) -> bool:
        """Whether the two records behind a value were dismissed, as far as anybody knows."""
        if one.field == self._plan.strong:
            return bool(self._expected) and self._value(one) in self._expected
        is_possible = one.holders == 2 and bool(self._dismissed.pairs)
        return is_possible and bool(self._said_of(self._value(one)))

    async def _fetch(self, field: str, wanted: int, calls: int) -> int:
        """Ask for members until enough groups are known or the calls are spent; how many values it took."""
        spent = 0
        while (missing := wanted - len(self.groups)) > 0 and spent < calls and self._of(field):
            batch = self._next_values(field, min(missing, calls - spent))
            found = await self._members_of([one for values in batch for one in values])
            spent += len(found)
            answers = iter(found)
            for values in batch:
                self._add(self._value(values[0]), [record for _ in values for record in next(answers)])
        return spent

    def _next_values(self, field: str, how_many: int) -> list[list[Waiting]]:
        """The next values, each with its other spellings, taken out of what is waiting."""
        batch: dict[Value, list[Waiting]] = {}
        for one in self._of(field):
            value = self._value(one)
            if value in batch or len(batch) < how_many:
                batch.setdefault(value, []).append(one)
        taken = {one for values in batch.values() for one in values}
        self._values = [one for one in self._values if one not in taken]
        return list(batch.values())

    def _add(self, value: Value, members: Sequence[Record]) -> None:
        """Group the members behind one value; what they turn out to be too many for is folded."""
        found = groups.find(self._module, members, folded=self._folded)
        for shared in found.shared_by_many:
            if self._key(value.kind, shared.value) == value:
                self._fold(shared)
        known = {id(group) for group in self.groups}
        more = self._less_dismissed(found.groups)
        joined = groups.join(self.groups, more, self._folded, are_apart=self._dismissed.holds)
        kept: list[Group] = []
        for group in joined:
            kept += (group,) if id(group) in known else self._less_dismissed((group,))
        self.groups = tuple(kept)
