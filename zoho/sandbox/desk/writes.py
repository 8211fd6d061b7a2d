"""Everything that changes records: comments, fields, trash, merge.

https://desk.zoho.com/DeskAPIDocument#Contacts
https://desk.zoho.com/DeskAPIDocument#ContactComments
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from zoho.sandbox import answers
from zoho.sandbox.answers import Refusal, forbidden, invalid, not_found
from zoho.sandbox.desk.asked import Asked, Endpoint, Handler, three
from zoho.sandbox.desk.lists import READ_CONTACTS
from zoho.sandbox.desk.reads import found
from zoho.sandbox.desk.shapes import comment, whole
from zoho.sandbox.scopes import Needs
from zoho.sandbox.tables import Row, words

_UPDATE_CONTACTS: Needs = (("Desk.contacts.UPDATE",),)
_UPDATE_PRODUCTS: Needs = (("Desk.products.UPDATE", "Desk.settings.UPDATE"),)
_DELETE_CONTACTS: Needs = (("Desk.contacts.DELETE",),)
_DELETE_PRODUCTS: Needs = (("Desk.products.DELETE", "Desk.settings.DELETE"),)

_EDITABLE = {
    "contacts": words(
        "firstName lastName email secondaryEmail phone mobile type title accountId ownerId description "
        "street city state zip country twitter facebook"
    ),
    "accounts": words(
        "accountName website code phone fax email industry annualrevenue ownerId street city state "
        "country description"
    ),
    "products": words("productName productCode unitPrice description manufacturer ownerId departmentIds"),
}
_TRASHED_IDS = {"contacts": "contactIds", "accounts": "accountIds", "products": "productIds"}


def _object(asked: Asked) -> dict[str, Any]:
    if not isinstance(asked.body, dict):
        raise Refusal(400, "BAD_REQUEST", "The payload is no JSON object.")
    if not asked.body:
        raise Refusal(422, "EMPTY_PAYLOAD", "The payload is empty.")
    return asked.body


# -- comments -----------------------------------------------------------------------------------------


def _list_comments(module: str) -> Handler:
    def listed(asked: Asked) -> web.Response:
        """The comments of a record."""
        found(asked, module, asked.ids["id"])
        order = asked.choice("sortBy", ("commentedTime",))
        comments = asked.org.comments_on(module, asked.ids["id"])
        if order.startswith("-"):
            comments.reverse()
        page = comments[asked.offset() :][: asked.limit(50)]
        return answers.json({"data": [comment(asked, one) for one in page]}) if page else answers.nothing()

    return listed


def _add_comment(module: str) -> Handler:
    def add(asked: Asked) -> web.Response:
        """A new comment; its type is html unless plain text is asked for."""
        body, record = _object(asked), asked.ids["id"]
        found(asked, module, record)
        content, content_type = body.get("content"), body.get("contentType", "html")
        if not isinstance(content, str) or not content.strip():
            raise invalid("/content", "the content is missing", kind="missing")
        if len(content) > 32_000:
            raise invalid("/content", "the content is longer than 32000 characters")
        if content_type not in ("plainText", "html"):
            raise invalid("/contentType", "it is plainText or html")
        person = asked.person
        made = asked.org.add_comment(module, record, content, content_type, person.key, person.name)
        asked.world.writes += 1
        return answers.json(comment(asked, made))

    return add


def _delete_comment(module: str) -> Handler:
    def delete(asked: Asked) -> web.Response:
        """Take a comment away; only who wrote it and administrators may."""
        found(asked, module, asked.ids["id"])
        one = asked.org.comments.get(asked.ids["comment"])
        if one is None or (one.module, one.record) != (module, asked.ids["id"]):
            raise not_found()
        if one.person != asked.person.key and not asked.person.is_admin:
            raise forbidden("You do not have permission to delete this comment.")
        del asked.org.comments[one.id]
        asked.world.writes += 1
        return answers.nothing()

    return delete


# -- fields -------------------------------------------------------------------------------------------


def _update(module: str) -> Handler:
    def update(asked: Asked) -> web.Response:
        """Change fields, custom ones in ``cf``; a field the layout does not have is refused."""
        body = _object(asked)
        record = found(asked, module, asked.ids["id"])["id"]
        values = {name: value for name, value in body.items() if name != "cf"}
        for name in values:
            if name not in _EDITABLE[module]:
                raise invalid(f"/{name}", "the field does not exist")
        custom = body.get("cf", {})
        _check_custom(asked, module, custom)
        row = asked.org.tables[module].patch(record, {**values, "cf": custom})
        asked.world.writes += 1
        return answers.json(whole(asked, module, row))

    return update


def _check_custom(asked: Asked, module: str, custom: Any) -> None:
    if not isinstance(custom, dict):
        raise invalid("/cf", "it must be an object")
    for name, value in custom.items():
        if name not in asked.org.custom_fields[module]:
            raise invalid(f"/cf/{name}", "the field does not exist")
        if value is not None and (not isinstance(value, str) or len(value) > 100):
            raise invalid(f"/cf/{name}", "the value is a text of at most 100 characters")


def _update_many(module: str) -> Handler:
    def update_many(asked: Asked) -> web.Response:
        """One field of several records; the status is 200 even where some fail."""
        body = _object(asked)
        name, value, ids = body.get("fieldName"), body.get("fieldValue"), body.get("ids")
        if not isinstance(ids, list) or not ids:
            raise invalid("/ids", "the ids are missing", kind="missing")
        if not body.get("isCustomField") or not isinstance(name, str):
            raise invalid("/fieldName", "the field does not exist")
        _check_custom(asked, module, {name: value})
        results = [_set_one(asked, module, str(one), {name: value}) for one in ids]
        return answers.json({"results": results})

    return update_many


def _set_one(asked: Asked, module: str, record: str, custom: dict[str, Any]) -> dict[str, Any]:
    try:
        found(asked, module, record)
    except Refusal as refusal:
        errors = {"errorCode": refusal.body["errorCode"], "httpCode": refusal.status}
        return {"id": record, "success": False, "errors": errors}
    asked.org.tables[module].patch(record, {"cf": custom})
    asked.world.writes += 1
    return {"id": record, "success": True, "errors": None}


# -- trash and merge ----------------------------------------------------------------------------------


def _trash(module: str) -> Handler:
    def trash(asked: Asked) -> web.Response:
        """Move records to the recycle bin."""
        ids = _object(asked).get(_TRASHED_IDS[module])
        if not isinstance(ids, list) or not ids or (module == "products" and len(ids) > 50):
            raise invalid(f"/{_TRASHED_IDS[module]}", "it must be a list of ids")
        _check_admin(asked)
        for one in ids:
            found(asked, module, str(one))
        asked.org.tables[module].trash([str(one) for one in ids])
        asked.world.writes += 1
        return answers.nothing()

    return trash


def _merge(module: str) -> Handler:
    def merge(asked: Asked) -> web.Response:
        """Merge other records into the one of the path, which lives on; there is no way back."""
        body, master = _object(asked), asked.ids["id"]
        _check_admin(asked)
        ids = body.get("ids")
        if not isinstance(ids, list) or not ids or master in map(str, ids):
            raise invalid("/ids", "it must list other records than the one of the path")
        rows = {one: found(asked, module, one) for one in (master, *map(str, ids))}
        if any(row.get("isEndUser") for row in rows.values()):
            raise Refusal(
                422, "UNPROCESSABLE_ENTITY", "Contacts who signed up in the help center can't be merged."
            )
        values = _winners(module, body.get("source"), rows)
        asked.org.tables[module].patch(master, values)
        for one in asked.org.comments.values():
            if one.module == module and one.record in rows:
                one.record = master
        asked.org.tables[module].remove(one for one in rows if one != master)
        asked.world.writes += 1
        return answers.json(whole(asked, module, rows[master]))

    return merge


def _check_admin(asked: Asked) -> None:
    if not asked.person.is_admin:
        raise forbidden("You do not have permission to perform this operation.")


def _winners(module: str, source: Any, rows: dict[str, Row]) -> Row:
    """The values the surviving record takes: ``source`` names for each field the record whose value wins."""
    if source is None:
        return {}
    if not isinstance(source, dict):
        raise invalid("/source", "it must be an object")
    values: Row = {}
    for name, winner in source.items():
        if name == "cf" and isinstance(winner, dict):
            values["cf"] = {
                field: _row_of(f"/source/cf/{field}", one, rows).get("cf", {}).get(field)
                for field, one in winner.items()
            }
        elif name in _EDITABLE[module] and name != "accountName":
            values[name] = _row_of(f"/source/{name}", winner, rows).get(name)
        else:
            raise invalid(f"/source/{name}", "the field does not exist")
    return values


def _row_of(pointer: str, record: Any, rows: dict[str, Row]) -> Row:
    if str(record) not in rows:
        raise invalid(pointer, "the value is the id of a record that is merged")
    return rows[str(record)]


def _for(module: str) -> list[Endpoint]:
    """The writing endpoints of contacts and accounts."""
    comments = frozenset({"from", "limit", "sortBy"})
    path = f"/{module}/{{id}}"
    return [
        Endpoint("GET", f"{path}/comments", _list_comments(module), READ_CONTACTS, comments, three),
        Endpoint("POST", f"{path}/comments", _add_comment(module), _UPDATE_CONTACTS),
        Endpoint("DELETE", f"{path}/comments/{{comment}}", _delete_comment(module), _UPDATE_CONTACTS),
        Endpoint("PATCH", path, _update(module), _UPDATE_CONTACTS),
        Endpoint("POST", f"/{module}/updateMany", _update_many(module), _UPDATE_CONTACTS),
        Endpoint("POST", f"/{module}/moveToTrash", _trash(module), _DELETE_CONTACTS),
        Endpoint("POST", f"{path}/merge", _merge(module), _UPDATE_CONTACTS),
    ]


ENDPOINTS = (
    *_for("contacts"),
    *_for("accounts"),
    Endpoint("PATCH", "/products/{id}", _update("products"), _UPDATE_PRODUCTS),
    Endpoint("POST", "/products/moveToTrash", _trash("products"), _DELETE_PRODUCTS),
)
