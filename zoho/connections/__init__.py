"""Who is connected to what: the stored grants, the attempts to connect, and the renewing of tokens.

A connection is one Slack user's grant for one product. Tokens lie encrypted and leave this package only as
a `Token` for signing a call; everything else is told by a `Connection`, which holds none.
"""

from zoho.connections.attempts import Attempt, Attempts
from zoho.connections.renewal import Pace, Renewal
from zoho.connections.store import Connections
from zoho.connections.tables import (
    Connection,
    Grant,
    Refreshed,
    Replaced,
    Status,
    Token,
    TokenServer,
    attempts,
    connections,
)

__all__ = [
    "Attempt",
    "Attempts",
    "Connection",
    "Connections",
    "Grant",
    "Pace",
    "Refreshed",
    "Renewal",
    "Replaced",
    "Status",
    "Token",
    "TokenServer",
    "attempts",
    "connections",
]
