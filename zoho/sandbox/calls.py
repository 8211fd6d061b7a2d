"""What was asked of the stand-in: one line a call, with nothing secret in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

_SECRET = frozenset({"access_token", "client_secret", "code", "refresh_token", "state", "token"})
KEPT_OUT = "(kept out)"


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the accounts server or to the API.

    ``org`` is the portal's name where the ``orgId`` is known, else the ``orgId`` as it was sent, else "".
    ``person`` is the key of the made-up Zoho user behind the token, code or grant, else "". ``grant`` is
    "exchange" or "refresh" for the token endpoint, else "". ``status`` is 0 where the connection was dropped.
    """

    dc: str
    method: str
    path: str
    query: Mapping[str, str]
    org: str
    person: str
    status: int
    at: datetime
    grant: str = ""

    def as_json(self) -> dict[str, object]:
        """The call as the control route shows it."""
        return {
            "dc": self.dc,
            "method": self.method,
            "path": self.path,
            "query": dict(self.query),
            "org": self.org,
            "person": self.person,
            "status": self.status,
            "at": self.at.isoformat(),
            "grant": self.grant,
        }


def without_secrets(query: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The query with the values of secret parameters replaced; their names stay, so that a leak shows."""
    return {name: KEPT_OUT if name.lower() in _SECRET else value for name, value in query}
