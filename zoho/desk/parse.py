"""Zoho Desk's JSON into records. Its types are not reliable: counts and booleans come as text, times as
ISO text or milliseconds, an account beside the contact or beside its group.

https://github.com/zoho/zohodesk-oas/tree/main/v1.0 (Contact.json, Account.json, Product.json)
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from zoho.errors import ModuleError, ServerError
from zoho.records import Field, Module, Organisation, Record

Row = Mapping[str, object]

ATTRIBUTES: Mapping[Module, Mapping[str, str]] = {
    Module.DESK_CONTACTS: {
        "id": "id",
        "fullName": "name",
        "firstName": "first_name",
        "lastName": "last_name",
        "email": "email",
        "secondaryEmail": "second_email",
        "phone": "phone",
        "mobile": "mobile",
        "accountId": "account_id",
        "accountName": "account_name",
        "type": "type",
        "ownerId": "owner_id",
        "webUrl": "web_url",
        "createdTime": "created",
        "modifiedTime": "modified",
        "isEndUser": "is_end_user",
    },
    Module.DESK_ACCOUNTS: {
        "id": "id",
        "accountName": "name",
        "email": "email",
        "phone": "phone",
        "website": "website",
        "ownerId": "owner_id",
        "webUrl": "web_url",
        "createdTime": "created",
        "modifiedTime": "modified",
    },
    Module.DESK_PRODUCTS: {
        "id": "id",
        "productName": "name",
        "productCode": "code",
        "unitPrice": "price",
        "ownerId": "owner_id",
        "webUrl": "web_url",
        "createdTime": "created",
        "modifiedTime": "modified",
    },
}
"""Zoho's field names and the attributes of a record they become, per module."""

_CRM = {Module.DESK_CONTACTS: "zohoCRMContact", Module.DESK_ACCOUNTS: "zohoCRMAccount"}
_GONE = ("isTrashed", "isDeleted", "isSpam", "isAnonymous")
_CUSTOM = ("cf", "customFields")
_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,}")
_TAG = re.compile(r"<[^<>]*>")
_SECONDS_END = 100_000_000_000  # a number below is seconds since 1970, above it milliseconds


def record(module: Module, row: Row, *, account: object = None) -> Record:
    """One row as a record; ``account`` is what stood beside the row's group, if anything did."""
    given: dict[str, Any] = {
        attribute: _value(attribute, row.get(name)) for name, attribute in ATTRIBUTES[module].items()
    }
    own = _account(row, given.get("account_id", ""), account)
    if module is Module.DESK_CONTACTS:
        full = " ".join(part for part in (given["first_name"], given["last_name"]) if part)
        given["name"] = full or given["name"]
        given["account_id"] = given["account_id"] or text(own.get("id"))
        given["account_name"] = given["account_name"] or text(own.get("accountName"))
    crm = row.get(_CRM.get(module, ""))
    return Record(
        module=module,
        crm_id=text(crm.get("id")) if isinstance(crm, Mapping) else "",
        is_gone=any(truth(row.get(flag)) for flag in _GONE),
        others=tuple(_others(module, row)),
        **given,
    )


def organisation(row: Row, dc_of: Callable[[str], str]) -> Organisation:
    """One row of the organisation list; ``dc_of`` tells in which data centre a web address lies."""
    return Organisation(
        id=text(row.get("id")),
        name=text(row.get("companyName")) or text(row.get("portalName")),
        portal=text(row.get("portalName")),
        is_default=truth(row.get("isDefault")),
        is_sandbox=truth(row.get("isSandboxPortal")),
        dc=dc_of(text(row.get("portalURL"))),
    )


def rows(value: object) -> tuple[Row, ...]:
    """The rows of an answer: wrapped in ``data``, a bare array, or none at all.

    Raises ModuleError for an ``error`` key, and ServerError for anything else, since an answer that cannot
    be read is not an empty one.
    """
    stop_at_error(value)
    inner = value.get("data") if isinstance(value, Mapping) and "data" in value else value
    if inner is None or inner == {}:
        return ()
    if not isinstance(inner, list) or not all(isinstance(row, Mapping) for row in inner):
        raise unreadable()
    return tuple(inner)


def single(value: object) -> Row:
    """The one object of an answer, wrapped in ``data`` or not. Raises ServerError when it is none."""
    stop_at_error(value)
    inner = value.get("data", value) if isinstance(value, Mapping) else value
    if isinstance(inner, list) and len(inner) == 1:
        inner = inner[0]
    if not isinstance(inner, Mapping) or not text(inner.get("id")):
        raise unreadable()
    return inner


def stop_at_error(value: object) -> None:
    """Raises ModuleError for an ``error`` key, unless it is null, false or empty (also as text)."""
    for holder in (value, value.get("data") if isinstance(value, Mapping) else None):
        error = holder.get("error") if isinstance(holder, Mapping) else None
        if error and text(error).casefold() not in ("false", "null", "none", "0"):
            raise _module_error(error)


def unreadable() -> ServerError:
    """The error for an answer that came, and cannot be read."""
    return ServerError(status=200)


def text(value: object) -> str:
    """Any scalar as text without blanks around it; "" for null and for what is no scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value).replace("\0", "").strip()  # PostgreSQL keeps no NUL
    return ""


def without_markup(content: str) -> str:
    """A comment's words alone: Zoho may give plain text back escaped, or in tags."""
    return " ".join(_TAG.sub(" ", html.unescape(content)).split())


def truth(value: object) -> bool:
    """A boolean, also when it comes as text or as a number."""
    return text(value).casefold() in ("true", "1")


def count(value: object) -> int:
    """A count, also when it comes as text; 0 for anything else."""
    digits = text(value)
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def moment(value: object) -> datetime | None:
    """An instant from ISO text or from milliseconds (or seconds) since 1970; None when it is neither."""
    given = text(value)
    try:
        if given.lstrip("-").isdigit():
            number = int(given)
            seconds = number if abs(number) < _SECONDS_END else number / 1000
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        parsed = datetime.fromisoformat(given)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _module_error(error: object) -> ModuleError:
    if isinstance(error, list):
        error = error[0]
    if isinstance(error, Mapping):
        code = text(error.get("errorCode") or error.get("code"))
        return ModuleError(text(error.get("message")) or code, code=code, status=200)
    words = "" if error is True else text(error)
    return ModuleError(words, code=words if _CODE.fullmatch(words) else "", status=200)


def _value(attribute: str, value: object) -> object:
    if attribute in ("created", "modified"):
        return moment(value)
    return truth(value) if attribute == "is_end_user" else text(value)


def _account(row: Row, account_id: str, beside: object) -> Row:
    """The account's own object: inside the row, else beside its group when it is the same account."""
    inside = row.get("account")
    if isinstance(inside, Mapping):
        return inside
    if isinstance(beside, Mapping) and account_id in ("", text(beside.get("id"))):
        return beside
    return {}


def _others(module: Module, row: Row) -> Iterator[Field]:
    """Every field that has no attribute of its own; nested ones by dotted name, custom ones by their own."""
    for name, value in row.items():
        if name in ATTRIBUTES[module]:
            continue
        if name in _CUSTOM and isinstance(value, Mapping):
            yield from (Field(key, _joined(inner)) for key, inner in value.items())
        elif isinstance(value, Mapping):
            yield from (Field(f"{name}.{key}", _joined(inner)) for key, inner in value.items())
        else:
            yield Field(name, _joined(value))


def _joined(value: object) -> str:
    return ", ".join(text(item) for item in value) if isinstance(value, list) else text(value)
