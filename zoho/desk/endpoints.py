"""The endpoints of Zoho Desk that are used, one method each.

Zoho refuses parameters that an endpoint does not define, so every query is written out here.
https://desk.zoho.com/DeskAPIDocument
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import quote

from zoho.client import Reply
from zoho.desk import answers, parse
from zoho.desk.answers import DuplicateAnswer
from zoho.desk.paging import LIMIT, pages, together
from zoho.errors import BadRequest, NotFound, PermissionRefused, Refused, TooLarge, ZohoError
from zoho.records import Module, Organisation, Record

_API = "/api/v1"
_IDS_A_CALL = 20
_TOO_MANY = 100_000  # from this many records on Zoho mails its duplicates instead of answering

LIST_FILTERS: Mapping[Module, frozenset[str]] = {
    Module.DESK_CONTACTS: frozenset(("viewId", "filterId")),
    Module.DESK_ACCOUNTS: frozenset(("viewId", "filterId")),
    Module.DESK_PRODUCTS: frozenset(("viewId", "departmentId", "ownerId")),
}
"""The filters that the list calls themselves know."""

_VALUES = {
    Module.DESK_CONTACTS: "groupContactDuplicateValues",
    Module.DESK_ACCOUNTS: "groupAccountDuplicateValues",
}
_HOLDERS = {Module.DESK_CONTACTS: "groupContacts", Module.DESK_ACCOUNTS: "groupAccounts"}
_LIST_INCLUDES = {Module.DESK_CONTACTS: "accounts"}
_RECORD_INCLUDES = {
    Module.DESK_CONTACTS: "accounts,owner",
    Module.DESK_ACCOUNTS: "owner",
    Module.DESK_PRODUCTS: "departments,owner",
}


class Calls(Protocol):
    """What the endpoints need of a session: calls with the person's login and the organisation's id."""

    async def get(self, path: str, query: Mapping[str, str] | None = None, *, with_org: bool = True) -> Reply:
        """Read a path."""

    async def post(self, path: str, body: Mapping[str, object]) -> Reply:
        """Create something."""

    async def patch(self, path: str, body: Mapping[str, object]) -> Reply:
        """Change something."""

    async def delete(self, path: str) -> Reply:
        """Remove something."""


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A value shared by several records, and how many hold it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of a search, and how many records the whole search holds (None when Zoho does not say)."""

    records: tuple[Record, ...]
    count: int | None


