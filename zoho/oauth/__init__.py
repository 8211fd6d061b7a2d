"""Zoho's accounts servers: asking for consent, and the token calls. Sends through what it is handed."""

from zoho.oauth.consent import Connected, Consent, Discovered, OAuth, usable_portals
from zoho.oauth.tokens import Credentials, PostForm, TokenAnswer, TokenEndpoint, read_token_answer

__all__ = [
    "Connected",
    "Consent",
    "Credentials",
    "Discovered",
    "OAuth",
    "PostForm",
    "TokenAnswer",
    "TokenEndpoint",
    "read_token_answer",
    "usable_portals",
]
