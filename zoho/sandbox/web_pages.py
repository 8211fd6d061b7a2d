"""The web pages beside the API: where record links land, and what the stand-in is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from zoho.sandbox import answers
from zoho.sandbox.organisation import Org
from zoho.sandbox.pages import CONTENT_SECURITY_POLICY, links, page, record_frame, record_part
from zoho.sandbox.tables import TIMES, Row, full_name
from zoho.sandbox.world import CENTRE, WORLD, World

_NAMES = {
    "firstName": "First name",
    "lastName": "Last name",
    "productName": "Product",
    "productCode": "Code",
    "unitPrice": "Price",
    "accountName": "Account",
    "email": "E-mail",
    "secondaryEmail": "Second e-mail",
    "phone": "Phone",
    "mobile": "Mobile",
    "website": "Website",
    "title": "Title",
    "type": "Type",
    "manufacturer": "Manufacturer",
    "description": "Description",
    "industry": "Industry",
    "street": "Street",
    "city": "City",
    "owner": "Owner",
    "isEndUser": "Has a help centre login",
    "isTrashed": "In the recycle bin",
    "createdTime": "Created",
    "modifiedTime": "Modified",
    "id": "Record id",
}


def routes() -> list[web.RouteDef]:
    """The pages of the stand-in."""
    return [
        web.get("/", index),
        web.get("/support/{portal}/ShowHomePage.do", desk_page),
        web.get(r"/support/{portal}/record/{tab:Contacts|Accounts|Products}/{id:\d+}", desk_record),
        web.get("/crm/{tail:.*}", crm_page),
    ]


def _html(text: str, *, status: int = 200) -> web.Response:
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


async def index(request: web.Request) -> web.Response:
    """What this is, with a way to every organisation's first record."""
    world, centre = request.app[WORLD], request.app[CENTRE]
    found = [(_first(org), org.name) for org in world.organisations.values() if org.dc == centre.dc]
    words = f"Data centre {centre.dc}. {world.writes} writes so far."
    return _html(page("Stand-in Zoho", words, body=links(found)))


def _first(org: Org) -> str:
    record = next(iter(org.tables["contacts"].rows), "0")
    return f"/support/{org.portal}/ShowHomePage.do#Contacts/dv/{record}"


async def desk_page(request: web.Request) -> web.Response:
    """Where a record link lands; the record's id stands behind the # and is read by the page itself."""
    org = _org(request)
    if org is None:
        return _html(page("No such portal", "This data centre has no portal of that name."), status=404)
    return _html(record_frame(org.name))


async def desk_record(request: web.Request) -> web.Response:
    """One record as a piece of HTML for the page above."""
    org, module = _org(request), request.match_info["tab"].lower()
    row = org.tables[module].rows.get(request.match_info["id"]) if org else None
    if org is None or row is None:
        return web.Response(text="<p>This record no longer exists.</p>", status=404, content_type="text/html")
    comments = [
        (f"{one.name}, {_when(one.at)}", one.content) for one in org.comments_on(module, str(row["id"]))
    ]
    return _html(record_part(_title(row), _fields(request.app[WORLD], org, row), comments))


async def crm_page(request: web.Request) -> web.Response:
    """Links into CRM land here; the stand-in has no CRM records."""
    return answers.html(200, "Zoho CRM", f"A link into CRM: /crm/{request.match_info['tail']}")


def _org(request: web.Request) -> Org | None:
    org = request.app[WORLD].organisations.get(request.match_info["portal"])
    return org if org is not None and org.dc == request.app[CENTRE].dc else None


def _title(row: Row) -> str:
    return str(row.get("productName") or full_name(row) or row.get("accountName") or "(no name)")


def _fields(world: World, org: Org, row: Row) -> list[tuple[str, str]]:
    """What a person would see of a record: the fields it has by their names, then its custom ones."""
    account = org.tables["accounts"].rows.get(row.get("accountId", ""), {})
    owner = next((one.name for one in world.people.values() if one.agent_id == row.get("ownerId")), "")
    shown = {"owner": owner, "accountName": account.get("accountName", ""), **row}
    plain = [(label, _said(name, shown[name])) for name, label in _NAMES.items() if shown.get(name)]
    return [*plain, *((name, str(value)) for name, value in row.get("cf", {}).items())]


def _said(name: str, value: Any) -> str:
    if name in TIMES:
        return _when(value)
    return "yes" if value is True else str(value)


def _when(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).strftime("%d %b %Y, %H:%M UTC")
