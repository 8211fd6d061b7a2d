"""Zoho's data centres and their hosts; a host that is not in this table gets nothing from us.

https://www.zoho.com/accounts/protocol/oauth/multi-dc.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Region:
    """One data centre: every value but ``dc`` and ``name`` is an origin without a path ("" when unknown)."""

    dc: str
    name: str
    accounts: str
    api: str
    desk: str
    desk_web: str
    crm_web: str


def _row(dc: str, name: str, domain: str, *, api: str | None = None, desk: bool = True) -> Region:
    desk_host = f"https://desk.{domain}" if desk else ""
    return Region(
        dc=dc,
        name=name,
        accounts=f"https://accounts.{domain}",
        api=f"https://www.{api or domain.replace('zoho.', 'zohoapis.')}",
        desk=desk_host,
        desk_web=desk_host,
        crm_web=f"https://crm.{domain}",
    )


# The United Kingdom has no documented Desk host; an operator who knows it says so in ZOHO_HOSTS.
_TABLE = (
    _row("us", "US", "zoho.com"),
    _row("eu", "EU", "zoho.eu"),
    _row("in", "India", "zoho.in"),
    _row("au", "Australia", "zoho.com.au"),
    _row("jp", "Japan", "zoho.jp"),
    _row("ca", "Canada", "zohocloud.ca", api="zohoapis.ca"),
    _row("sa", "Saudi Arabia", "zoho.sa"),
    _row("uk", "United Kingdom", "zoho.uk", desk=False),
    _row("cn", "China", "zoho.com.cn"),
    _row("ae", "UAE", "zoho.ae"),
    _row("sg", "Singapore", "zoho.sg"),
)

CODES = tuple(region.dc for region in _TABLE)
HOST_KEYS = ("accounts", "api", "desk", "desk_web", "crm_web")


class Regions:
    """The table of data centres, with an operator's overrides laid over it."""

    def __init__(self, overrides: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """``overrides`` maps dc to host keys and origins, as ``ZOHO_HOSTS`` gives them.

        Raises ValueError, in words for the operator, for an unknown dc, key or an origin that is not safe.
        """
        given = overrides or {}
        for dc, hosts in given.items():
            if dc not in CODES:
                raise ValueError(f"“{dc}” is no Zoho data centre; the codes are {', '.join(CODES)}")
            for key, origin in hosts.items():
                _check_origin(dc, key, origin)
        self._rows = {
            row.dc: replace(row, **{key: value.rstrip("/") for key, value in given.get(row.dc, {}).items()})
            for row in _TABLE
        }

    def __iter__(self) -> Iterator[Region]:
        return iter(self._rows.values())

    def __getitem__(self, dc: str) -> Region:
        """The data centre with this code; KeyError for any other."""
        return self._rows[dc]

    def get(self, dc: str) -> Region | None:
        """The data centre with this code (any case), or None."""
        return self._rows.get(dc.lower())

    def by_accounts_server(self, server: str) -> Region | None:
        """The data centre whose accounts server this is, or None for anybody else's host."""
        return self._by("accounts", server)

    def by_api_domain(self, domain: str) -> Region | None:
        """The data centre whose API domain this is, or None."""
        return self._by("api", domain)

    def by_web_address(self, address: str) -> Region | None:
        """The data centre on whose Desk pages this address lies, or None: portals may have other hosts."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        return self._by("desk_web", f"{parts.scheme}://{parts.netloc}") if parts.netloc else None

    def _by(self, key: str, origin: str) -> Region | None:
        wanted = origin.strip().rstrip("/").lower()
        return next((row for row in self if getattr(row, key) and getattr(row, key) == wanted), None)


def is_loopback(host: str | None) -> bool:
    """Whether a host name can only mean this machine."""
    return host in ("localhost", "::1") or (host or "").startswith("127.")


def _check_origin(dc: str, key: str, origin: str) -> None:
    where = f"{dc}.{key}"
    if key not in HOST_KEYS:
        raise ValueError(f"“{where}” is not known; the keys are {', '.join(HOST_KEYS)}")
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{where} is no address: give an origin like https://desk.zoho.eu")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(f"{where} must begin with https (http is for this machine only)")
    if parts.path.rstrip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError(f"{where} must be an origin without a path")
