"""Records as the different calls show them, with the variants of types that Zoho's own samples have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from zoho.sandbox.answers import invalid
from zoho.sandbox.desk.asked import Asked
from zoho.sandbox.organisation import Comment, Org
from zoho.sandbox.tables import Row, full_name, words

_HAPPINESS = {"badPercentage": "0", "okPercentage": "0", "goodPercentage": "0"}
_TABS = {"contacts": "Contacts", "accounts": "Accounts", "products": "Products"}

# What a list call shows when nothing is asked for by name.
_LIST = {
    "contacts": words(
        "id firstName lastName email secondaryEmail phone mobile accountId accountCount ownerId type "
        "photoURL webUrl createdTime isAnonymous isEndUser isSpam zohoCRMContact customerHappiness"
    ),
    "accounts": words(
        "id accountName website phone email webUrl createdTime zohoCRMAccount customerHappiness"
    ),
    "products": ["id", "productName", "productCode", "unitPrice", "departmentIds"],
}

# What the calls that answer groups show.
_GROUPED = {
    "contacts": words(
        "id firstName lastName email secondaryEmail phone mobile accountId ownerId type photoURL webUrl "
        "createdTime zohoCRMContact isSpam isEndUser isAnonymous customerHappiness"
    ),
    "accounts": ["id", "accountName", "website", "phone", "email", "webUrl", "createdTime", "zohoCRMAccount"],
    "products": ["id", "productName", "productCode", "unitPrice"],
}

# What ``fields`` may name, besides custom fields.
_MORE = {
    "contacts": words(
        "accountName title description street city state zip country facebook twitter language layoutId "
        "modifiedTime fullName isDeleted isTrashed"
    ),
    "accounts": words(
        "fax industry annualrevenue description street city state code country ownerId layoutId "
        "modifiedTime photoURL isDeleted isTrashed"
    ),
    "products": words(
        "description manufacturer ownerId layoutId createdTime modifiedTime isDeleted createdBy modifiedBy"
    ),
}
_FULL = {module: [*_LIST[module], *_MORE[module]] for module in _LIST}


def iso(millis: int) -> str:
    """A point in time as Zoho writes it: ``2024-01-02T03:04:05.000Z``."""
    moment = datetime.fromtimestamp(millis / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{millis % 1000:03d}Z"


def web_url(asked: Asked, module: str, record: str) -> str:
    """The address of a contact or account on the stand-in's own pages."""
    portal = asked.org.portal
    return f"{asked.centre.origin}/support/{portal}/ShowHomePage.do#{_TABS[module]}/dv/{record}"


def known_fields(org: Org, module: str) -> frozenset[str]:
    """Every name that ``fields`` and the mission's endpoint know in a module."""
    return frozenset(_FULL[module]) | org.custom_fields[module] | org.tables[module].fields


