"""Single records, and contacts by their ids.

https://desk.zoho.com/DeskAPIDocument#Contacts#Contacts_Getacontact
"""

from __future__ import annotations

from aiohttp import web

from zoho.sandbox import answers
from zoho.sandbox.answers import out_of_range
from zoho.sandbox.desk.asked import Asked, Endpoint, Handler, three
from zoho.sandbox.desk.lists import READ_CONTACTS, READ_PRODUCTS, includes
from zoho.sandbox.desk.shapes import whole
from zoho.sandbox.tables import Row

_INCLUDES = {"contacts": {"accounts", "owner"}, "accounts": {"owner"}, "products": {"departments", "owner"}}


def found(asked: Asked, module: str, record: str) -> Row:
    """The record, trashed or not. Raises Refusal for one that is gone or that the profile hides."""
    row = asked.org.tables[module].rows.get(record)
    if row is None:
        raise answers.not_found()
    if row.get("_restricted") and not asked.sees_all:
        if asked.org.quirks.hidden_status == 403:
            raise answers.forbidden("You do not have permission to view this record.")
        raise answers.not_found()
    return row


def _single(module: str) -> Handler:
    def read(asked: Asked) -> web.Response:
        include = includes(asked, _INCLUDES[module])
        return answers.json(whole(asked, module, found(asked, module, asked.ids["id"]), include))

    return read


def contacts_by_ids(asked: Asked) -> web.Response:
    """Up to 20 contacts; ids that name none the person may see are left out."""
    ids = [one for one in asked.required("ids").split(",") if one]
    if len(ids) > 20:
        raise out_of_range("ids", "1-20")
    rows = [row for one in ids if (row := asked.org.tables["contacts"].rows.get(one)) is not None]
    shown = [whole(asked, "contacts", row) for row in rows if asked.sees_all or not row.get("_restricted")]
    return answers.json({"data": shown}) if shown else answers.nothing()


_INCLUDE = frozenset({"include"})

ENDPOINTS = (
    Endpoint("GET", "/contacts/{id}", _single("contacts"), READ_CONTACTS, _INCLUDE),
    Endpoint("GET", "/accounts/{id}", _single("accounts"), READ_CONTACTS, _INCLUDE),
    Endpoint("GET", "/products/{id}", _single("products"), READ_PRODUCTS, _INCLUDE),
    Endpoint("GET", "/contacts/contactsByIds", contacts_by_ids, READ_CONTACTS, frozenset({"ids"}), three),
)
