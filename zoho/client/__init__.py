"""The one place that sends to Zoho: building a call, reading its answer, repeating what is safe to repeat.

`decode` knows answers (no network), `sending` sends, `login` signs calls with a person's token, and a
`Session` is what the endpoint methods are written on.
"""

from zoho.client.decode import Answer, Reply, decode
from zoho.client.login import FixedLogin, Login, ZohoAuth
from zoho.client.sending import CALL_SECONDS, Call, Client, Session, new_http

__all__ = [
    "CALL_SECONDS",
    "Answer",
    "Call",
    "Client",
    "FixedLogin",
    "Login",
    "Reply",
    "Session",
    "ZohoAuth",
    "decode",
    "new_http",
]
