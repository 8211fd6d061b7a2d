"""Organisations, and who the token belongs to.

https://desk.zoho.com/DeskAPIDocument#Organizations
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from zoho.sandbox import answers
from zoho.sandbox.desk.asked import Asked, Endpoint
from zoho.sandbox.organisation import Org

_NEEDS = (("Desk.basic.READ", "Desk.organization.READ", "Desk.settings.READ"),)


def organizations(asked: Asked) -> web.Response:
    """Every organisation of the Zoho user."""
    return _rows(asked, (asked.world.organisations[portal] for portal in asked.person.portals))


def accessible(asked: Asked) -> web.Response:
    """The organisations that this token reaches."""
    return _rows(asked, asked.world.portals_of(asked.grant))


def organization(asked: Asked) -> web.Response:
    """One organisation."""
    for org in asked.world.portals_of(asked.grant):
        if org.id == asked.ids["id"]:
            return answers.json(_row(asked, org))
    raise answers.not_found()


def myinfo(asked: Asked) -> web.Response:
    """The agent behind the token."""
    person = asked.person
    return answers.json(
        {
            "id": person.agent_id,
            "firstName": person.first_name,
            "lastName": person.last_name,
            "emailId": person.email,
            "profileId": person.profile_id,
        }
    )


def _rows(asked: Asked, orgs: Iterable[Org]) -> web.Response:
    rows = [_row(asked, org) for org in orgs]
    return answers.json({"data": rows}) if rows else answers.nothing()


def _row(asked: Asked, org: Org) -> dict[str, Any]:
    """One row; ids come as numbers or as text, booleans may be text."""
    as_text = org.quirks.numbers_as_text
    return {
        "id": org.id if as_text else int(org.id),
        "companyName": org.name,
        "portalName": org.portal,
        "alias": org.portal,
        "portalURL": org.portal_url or f"{asked.centre.origin}/support/{org.portal}",
        "edition": org.edition.name,
        "isDefault": _boolean(org.portal == asked.person.portals[0], as_text),
        "isAdminInOrg": _boolean(asked.person.is_admin, as_text),
        "isSandboxPortal": _boolean(org.is_sandbox, as_text),
        "timeZone": "Europe/Berlin" if org.dc == "eu" else "Asia/Kolkata",
        "currencyCode": "EUR" if org.dc == "eu" else "INR",
        "currencySymbol": "€" if org.dc == "eu" else "₹",
        "description": "Made up for the stand-in",
    }


def _boolean(value: bool, as_text: bool) -> bool | str:
    return str(value).lower() if as_text else value


ENDPOINTS = (
    Endpoint("GET", "/organizations", organizations, _NEEDS, has_org=False),
    Endpoint("GET", "/accessibleOrganizations", accessible, _NEEDS, has_org=False),
    Endpoint(
        "GET", "/organizations/{id}", organization, _NEEDS, frozenset({"includeCustomDomain"}), has_org=False
    ),
    Endpoint("GET", "/myinfo", myinfo, _NEEDS),
)
