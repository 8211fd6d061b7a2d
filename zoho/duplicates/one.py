"""Is this one here twice? One address, number, record or product name, in at most three calls to Zoho.

An empty answer is proved like that of a search, and the proof is one of the three calls.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from zoho import scopes
from zoho.desk import Desk, together
from zoho.duplicates import groups, normalize
from zoho.duplicates.groups import Value
from zoho.errors import BadRequest
from zoho.records import Group, Module, Record
from zoho.scopes import Way

_PEOPLE = (Module.DESK_CONTACTS, Module.DESK_ACCOUNTS)
_ANYWHERE = "_all"
_BY_VALUE = {
    (Module.DESK_CONTACTS, "e-mail"): "bothEmail",
    (Module.DESK_CONTACTS, "phone"): "phone",
    (Module.DESK_ACCOUNTS, "e-mail"): "email",
    (Module.DESK_ACCOUNTS, "phone"): "phone",
}


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: where it was looked for, records, groups, and the scopes it was done without."""

    modules: tuple[Module, ...]
    records: tuple[Record, ...]
    groups: tuple[Group, ...]
    missing_scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finder:
    """Looks for one thing with one person's login; ``prove`` is what an empty answer is followed by."""

    desk: Desk
    granted: frozenset[str]
    prove: Callable[[], Awaitable[None]]

    async def values(self, emails: Sequence[str], phones: Sequence[str]) -> Hits:
        """Contacts and accounts that hold these; the first of each kind counts, and with one of each kind
        only contacts are looked at, so that three calls suffice.

        Raises ValueError when there is neither.
        """
        wanted = [Value("e-mail", text) for text in emails[:1]] + [
            Value("phone", text) for text in phones[:1]
        ]
        if not wanted:
            raise ValueError("neither an address nor a number")
        modules = _PEOPLE if len(wanted) == 1 else _PEOPLE[:1]
        lacking = scopes.missing(self.granted, scopes.needed(Module.DESK_CONTACTS, Way.SEARCH))
        ask = self._shared if lacking else self._anywhere
        answers = await together(ask(module, one) for module in modules for one in wanted)
        found = _once(record for some in answers for record in some)
        if not found:
            await self.prove()
        elif not lacking and len(wanted) == 1 and len(_of(Module.DESK_CONTACTS, found)) < 2:
            # What was added a moment ago is not in Zoho's search yet, but among its shared values.
            found = _once((*found, *await self._shared(Module.DESK_CONTACTS, wanted[0])))
        return Hits(modules, found, _grouped(modules, found), lacking)

    async def record(self, module: Module, record_id: str) -> Hits:
        """One record and its twins. Raises NotFound when it is gone."""
        one = await self.desk.record(module, record_id)
        if module is Module.DESK_PRODUCTS:
            others = await self._like_product(one.name, one.code)
        elif module is Module.DESK_ACCOUNTS:
            others = await self._like_account(one.name) if one.name else ()
        else:
            others = await self._like_contact(one)
        found = _once((one, *others))
        twins = tuple(group for group in _grouped((module,), found) if one.id in group.ids)
        beside = {record.id for group in twins for record in group.records} | {one.id}
        return Hits((module,), tuple(record for record in found if record.id in beside), twins)

    async def product(self, name: str) -> Hits:
        """Products of this name, and others with the code of one of them."""
        module = Module.DESK_PRODUCTS
        named = [one for one in await self.desk.products_named(name) if _is_named(one, name)]
        code = next((one.code for one in named if normalize.code_key(one.code)), "")
        found = _once((*named, *(await self._with_code(code) if code else ())))
        if not found:
            await self.prove()
        return Hits((module,), found, _grouped((module,), found))

    async def _anywhere(self, module: Module, wanted: Value) -> Sequence[Record]:
        """Records that Zoho's search finds for a value in any field, less those that do not hold it."""
        found = await self.desk.look_up(module, _ANYWHERE, wanted.key)
        return _holding(found, wanted)

    async def _shared(self, module: Module, wanted: Value) -> Sequence[Record]:
        """Records that Zoho groups by the value."""
        found = await self.desk.holders(module, _BY_VALUE[module, wanted.kind], wanted.key)
        return _holding(found, wanted)

    async def _like_contact(self, one: Record) -> Sequence[Record]:
        """Contacts with the same address or number; two calls at most, none for what is no evidence."""
        module = one.module
        given = (("e-mail", one.email), ("e-mail", one.second_email), ("phone", one.phone))
        wanted = [Value(kind, text) for kind, text in given if text and _is_evidence(module, kind, text)]
        answers = await together(self._shared(module, value) for value in wanted[:2])
        return [record for some in answers for record in some]

    async def _like_account(self, name: str) -> Sequence[Record]:
        """Accounts of this name; by Zoho's search where the name holds a comma and Zoho takes it for two."""
        module = Module.DESK_ACCOUNTS
        found = await self.desk.holders(module, "accountName", name)
        start = name.partition(",")[0].strip()
        if start == name or not start or any(_is_named(one, name) for one in found):
            return found
        if scopes.missing(self.granted, scopes.needed(module, Way.SEARCH)):
            return found
        return await self.desk.look_up(module, "accountName", f"{start}*")

    async def _like_product(self, name: str, code: str) -> Sequence[Record]:
        named = [one for one in await self.desk.products_named(name) if _is_named(one, name)] if name else []
        return (*named, *(await self._with_code(code) if normalize.code_key(code) else ()))

    async def _with_code(self, code: str) -> Sequence[Record]:
        """Products with this code, where the search may be used; Zoho takes a comma or a star for more."""
        module = Module.DESK_PRODUCTS
        if scopes.missing(self.granted, scopes.needed(module, Way.SEARCH)) or set(code) & set(",*"):
            return ()
        try:
            found = await self.desk.look_up(module, "productCode", code)
        except BadRequest:  # a code of a form that its search does not take
            return ()
        return [one for one in found if normalize.code_key(one.code) == normalize.code_key(code)]


def _holding(records: Iterable[Record], wanted: Value) -> list[Record]:
    """The live records that hold a value as we compare it, numbers in a mobile field included."""
    key_of = normalize.email_key if wanted.kind == "e-mail" else normalize.phone_key
    key = key_of(wanted.key)
    return [
        record
        for record in records
        if not record.is_gone and key and key in {key_of(text) for text in _texts(record, wanted.kind)}
    ]


def _texts(record: Record, kind: str) -> tuple[str, str]:
    return (record.email, record.second_email) if kind == "e-mail" else (record.phone, record.mobile)


def _is_evidence(module: Module, kind: str, text: str) -> bool:
    key_of = normalize.email_key if kind == "e-mail" else normalize.phone_key
    return groups.is_evidence(module, Value(kind, key_of(text)))


def _is_named(record: Record, name: str) -> bool:
    return not record.is_gone and normalize.name_key(record.name) == normalize.name_key(name)


def _of(module: Module, records: Iterable[Record]) -> list[Record]:
    return [record for record in records if record.module is module]


def _once(records: Iterable[Record]) -> tuple[Record, ...]:
    """Each live record once, in the order of modules and of finding."""
    found = {(record.module, record.id): record for record in records if not record.is_gone}
    return tuple(sorted(found.values(), key=lambda record: list(Module).index(record.module)))


def _grouped(modules: Iterable[Module], records: Sequence[Record]) -> tuple[Group, ...]:
    return tuple(group for module in modules for group in groups.find(module, _of(module, records)).groups)
