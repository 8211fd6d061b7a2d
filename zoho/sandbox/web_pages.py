"""The web pages beside the API: where record links land, and what the stand-in is."""

from __future__ import annotations

from aiohttp import web

from zoho.sandbox import answers
from zoho.sandbox.desk.shapes import iso
from zoho.sandbox.organisation import Org
from zoho.sandbox.pages import CONTENT_SECURITY_POLICY, links, page, record_frame, record_part
from zoho.sandbox.tables import TIMES, Row, full_name
from zoho.sandbox.world import CENTRE, WORLD

_NAMES = {
    "firstName": "First name",
    "lastName": "Last name",
    "email": "E-mail",
    "secondaryEmail": "Second e-mail",
    "accountName": "Account",
    "productName": "Product",
    "productCode": "Code",
    "unitPrice": "Price",
    "createdTime": "Created",
    "modifiedTime": "Modified",
    "isEndUser": "Has a help centre login",
    "isTrashed": "In the recycle bin",
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
        (f"{one.name}, {iso(one.at)}", one.content) for one in org.comments_on(module, str(row["id"]))
    ]
    return _html(record_part(_title(row), _fields(org, row), comments))


async def crm_page(request: web.Request) -> web.Response:
    """Links into CRM land here; the stand-in has no CRM records."""
    return answers.html(200, "Zoho CRM", f"A link into CRM: /crm/{request.match_info['tail']}")


def _org(request: web.Request) -> Org | None:
    org = request.app[WORLD].organisations.get(request.match_info["portal"])
    return org if org is not None and org.dc == request.app[CENTRE].dc else None


def _title(row: Row) -> str:
    return str(row.get("productName") or full_name(row) or row.get("accountName") or "(no name)")


def _fields(org: Org, row: Row) -> list[tuple[str, str]]:
    account = org.tables["accounts"].rows.get(row.get("accountId", ""), {})
    shown = {**row, "accountName": row.get("accountName") or account.get("accountName", "")}
    plain = [
        (_NAMES.get(name, name), iso(value) if name in TIMES else str(value))
        for name, value in shown.items()
        if value
        and not name.startswith("_")
        and name not in ("cf", "accountId", "zohoCRMContact", "departmentIds")
    ]
    return [*plain, *((name, str(value)) for name, value in row.get("cf", {}).items())]