class Desk:
    """One person's view of one Desk organisation. Every method may raise the errors of `zoho.client`."""

    def __init__(
        self,
        calls: Calls,
        *,
        products_duplicate_path: str = "/api/v1/products/duplicate",
        dc_of: Callable[[str], str] = lambda address: "",
    ) -> None:
        """``dc_of`` tells in which data centre a web address lies, "" for one that tells none."""
        self._calls = calls
        self._products_duplicate_path = products_duplicate_path
        self._dc_of = dc_of

    async def organisations(self) -> tuple[Organisation, ...]:
        """The organisations this token can reach, else all those of its user.

        https://desk.zoho.com/DeskAPIDocument#Organizations#Organizations_Getallaccessibleorganizations
        https://desk.zoho.com/DeskAPIDocument#Organizations (Get all organizations)
        """
        for path in ("accessibleOrganizations", "organizations"):
            try:
                reply = await self._calls.get(f"{_API}/{path}", with_org=False)
            except (NotFound, Refused, BadRequest):
                if path == "organizations":
                    raise
                continue
            listed = tuple(parse.organisation(row, self._dc_of) for row in parse.rows(reply.value))
            if listed:
                return listed
        return ()

    async def my_name(self) -> str:
        """The name of the Zoho user behind the token; "" when Zoho does not say. Raises nothing.

        On no reference page; seen in public clients. https://desk.zoho.com/DeskAPIDocument#Agents
        """
        try:
            reply = await self._calls.get(f"{_API}/myinfo")
            me = parse.single(reply.value)
        except ZohoError:
            return ""
        names = (parse.text(me.get("firstName")), parse.text(me.get("lastName")))
        return " ".join(name for name in names if name) or parse.text(me.get("name"))

    async def duplicate_products(self, p: Mapping[str, str]) -> DuplicateAnswer:
        """The duplicate products, by the endpoint of the mission; ``p`` is its query, nothing is added.

        Zoho's reference does not have this path: see zoho.duplicates.support for what follows from its
        answers. Raises ModuleError when the answer carries an ``error`` key, BadRequest, NotFound, TooLarge.
        """
        reply = await self._calls.get(self._products_duplicate_path, dict(p))
        _stop_when_accepted(reply)
        return answers.read(reply.value)

    async def products_named(self, name: str) -> tuple[Record, ...]:
        """Products that look like this name, by Zoho's own matching, at most 100.

        https://desk.zoho.com/DeskAPIDocument#Products#Products_Searchduplicaterecords
        """
        query = {"productName": name[:200], "limit": str(LIMIT)}
        reply = await self._calls.get(f"{_API}/products/searchDuplicates", query)
        return _records(Module.DESK_PRODUCTS, reply)

    async def page(
        self,
        module: Module,
        *,
        offset: int,
        filters: Iterable[tuple[str, str]] = (),
        fields: Sequence[str] = (),
        limit: int = LIMIT,
    ) -> tuple[Record, ...]:
        """One page of a list, oldest first; ``fields`` asks for fields that the rows lack by default.

        Raises ValueError for a filter that is not in `LIST_FILTERS`.
        https://desk.zoho.com/DeskAPIDocument#Contacts#Contacts_Listcontacts
        https://desk.zoho.com/DeskAPIDocument#Accounts#Accounts_Listaccounts
        https://desk.zoho.com/DeskAPIDocument#Products#Products_Listproducts
        """
        given = dict(filters)
        if not given.keys() <= LIST_FILTERS[module]:
            raise ValueError("the list does not know this filter")
        query = {"from": str(offset), "limit": str(limit), "sortBy": "createdTime", **given}
        if module in _LIST_INCLUDES:
            query["include"] = _LIST_INCLUDES[module]
        if fields:
            query["fields"] = ",".join(fields)
        return _records(module, await self._calls.get(f"{_API}/{module.plural}", query))

    async def duplicate_values(self, module: Module, field: str, *, offset: int) -> tuple[ValueCount, ...]:
        """One page of the values of ``field`` that several records share, most shared first.

        Raises TooLarge where Zoho only mails a report (HTTP 202, from 100,000 records on).
        https://desk.zoho.com/DeskAPIDocument#ContactDeduplication#ContactDeduplication_Listduplicatecontacts
        https://desk.zoho.com/DeskAPIDocument#AccountDeduplication#AccountDeduplication_Listduplicateaccounts
        """
        query = {"fieldName": field, "from": str(offset), "limit": str(LIMIT), "sortBy": "-count"}
        reply = await self._calls.get(f"{_API}/{_VALUES[module]}", query)
        _stop_when_accepted(reply)
        return tuple(
            ValueCount(str(row.get("fieldValue") or ""), parse.count(row.get("count")))
            for row in parse.rows(reply.value)
        )

    async def holders(self, module: Module, field: str, value: str) -> tuple[Record, ...]:
        """Every record that holds ``value`` in ``field``; one value a call, since values may hold commas.

        https://desk.zoho.com/DeskAPIDocument#ContactDeduplication#ContactDeduplication_Listdetailsofduplicatecontacts
        https://desk.zoho.com/DeskAPIDocument#AccountDeduplication#AccountDeduplication_Listdetailsofduplicateaccounts
        """

        async def fetch(offset: int) -> tuple[Record, ...]:
            query = {"fieldName": field, "fieldValues": value, "from": str(offset), "limit": str(LIMIT)}
            if module in _LIST_INCLUDES:
                query["include"] = _LIST_INCLUDES[module]
            reply = await self._calls.get(f"{_API}/{_HOLDERS[module]}", query)
            return _grouped_records(module, reply)

        found: list[Record] = []
        async for page in pages(fetch, key=lambda record: record.id):
            found.extend(page)
        return tuple(found)

    async def record(self, module: Module, record_id: str) -> Record:
        """One record with all its fields. Raises NotFound.

        https://desk.zoho.com/DeskAPIDocument#Contacts#Contacts_Getacontact
        https://desk.zoho.com/DeskAPIDocument#Accounts (Get an account)
        https://desk.zoho.com/DeskAPIDocument#Products (Get a product)
        """
        query = {"include": _RECORD_INCLUDES[module]}
        reply = await self._calls.get(_path(module, record_id), query)
        return parse.record(module, parse.single(reply.value))

    async def records(
        self, module: Module, ids: Sequence[str], *, in_full: bool = False
    ) -> tuple[Record, ...]:
        """The records with these ids, in their order; those this login cannot get are left out.

        Contacts cost one call for each 20, the others one call a record; ``in_full`` reads contacts one by
        one too, with their owner and account.
        https://desk.zoho.com/DeskAPIDocument#Contacts#Contacts_GetcontactsbyIDs
        """
        wanted = tuple(dict.fromkeys(ids))
        if module is Module.DESK_CONTACTS and not in_full:
            chunks = [wanted[start : start + _IDS_A_CALL] for start in range(0, len(wanted), _IDS_A_CALL)]
            found = [record for some in await together(map(self._contacts, chunks)) for record in some]
        else:
            singly = await together(self._if_there(module, one) for one in wanted)
            found = [record for record in singly if record]
        by_id = {record.id: record for record in found}
        return tuple(by_id[one] for one in wanted if one in by_id)

    async def search_window(
        self, module: Module, *, since: datetime, until: datetime, offset: int
    ) -> SearchPage:
        """One page of the records created from ``since`` to ``until`` (both aware), oldest first.

        Raises TooLarge where Zoho puts it off (HTTP 202): that is no empty page.
        https://desk.zoho.com/DeskAPIDocument#Search#Search_Searchcontacts
        https://desk.zoho.com/DeskAPIDocument#Search (Search accounts, Search products)
        """
        query = {
            "createdTimeRange": f"{_instant(since)},{_instant(until)}",
            "sortBy": "createdTime",
            "from": str(offset),
            "limit": str(LIMIT),
        }
        reply = await self._calls.get(f"{_API}/{module.plural}/search", query)
        _stop_when_accepted(reply)
        told = reply.value.get("count") if isinstance(reply.value, Mapping) else None
        return SearchPage(_records(module, reply), None if told is None else parse.count(told))

    async def look_up(self, module: Module, field: str, value: str) -> tuple[Record, ...]:
        """Records that Zoho's search finds for one field, at most 100; commas and stars mean more to it.

        https://desk.zoho.com/DeskAPIDocument#Search#Search_Searchcontacts
        https://desk.zoho.com/DeskAPIDocument#Search (Search accounts, Search products)
        """
        query = {field: value, "limit": str(LIMIT)}
        return _records(module, await self._calls.get(f"{_API}/{module.plural}/search", query))

    async def add_comment(self, module: Module, record_id: str, text: str) -> str:
        """Put a plain-text comment on a contact or an account; the comment's id.

        https://desk.zoho.com/DeskAPIDocument#ContactComments#ContactComments_Createcontactcomment
        https://desk.zoho.com/DeskAPIDocument#AccountComments (Create account comment)
        """
        body = {"content": text, "contentType": "plainText"}
        reply = await self._calls.post(f"{_path(module, record_id)}/comments", body)
        return parse.text(parse.single(reply.value).get("id"))

    async def comment_saying(self, module: Module, record_id: str, text: str) -> str:
        """The id of the newest comment with these words; "" when none of the last hundred has them.

        https://desk.zoho.com/DeskAPIDocument#ContactComments#ContactComments_Listallcontactcomments
        """
        query = {"sortBy": "-commentedTime", "limit": str(LIMIT)}
        reply = await self._calls.get(f"{_path(module, record_id)}/comments", query)
        wanted = parse.without_markup(text)
        for row in parse.rows(reply.value):
            if parse.without_markup(parse.text(row.get("content"))) == wanted:
                return parse.text(row.get("id"))
        return ""

    async def delete_comment(self, module: Module, record_id: str, comment: str) -> None:
        """Take a comment away. Raises NotFound when it is gone.

        https://desk.zoho.com/DeskAPIDocument#ContactComments#ContactComments_Deletecontactcomment
        https://desk.zoho.com/DeskAPIDocument#AccountComments (Delete account comment)
        """
        await self._calls.delete(f"{_path(module, record_id)}/comments/{quote(comment, safe='')}")

    async def set_field(self, module: Module, record_id: str, field: str, value: str) -> None:
        """Give a custom field a value. Raises BadRequest for a field Zoho does not know.

        https://desk.zoho.com/DeskAPIDocument#Contacts#Contacts_Updateacontact
        https://desk.zoho.com/DeskAPIDocument#Accounts (Update an account)
        https://desk.zoho.com/DeskAPIDocument#Products (Update a product)
        """
        await self._calls.patch(_path(module, record_id), {"cf": {field: value}})

    async def _contacts(self, ids: Sequence[str]) -> tuple[Record, ...]:
        try:
            reply = await self._calls.get(f"{_API}/contacts/contactsByIds", {"ids": ",".join(ids)})
        except (NotFound, BadRequest):  # one id that is gone or malformed must not hide the others
            singly = await together(self._if_there(Module.DESK_CONTACTS, one) for one in ids)
            return tuple(record for record in singly if record)
        return _records(Module.DESK_CONTACTS, reply)

    async def _if_there(self, module: Module, record_id: str) -> Record | None:
        try:
            return await self.record(module, record_id)
        except (NotFound, PermissionRefused):
            return None


def _path(module: Module, record_id: str) -> str:
    return f"{_API}/{module.plural}/{quote(record_id, safe='')}"


def _records(module: Module, reply: Reply) -> tuple[Record, ...]:
    return tuple(parse.record(module, row) for row in parse.rows(reply.value))


def _grouped_records(module: Module, reply: Reply) -> tuple[Record, ...]:
    """The members of every group in the answer, one after the other."""
    found = []
    for group in parse.rows(reply.value):
        members = group.get(module.plural)
        for row in parse.rows(members if members is not None else []):
            found.append(parse.record(module, row, account=group.get("account")))
    return tuple(found)


def _stop_when_accepted(reply: Reply) -> None:
    if reply.status == 202:
        raise TooLarge(status=reply.status, rows=_TOO_MANY)


def _instant(when: datetime) -> str:
    """``yyyy-MM-ddTHH:mm:ss.SSSZ``, the one form that Zoho's ranges take."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"
