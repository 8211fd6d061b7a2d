"""Every record that shares a value with another, for a scan that has to know all members.

The values are listed first, which tells what fetching their records costs; then all are fetched, and grouped
together at once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from zoho.duplicates.groups import Value
from zoho.duplicates.listing import Listing
from zoho.records import Record

CREDITS_A_CALL = 3  # nowhere stated for these calls; this is what is reckoned
_AT_ONCE = 20


class Everybody(Listing):
    """The shared values of a module, and the records behind all of them."""

    _turned = 0  # pages of values that were listed here

    async def list_values(self, most: int | None = None) -> bool:
        """List every value; True when that was done before it was known to cost more than ``most`` credits.

        Raises TooLarge where Zoho mails a report.
        """
        for field in (self._plan.strong, self._plan.pair):
            if field and field in self._pages:
                await self._refuse_if_too_large(field)
            while field and field in self._pages:
                if most is not None and self.credits > most:
                    return False
                await self._next_page(field)
                self._turned += 1
        return most is None or self.credits <= most

    @property
    def credits(self) -> int:
        """What listing cost, and what fetching the records of the values that wait costs."""
        return CREDITS_A_CALL * (self._turned + len(self._values))

    @property
    def is_empty(self) -> bool:
        """Whether no value was listed at all."""
        return not self._values and not self.shared

    @property
    def folded(self) -> frozenset[Value]:
        """The values that are no evidence."""
        return self._folded

    async def records(self) -> AsyncIterator[Sequence[Record]]:
        """The records behind every value that waits, some at a time; a record may come more than once."""
        while self._values:
            some, self._values = self._values[:_AT_ONCE], self._values[_AT_ONCE:]
            found = await self._members_of(some)
            yield [record for members in found for record in members]
