"""Record to web address, and back. No address is better than one that leads elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from zoho.records import Module, Record
from zoho.regions import Region

PRODUCT_LINK = "{desk_web}/support/{portal}/ShowHomePage.do#Products/dv/{id}"
"""Undocumented by Zoho, formed like those of contacts and accounts; an operator may say otherwise."""

_TABS = {Module.DESK_CONTACTS: "Contacts", Module.DESK_ACCOUNTS: "Accounts"}
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f<>\"\\^`{|}]")
_PLACE = re.compile(
    r"(?:^|/)(contacts|accounts|products)(?:(?:/(?:dv|view|details?))+/([0-9A-Za-z]{1,64})|/(\d{5,64}))(?=$|[/?#&])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Links:
    """Where the records of one organisation are found on the web."""

    region: Region
    portal: str
    org_id: str = ""
    product_link: str = PRODUCT_LINK

    def record(self, record: Record) -> str:
        """The address of a record: Zoho's own unchanged, else one formed for this portal, else ""."""
        if is_address(record.web_url):
            return record.web_url
        tab = _TABS.get(record.module)
        template = (
            f"{{desk_web}}/support/{{portal}}/ShowHomePage.do#{tab}/dv/{{id}}" if tab else self.product_link
        )
        return self._formed(template, record.id)

    def _formed(self, template: str, record_id: str) -> str:
        parts = {
            "{desk_web}": self.region.desk_web,
            "{portal}": quote(self.portal, safe=""),
            "{org_id}": quote(self.org_id, safe=""),
            "{dc}": self.region.dc,
            "{id}": quote(record_id, safe=""),
        }
        address = template
        for name, value in parts.items():
            if name in address and not value:
                return ""
            address = address.replace(name, value)
        return address if record_id and is_address(address) else ""


def is_address(text: str) -> bool:
    """Whether this is an http or https address with a host, and nothing that could break out of a link."""
    if _UNSAFE.search(text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def parse(url: str) -> tuple[Module, str] | None:
    """The module and the id that a Desk address names, on any host: portals may have domains of their own.

    None for an address of anything else.
    """
    if not is_address(url.strip()):
        return None
    parts = urlsplit(url.strip())
    for place in (unquote(parts.fragment), unquote(parts.path)):
        match = _PLACE.search(place)
        if match:
            return Module(f"desk/{match[1].lower()}"), match[2] or match[3]
    return None
