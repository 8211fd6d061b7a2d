"""Reading a module by its list, up to 10,000 records; a longer one is read by `windows`.

Its offsets cost more above 2,000: 460 credits for 10,000 records, where search windows take some 330. That is
paid for what windows lack: the list holds a record the moment it was saved, while Zoho's search hears of it
later; it gives every field and takes every filter of Zoho's; and it needs no permission beyond the module's.
Where the list would take more than a tenth of the day's credits, windows and their price come in before that.

Which fields the list's ``fields`` parameter takes is not fully documented: a field of ours that Zoho refuses
is left out, one that a filter needs is an unknown filter.
"""

from __future__ import annotations

from collections.abc import Mapping

from zoho.desk import ATTRIBUTES, LIMIT, Desk, pages
from zoho.duplicates.filters import Filters, unknown
from zoho.duplicates.support import culprit
from zoho.errors import BadRequest, TooLarge
from zoho.records import Module, Record

MOST_ROWS = 10_000
_CHEAP_ROWS = 2_000
_LOOK_AHEAD_AT = 1_000  # rows after which one small call tells whether the list is too long

# What the rows hold without being asked.
_DEFAULTS: Mapping[Module, frozenset[str]] = {
    Module.DESK_CONTACTS: frozenset(ATTRIBUTES[Module.DESK_CONTACTS]) - {"modifiedTime"},
    Module.DESK_ACCOUNTS: frozenset(ATTRIBUTES[Module.DESK_ACCOUNTS]) - {"modifiedTime", "ownerId"},
    Module.DESK_PRODUCTS: frozenset(("id", "productName", "productCode", "unitPrice")),
}
# What is named in `fields` once anything has to be named there.
_ASKED: Mapping[Module, tuple[str, ...]] = {
    Module.DESK_CONTACTS: (
        "firstName", "lastName", "email", "secondaryEmail", "phone", "mobile", "accountId", "ownerId", "type",
        "webUrl", "createdTime", "isSpam", "isEndUser", "isAnonymous", "zohoCRMContact",
    ),
    Module.DESK_ACCOUNTS: (
        "accountName", "email", "phone", "website", "webUrl", "createdTime", "zohoCRMAccount",
    ),
    Module.DESK_PRODUCTS: (
        "productName", "productCode", "unitPrice", "ownerId", "createdTime", "modifiedTime",
    ),
}  # fmt: skip


async def read_list(
    desk: Desk, module: Module, filters: Filters, *, left: int | None = None
) -> tuple[Record, ...]:
    """Every record of a module's list, oldest first, with the fields that the filters compare.

    ``left`` are the credits left today. Raises TooLarge for more than `MOST_ROWS`, or when the read would
    take more than a tenth of what is left once its offsets grow dear; UnknownFilter for a field that Zoho
    does not know.
    """
    reader = _Reader(desk, module, filters)
    found: list[Record] = []
    is_checked = False
    async for page in pages(reader.page, key=lambda record: record.id):
        found.extend(page)
        is_dear = left is not None and list_credits(len(found)) * 10 > left
        if len(found) > MOST_ROWS or (len(found) > _CHEAP_ROWS and is_dear):
            raise TooLarge(rows=len(found))
        if len(found) >= _LOOK_AHEAD_AT and not is_checked:
            is_checked = True
            if await reader.page(MOST_ROWS + 1, limit=1):
                raise TooLarge(rows=MOST_ROWS + 1)
    return tuple(found)


async def goes_beyond(desk: Desk, module: Module, filters: Filters, rows: int) -> bool:
    """Whether a list holds more records than so many; one small call. Raises what reading it raises."""
    return bool(await _Reader(desk, module, filters).page(rows, limit=1))


def needs_list(module: Module, filters: Filters) -> bool:
    """Whether filters need what only the list gives: its own filters, or fields that have to be asked for."""
    return bool(filters.for_zoho) or bool(_beyond(module, filters))


def list_credits(rows: int) -> int:
    """What reading so many rows by offset costs, up to `MOST_ROWS`: a call above 2,000 is dearer."""
    calls = -(-rows // LIMIT)
    dear = max(0, calls - _CHEAP_ROWS // LIMIT)
    return 3 * (calls - dear) + 5 * dear


class _Reader:
    """One list being read; it learns from the first refusal which fields may be asked for."""

    def __init__(self, desk: Desk, module: Module, filters: Filters) -> None:
        self._desk = desk
        self._module = module
        self._filters = filters
        self._fields = _fields(module, filters)

    async def page(self, offset: int, *, limit: int = LIMIT) -> tuple[Record, ...]:
        """One page, asked for again with fewer fields where Zoho refuses one."""
        while True:
            try:
                return await self._desk.page(
                    self._module,
                    offset=offset,
                    filters=self._filters.for_zoho,
                    fields=self._fields,
                    limit=limit,
                )
            except BadRequest as error:
                self._fields = self._fewer(error)

    def _fewer(self, error: BadRequest) -> tuple[str, ...]:
        """The fields without the refused one. Raises UnknownFilter, or the error when it is about others."""
        needed = {condition.field: condition.key for condition in self._filters.here}
        named = culprit(error, self._fields)
        if named in needed:
            raise unknown(self._module, needed[named]) from error
        if named:
            return tuple(field for field in self._fields if field != named)
        if error.parameter.casefold() != "fields" or not self._fields:
            raise error
        asked = [field for field in self._fields if field in needed]
        if len(asked) == 1:
            raise unknown(self._module, needed[asked[0]]) from error
        if asked:
            raise error
        return ()


def _fields(module: Module, filters: Filters) -> tuple[str, ...]:
    """What to name in ``fields``: nothing where the rows hold enough as they come."""
    beyond = _beyond(module, filters)
    if not beyond and module is not Module.DESK_PRODUCTS:
        return ()
    return tuple(dict.fromkeys((*_ASKED[module], *beyond)))


def _beyond(module: Module, filters: Filters) -> list[str]:
    """The fields that filters compare and that the rows do not hold as they come."""
    wanted = [condition.field for condition in filters.here]
    return [name for name in wanted if name not in _DEFAULTS[module] and "." not in name]
