"""Why a group is a group, in words: what its members share, and what speaks against it. Pure functions.

Evidence only; never a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import combinations

from zoho.duplicates import normalize, spelling, words
from zoho.records import Module, Reason, Record

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_MUCH_DEARER = Decimal("1.5")


def reason(records: Sequence[Record]) -> Reason:
    """What all members share, in our words, and the shared values beside it.

    Where every pair is one for another reason, the fields are one text: "e-mail, or name and phone".
    """
    return _REASONS[records[0].module](records)


def by_zoho(value: str) -> Reason:
    """The reason of a group Zoho formed on grounds we cannot see: its own value, if it gave one."""
    return Reason((), (value,) if value else ())


def against(records: Sequence[Record]) -> tuple[str, ...]:
    """What speaks against the group, as parts of a sentence."""
    return tuple(_AGAINST[records[0].module](records))


def _of_contacts(records: Sequence[Record]) -> Reason:
    beside = _shared(records, (("phone", _phones), ("account", _accounts)))
    emails = _common(records, _emails)
    if emails:
        return _reason((("e-mail", emails[:1]), *beside))
    if _common(records, _names) and _common(records, _phones):
        return _reason((("name", ()), *beside))
    if all(set(_emails(one)) & set(_emails(other)) for one, other in combinations(records, 2)):
        return Reason(("e-mail",), ())
    has_email = any(set(_emails(one)) & set(_emails(other)) for one, other in combinations(records, 2))
    return Reason(("e-mail, or name and phone",) if has_email else (), ())


def _of_accounts(records: Sequence[Record]) -> Reason:
    kinds = (("phone", _phones), ("e-mail", _emails), ("website", _websites))
    if not _common(records, _names):
        return Reason((), ())
    beside = _shared(records, kinds)
    if beside:
        return _reason((("name", ()), *beside))
    some = [name for name, keys in kinds if any(_common(pair, keys) for pair in combinations(records, 2))]
    return Reason(("name", " or ".join(some)) if some else ("name",), ())


def _of_products(records: Sequence[Record]) -> Reason:
    names, codes = _common(records, _names), _common(records, _codes)
    if codes:
        return _reason(((("name", ()),) if names else ()) + (("product code", codes[:1]),))
    if names:
        return _reason((("name", names[:1]),))
    paired = (_common(pair, _names) or _common(pair, _codes) for pair in combinations(records, 2))
    return Reason(("product code, or name",) if all(paired) else (), ())


def _against_contacts(records: Sequence[Record]) -> Iterator[str]:
    first, last = _unlike(one.first_name for one in records), _unlike(one.last_name for one in records)
    if first or last:
        yield "names differ" if first and last else f"{'first' if first else 'last'} names differ"
    yield from _own_crm_records(records, "contact")


def _against_accounts(records: Sequence[Record]) -> Iterator[str]:
    if _apart(records, _websites):
        yield "websites differ"
    yield from _own_crm_records(records, "account")


def _against_products(records: Sequence[Record]) -> Iterator[str]:
    spoken = [frozenset(_WORD.findall(normalize.plain(record.name))) for record in records if record.name]
    if any(one.isdisjoint(other) for one, other in combinations(spoken, 2)):
        yield "names have no word in common"
    numbers = [frozenset(_NUMBER.findall(normalize.plain(record.name))) for record in records]
    if any(one and other and one.isdisjoint(other) for one, other in combinations(numbers, 2)):
        yield "numbers in the names differ"
    prices = [price for record in records if (price := _price(record.price)) > 0]
    if prices and max(prices) > _MUCH_DEARER * min(prices):
        yield "prices differ by more than half"


def _own_crm_records(records: Sequence[Record], what: str) -> Iterator[str]:
    linked = [record.crm_id for record in records if record.crm_id]
    if len(linked) == len(records) == len(set(linked)):
        yield f"each is linked to its own CRM {what}"
    elif len(set(linked)) > 1:
        yield f"they are linked to different CRM {what}s"


def _unlike(names: Iterable[str]) -> bool:
    """Whether two of these names cannot be spellings of one: "Ana" and "Anna" can, as can "L." and "Lena"."""
    given = [parts for name in names if (parts := _name_words(name))]
    return any(not _alike(one, other) for one, other in combinations(given, 2))


def _name_words(name: str) -> tuple[str, ...]:
    return tuple(word for word in _WORD.findall(normalize.plain(name)) if word not in words.TITLES)


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    if "".join(one) == "".join(other):
        return True
    return any(_may_be(a, b) for a in one for b in other)


def _may_be(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(short) != 2 and long.startswith(short):
        return True
    typos = 2 if len(long) >= 6 else int(len(long) >= 4)
    return spelling.distance(one, other) <= typos


def _apart(records: Sequence[Record], keys: Callable[[Record], dict[str, str]]) -> bool:
    """Whether two of the records both have such a value, and not the same one."""
    given = [set(keys(record)) for record in records if keys(record)]
    return any(one.isdisjoint(other) for one, other in combinations(given, 2))


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return Decimal(0)
    return price if price.is_finite() else Decimal(0)


def _shared(
    records: Sequence[Record], kinds: Iterable[tuple[str, Callable[[Record], dict[str, str]]]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The kinds that all records share, each with the first shared value as the first record writes it."""
    found = ((name, _common(records, keys)) for name, keys in kinds)
    return tuple((name, shared[:1]) for name, shared in found if shared)


def _reason(parts: Iterable[tuple[str, tuple[str, ...]]]) -> Reason:
    listed = tuple(parts)
    return Reason(
        tuple(name for name, _ in listed), tuple(value for _, values in listed for value in values if value)
    )


def _common(records: Sequence[Record], keys: Callable[[Record], dict[str, str]]) -> tuple[str, ...]:
    """The values that every record has, as the first record writes them."""
    first = keys(records[0])
    rest = [keys(record) for record in records[1:]]
    return tuple(shown for key, shown in first.items() if all(key in other for other in rest))


def _emails(record: Record) -> dict[str, str]:
    given = (record.email, record.second_email)
    return {
        key: shown
        for shown in given
        if (key := normalize.email_key(shown))
        and not normalize.is_placeholder_email(shown)
        and not (record.module is Module.DESK_CONTACTS and normalize.is_role_mailbox(shown))
    }


def _phones(record: Record) -> dict[str, str]:
    key = normalize.phone_key(record.phone)
    return {key: record.phone} if key and not normalize.is_placeholder_phone(record.phone) else {}


def _websites(record: Record) -> dict[str, str]:
    key = normalize.website_key(record.website)
    return {key: key} if key and not normalize.is_blank_word(record.website) else {}


def _accounts(record: Record) -> dict[str, str]:
    key = record.account_id or normalize.name_key(record.account_name)
    return {key: record.account_name} if key else {}


def _names(record: Record) -> dict[str, str]:
    key = normalize.name_key(record.name)
    return {key: record.name} if key and not normalize.is_blank_word(record.name) else {}


def _codes(record: Record) -> dict[str, str]:
    key = normalize.code_key(record.code)
    return {key: record.code} if key else {}


_REASONS = {
    Module.DESK_CONTACTS: _of_contacts,
    Module.DESK_ACCOUNTS: _of_accounts,
    Module.DESK_PRODUCTS: _of_products,
}
_AGAINST = {
    Module.DESK_CONTACTS: _against_contacts,
    Module.DESK_ACCOUNTS: _against_accounts,
    Module.DESK_PRODUCTS: _against_products,
}