def list_rows(
    asked: Asked, module: str, rows: Iterable[Row], include: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """The rows of a list or search call: its default fields, or those that ``fields`` names."""
    names = _named(asked, module) or _LIST[module]
    shown = [_pick(asked, module, row, names) for row in rows]
    for name in include:
        for row, out in zip(rows, shown, strict=True):
            out.update(INCLUDES[name](asked, row))
    return shown


def grouped_row(asked: Asked, module: str, row: Row) -> dict[str, Any]:
    """A row inside a group; some organisations write its time as milliseconds."""
    shown = _pick(asked, module, row, _GROUPED[module])
    if asked.org.quirks.epoch_times and "createdTime" in shown:
        shown["createdTime"] = row["createdTime"]
    return shown


def whole(asked: Asked, module: str, row: Row, include: Iterable[str] = ()) -> dict[str, Any]:
    """Everything a single read shows."""
    shown = _pick(asked, module, row, _FULL[module])
    shown["cf"] = {name: row.get("cf", {}).get(name) for name in sorted(asked.org.custom_fields[module])}
    for name in include:
        shown.update(INCLUDES[name](asked, row))
    return shown


def comment(asked: Asked, found: Comment) -> dict[str, Any]:
    """A comment."""
    return {
        "id": found.id,
        "content": found.content,
        "contentType": found.content_type,
        "commentedTime": iso(found.at),
        "modifiedTime": None,
        "commenterId": asked.world.people[found.person].agent_id,
        "commenter": {"name": found.name, "type": "AGENT"},
        "attachments": [],
    }


def _named(asked: Asked, module: str) -> list[str]:
    """The fields asked for by name; 422 for more than 30 or for one that the module does not have."""
    names = [name for name in asked.params.get("fields", "").split(",") if name]
    if len(names) > 30:
        raise invalid("/fields", "more than 30 fields are named")
    known = known_fields(asked.org, module) | ({"photoURL"} if module == "accounts" else frozenset())
    for name in names:
        if name not in known:
            raise invalid("/fields", f"the field '{name}' does not exist")
    return ["id", *(name for name in names if name != "id")] if names else []


def _pick(asked: Asked, module: str, row: Row, names: Iterable[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name in names:
        if name.startswith("cf_"):
            shown.setdefault("cf", {})[name] = row.get("cf", {}).get(name)
        else:
            shown[name] = _SPECIAL[name](asked, module, row) if name in _SPECIAL else row.get(name)
    return shown


def _time(name: str) -> Callable[[Asked, str, Row], str]:
    return lambda asked, module, row: iso(row.get(name) or row["createdTime"])


def _flag(name: str) -> Callable[[Asked, str, Row], bool]:
    return lambda asked, module, row: bool(row.get(name))


def _price(asked: Asked, module: str, row: Row) -> str:
    return str(row.get("unitPrice", "0.0"))


def _address(asked: Asked, module: str, row: Row) -> Any:
    return row["webUrl"] if "webUrl" in row else web_url(asked, module, str(row["id"]))


_SPECIAL: Mapping[str, Callable[[Asked, str, Row], Any]] = {
    "createdTime": _time("createdTime"),
    "modifiedTime": _time("modifiedTime"),
    "webUrl": _address,
    "unitPrice": _price,
    "fullName": lambda asked, module, row: full_name(row),
    "accountName": lambda asked, module, row: (
        row.get("accountName") or _account(asked, row).get("accountName")
    ),
    "accountCount": lambda asked, module, row: str(int("accountId" in row)),
    "customerHappiness": lambda asked, module, row: _HAPPINESS,
    "departmentIds": lambda asked, module, row: row.get("departmentIds", []),
    "isAnonymous": _flag("isAnonymous"),
    "isEndUser": _flag("isEndUser"),
    "isSpam": _flag("isSpam"),
    "isTrashed": _flag("isTrashed"),
    "isDeleted": _flag("isTrashed"),
}


def _account(asked: Asked, row: Row) -> Row:
    return asked.org.tables["accounts"].rows.get(row.get("accountId", ""), {})


def _with_account(asked: Asked, row: Row) -> dict[str, Any]:
    account = _account(asked, row)
    if not account and "accountName" not in row:
        return {"account": None}
    name = account.get("accountName", row.get("accountName"))
    return {"account": {"id": account.get("id"), "accountName": name, "website": account.get("website")}}


def _with_owner(asked: Asked, row: Row) -> dict[str, Any]:
    owner = next((one for one in asked.world.people.values() if one.agent_id == row.get("ownerId")), None)
    if owner is None:
        return {"owner": None}
    return {
        "owner": {
            "id": owner.agent_id,
            "firstName": owner.first_name,
            "lastName": owner.last_name,
            "email": owner.email,
        }
    }


def _with_departments(asked: Asked, row: Row) -> dict[str, Any]:
    return {"departments": [{"id": one, "name": "Support"} for one in row.get("departmentIds", ())]}


INCLUDES: Mapping[str, Callable[[Asked, Row], dict[str, Any]]] = {
    "accounts": _with_account,
    "owner": _with_owner,
    "departments": _with_departments,
}
