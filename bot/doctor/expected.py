"""What the endpoints in use are expected to answer, after Zoho's published description.

https://github.com/zoho/zohodesk-oas/tree/main/v1.0 (Organization, Contact, Account, Product,
ContactDeduplication, AccountDeduplication, Search)
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.doctor.shapes import Expected

_TEXT = frozenset(("text", "digits", "time", "empty text"))
_ID = frozenset(("digits",))
_FLAG = frozenset(("true/false",))
_TIME = frozenset(("time",))
_COUNT = frozenset(("number",))
_LIST = frozenset(("list", "empty list"))
_OBJECT = frozenset(("object",))
_ANY = _TEXT | _FLAG | _COUNT | _LIST | _OBJECT

_CONTACT = {
    **dict.fromkeys(("id", "accountId", "ownerId"), _ID),
    **dict.fromkeys(("firstName", "lastName", "email", "secondaryEmail", "phone", "mobile", "type"), _TEXT),
    **dict.fromkeys(("photoURL", "webUrl"), _TEXT),
    **dict.fromkeys(("isAnonymous", "isEndUser", "isSpam"), _FLAG),
    "createdTime": _TIME,
    "zohoCRMContact": _OBJECT,
    "zohoCRMContact.id": _ID,
    "zohoCRMContact.type": _TEXT | _LIST,
    "zohoCRMContact.type[]": _TEXT,
    "accountCount": _TEXT | _COUNT,
    "customerHappiness": _OBJECT,
    **dict.fromkeys(
        (f"customerHappiness.{what}Percentage" for what in ("bad", "ok", "good")), _TEXT | _COUNT
    ),
}
_IN_ACCOUNT = {"account": _OBJECT, "account.id": _ID, "account.accountName": _TEXT, "account.website": _TEXT}
_ACCOUNT = {
    "id": _ID,
    **dict.fromkeys(("accountName", "website", "phone", "email", "webUrl"), _TEXT),
    "createdTime": _TIME,
    "zohoCRMAccount": _OBJECT,
    "zohoCRMAccount.id": _ID,
    "zohoCRMAccount.type": _TEXT,
}
_HAPPY = {path: kinds for path, kinds in _CONTACT.items() if path.startswith("customerHappiness")}
_PRODUCT = {"id": _ID, **dict.fromkeys(("productName", "productCode", "unitPrice"), _TEXT)}
_DEPARTMENTS = {"departmentIds": _LIST, "departmentIds[]": _ID}
_ORGANISATION = {
    "id": _ID | _COUNT,
    **dict.fromkeys(("companyName", "portalName", "portalURL", "alias", "edition", "timeZone"), _TEXT),
    **dict.fromkeys(("currencyCode", "currencySymbol", "description"), _TEXT),
    **dict.fromkeys(("isDefault", "isAdminInOrg", "isSandboxPortal"), _FLAG),
}
_FULL_CONTACT = {
    **_CONTACT,
    "modifiedTime": _TIME,
    "cf": _OBJECT,
    "cf.cf_…": _ANY,
    **dict.fromkeys(("isDeleted", "isTrashed"), _FLAG),
    **dict.fromkeys(("accountName", "fullName", "title", "description", "language", "layoutId"), _TEXT),
    **dict.fromkeys(("street", "city", "state", "zip", "country", "facebook", "twitter"), _TEXT),
}
_GROUP_OF_CONTACTS = {"fieldValue": _TEXT, "contacts": _LIST, "contacts[]": _OBJECT}
_GROUP_OF_ACCOUNTS = {"fieldValue": _TEXT, "accounts": _LIST, "accounts[]": _OBJECT}
_GROUP_OF_PRODUCTS = {"fieldValue": _TEXT, "products": _LIST, "products[]": _OBJECT}


def _below(path: str, row: Expected) -> Expected:
    return {f"{path}.{name}": kinds for name, kinds in row.items()}


def _rows(row: Expected) -> Expected:
    return {"": _OBJECT, "data": _LIST, "data[]": _OBJECT, **_below("data[]", row)}


def _without(row: Expected, *names: str) -> Expected:
    return {path: kinds for path, kinds in row.items() if path.partition(".")[0] not in names}


_VALUES = _rows({"fieldValue": _TEXT, "count": _COUNT})

EXPECTED: Mapping[str, Expected] = {
    "/api/v1/accessibleOrganizations": _rows(_ORGANISATION),
    "/api/v1/organizations": _rows(_ORGANISATION),
    "/api/v1/myinfo": {
        "": _OBJECT,
        "id": _ID,
        **dict.fromkeys(("firstName", "lastName", "emailId"), _TEXT),
        "profileId": _ID,
    },
    "/api/v1/contacts": _rows({**_CONTACT, **_IN_ACCOUNT}),
    "/api/v1/accounts": _rows({**_ACCOUNT, **_HAPPY}),
    "/api/v1/products": _rows({**_PRODUCT, **_DEPARTMENTS}),
    "/api/v1/groupContactDuplicateValues": _VALUES,
    "/api/v1/groupAccountDuplicateValues": _VALUES,
    "/api/v1/groupContacts": _rows(
        {**_GROUP_OF_CONTACTS, **_below("contacts[]", {**_without(_CONTACT, "accountCount"), **_IN_ACCOUNT})}
    ),
    "/api/v1/groupAccounts": _rows({**_GROUP_OF_ACCOUNTS, **_below("accounts[]", _ACCOUNT)}),
    "/api/v1/contacts/contactsByIds": _rows(_FULL_CONTACT),
    "/api/v1/contacts/search": {**_rows(_CONTACT), "count": _COUNT},
    "/api/v1/products/searchDuplicates": _rows(_PRODUCT),
}

DUPLICATES: Expected = {
    **_rows({**_GROUP_OF_PRODUCTS, **_below("products[]", _PRODUCT)}),
    "error": frozenset(),
}
"""The mission's endpoint, which no description of Zoho's holds: groups under ``data``, no ``error``."""

KNOWN: frozenset[str] = frozenset(
    name.removesuffix("[]")
    for expected in (*EXPECTED.values(), DUPLICATES)
    for path in expected
    for name in path.split(".")
    if name
)
"""Every name that may be printed wherever it stands."""
