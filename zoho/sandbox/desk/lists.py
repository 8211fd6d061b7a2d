"""The list calls: contacts, accounts, products, and their counts.

https://desk.zoho.com/DeskAPIDocument#Contacts#Contacts_Listcontacts
https://desk.zoho.com/DeskAPIDocument#Accounts#Accounts_Listaccounts
https://desk.zoho.com/DeskAPIDocument#Products#Products_Listproducts
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from zoho.sandbox import answers
from zoho.sandbox.answers import Refusal, invalid
from zoho.sandbox.desk.asked import Asked, Endpoint, by_offset, count_price
from zoho.sandbox.desk.shapes import list_rows
from zoho.sandbox.scopes import Needs
from zoho.sandbox.tables import Row

READ_CONTACTS: Needs = (("Desk.contacts.READ",),)
READ_PRODUCTS: Needs = (("Desk.products.READ", "Desk.settings.READ"),)

_SORTS = {
    "contacts": ("firstName", "lastName", "phone", "email", "account", "createdTime", "modifiedTime"),
    "accounts": ("website", "email", "phone", "accountName", "createdTime", "modifiedTime"),
    "products": ("productName", "productCode", "unitPrice", "createdTime", "modifiedTime"),
}


def contacts(asked: Asked) -> web.Response:
    """The contacts; ``from`` counts from zero."""
    return _page(asked, "contacts", asked.offset())


def accounts(asked: Asked) -> web.Response:
    """The accounts; ``from`` counts from one, and zero is either the same as one or refused."""
    lowest = 0 if asked.org.quirks.accounts_from_zero else 1
    return _page(asked, "accounts", max(0, asked.number("from", 1, lowest) - 1))


def products(asked: Asked) -> web.Response:
    """The products; ``from`` counts from zero."""
    return _page(asked, "products", asked.offset())


def count_contacts(asked: Asked) -> web.Response:
    """The number of contacts in a view."""
    asked.required("viewId")
    return answers.json({"count": asked.org.quirks.count(len(_filtered(asked, "contacts")))})


def count_accounts(asked: Asked) -> web.Response:
    """The number of accounts in a view."""
    asked.required("viewId")
    return answers.json({"count": asked.org.quirks.count(len(_filtered(asked, "accounts")))})


def _page(asked: Asked, module: str, skip: int) -> web.Response:
    limit, include = asked.limit(), includes(asked, {"accounts"} if module == "contacts" else {"owner"})
    rows = _filtered(asked, module)[skip : skip + limit]
    shown = list_rows(asked, module, rows, include)
    if not shown and not (module == "contacts" and asked.org.quirks.empty_list):
        return answers.nothing()
    return answers.json({"data": shown})


def _filtered(asked: Asked, module: str) -> Sequence[Row]:
    """The rows in the order that was asked for, less those that the filters leave out."""
    sort = asked.choice("sortBy", _SORTS[module])
    table = asked.org.tables[module]
    rows = (
        table.ordered(sort.removeprefix("-"), asked.sees_all, descending=sort.startswith("-"))
        if sort
        else table.live(asked.sees_all)
    )
    for name in ("viewId", "filterId"):
        if name in asked.params:
            values = _view(asked, module, name)
            rows = [row for row in rows if all(row.get(field) == value for field, value in values.items())]
    if "ownerId" in asked.params:
        rows = [row for row in rows if row.get("ownerId") == asked.params["ownerId"]]
    department = asked.params.get("departmentId", "0")
    if department != "0":
        rows = [row for row in rows if department in row.get("departmentIds", ())]
    return rows


def _view(asked: Asked, module: str, name: str) -> dict[str, str]:
    view = asked.org.views.get(asked.params[name])
    if view is None or view.module != module:
        raise invalid(f"/{name}", "there is no such view")
    return dict(view.values)


def includes(asked: Asked, allowed: set[str]) -> list[str]:
    """What ``include`` names; 422 for anything else than is allowed here."""
    names = [name for name in asked.params.get("include", "").split(",") if name]
    for name in names:
        if name not in allowed:
            raise Refusal(
                422, "UNPROCESSABLE_ENTITY", "The value passed for the 'include' parameter is invalid."
            )
    return names


_COMMON = frozenset({"limit", "from", "sortBy", "fields", "viewId"})

ENDPOINTS = (
    Endpoint("GET", "/contacts", contacts, READ_CONTACTS, _COMMON | {"filterId", "include"}, by_offset),
    Endpoint("GET", "/accounts", accounts, READ_CONTACTS, _COMMON | {"filterId"}, by_offset),
    Endpoint(
        "GET",
        "/products",
        products,
        READ_PRODUCTS,
        _COMMON | {"departmentId", "ownerId", "include"},
        by_offset,
    ),
    Endpoint("GET", "/contacts/count", count_contacts, READ_CONTACTS, frozenset({"viewId"}), count_price),
    Endpoint("GET", "/accounts/count", count_accounts, READ_CONTACTS, frozenset({"viewId"}), count_price),
)
