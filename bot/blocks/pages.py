"""The web pages of the connect flow as HTML: one ``<style>``, no script, and a policy that allows no more."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import NamedTuple
from urllib.parse import urlencode

from bot import ids
from bot.blocks import connection, words
from zoho.records import Product

_STYLE = """
:root { --bg: #f6f6f7; --card: #fff; --text: #1d1c1d; --muted: #5c5b5d; --line: #dcdcde; --accent: #007a5a;
  --on-accent: #fff; --ok: #007a5a; --warn: #8a5a00 }
@media (prefers-color-scheme: dark) { :root { --bg: #121416; --card: #1a1d21; --text: #e6e6e7;
  --muted: #ababad; --line: #35373b; --accent: #2f9e7b; --on-accent: #08120e; --ok: #5ec29e;
  --warn: #e6b450 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; background: var(--bg);
  color: var(--text); font: 16px/1.5 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
main { width: 100%; max-width: 460px; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; padding: 32px }
.mark { display: flex; align-items: center; gap: 10px; color: var(--muted); font-size: 14px;
  margin-bottom: 20px }
h1 { font-size: 22px; line-height: 1.3; margin: 0 0 20px }
h1 + p { margin-top: -12px }
h1 .ok { color: var(--ok) }
h1 .warn { color: var(--warn) }
h2 { font-size: 16px; margin: 0 0 4px }
ol { margin: 0 0 24px; padding-left: 20px }
li { margin: 4px 0 }
p { margin: 0 0 20px }
dl { margin: 0 0 24px; border-top: 1px solid var(--line) }
dl div { display: flex; gap: 16px; padding: 10px 0; border-bottom: 1px solid var(--line) }
dt { flex: 0 0 112px; color: var(--muted) }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere }
.button { border: 0; font: inherit; cursor: pointer; display: inline-block; background: var(--accent);
  color: var(--on-accent); text-decoration: none; font-weight: 600; padding: 10px 18px; border-radius: 8px }
.button:focus-visible { outline: 3px solid var(--text); outline-offset: 2px }
small { display: block; margin-top: 20px; color: var(--muted); font-size: 14px }
@media (max-width: 460px) { body { padding: 12px } main { padding: 24px } dl div { display: block } }
code { font: 14px/1.4 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere }
"""
_MARK = (
    '<svg width="28" height="28" viewBox="0 0 36 36" aria-hidden="true">'
    '<rect width="36" height="36" rx="9" fill="#24415f"/>'
    '<rect x="8" y="7" width="15" height="18" rx="3" fill="none" stroke="#9db8d2" stroke-width="2.4"/>'
    '<rect x="13" y="12" width="15" height="18" rx="3" fill="#fff"/></svg>'
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; frame-ancestors 'none'"


class Page(NamedTuple):
    """A finished page and the ``Content-Security-Policy`` to send with it."""

    html: str
    policy: str


class Asking(NamedTuple):
    """Who asks for a connection: names as Slack knows them."""

    user_name: str
    workspace_name: str


def slack_address(team: str, app: str, tab: str = "messages") -> str:
    """The address that opens this app in Slack; just Slack where the app's id is not known."""
    if not team or not app:
        return "slack://open"
    return f"slack://app?{urlencode({'team': team, 'id': app, 'tab': tab})}"


def connect_page(
    asking: Asking, link: str, scopes: Sequence[str], *, product: Product = Product.DESK
) -> Page:
    """The page before Zoho's consent: whose bot this feeds, what it will read and what it may change.

    ``link`` is the secret of the attempt; the button posts it to ``/zoho/connect``.
    """
    brand = words.brand(product)
    facts = _facts(
        ("Slack user", _name(asking.user_name)),
        ("Workspace", _name(asking.workspace_name)),
        ("Will read", escape(words.sentence(connection.reads(scopes)) or "Nothing")),
        ("Can change", _changes(scopes)),
    )
    form = (
        '<form method="post" action="/zoho/connect">'
        f'<input type="hidden" name="link" value="{escape(link)}">'
        '<button class="button">Continue to Zoho</button></form>'
    )
    warning = "Close this page. Whoever sent you the link would read with your Zoho rights."
    foot = f"<small><b>Is this not you?</b> {warning}</small>"
    title = f"Connect {brand} to Slack"
    # No form-action here: browsers apply it to the redirects to Zoho's own servers too.
    return _page(title, f"<h1>Connect {brand} to this Slack user?</h1>{facts}{form}{foot}", _POLICY)


def _changes(scopes: Sequence[str]) -> str:
    changes = connection.writes(scopes)
    return escape(f"{words.sentence(changes)}, only when you press a button") if changes else "Nothing"


def connected_page(
    asking: Asking,
    org_name: str,
    region_name: str,
    scopes: Sequence[str],
    address: str,
    *,
    product: Product = Product.DESK,
    going_on: bool = False,
) -> Page:
    """The connection stands; ``going_on`` when the command that asked for it runs now."""
    brand = words.brand(product)
    follows = "Your search goes on in Slack." if going_on else "You can go on in Slack."
    allowed = "Reading, and writing when you press a button" if connection.writes(scopes) else "Reading only"
    who = f"{_name(asking.user_name)}, workspace {_name(asking.workspace_name)}"
    facts = _facts(
        ("Slack user", who),
        (brand, _name(org_name) if org_name else "To be chosen in Slack"),
        ("Region", escape(region_name)),
        ("Allowed", allowed),
    )
    foot = (
        f"<small>Not the right organisation? In Slack, type <code>{ids.COMMAND} disconnect</code>, "
        "sign in to Zoho as the right user, and connect again.</small>"
    )
    head = f'<h1><span class="ok" aria-hidden="true">✓</span> {brand} is connected</h1>'
    body = f"{head}<p>You can close this page. {follows}</p>{facts}{_open_slack(address)}{foot}"
    return _page(f"{brand} is connected", body, f"{_POLICY}; form-action 'none'")


def failed_page(
    said: str,
    address: str,
    *,
    steps: Sequence[str] = (),
    reference: str = "",
    at: datetime | None = None,
    product: Product = Product.DESK,
) -> Page:
    """Nothing was connected: what happened, what to do, and what to tell the person who runs the app.

    ``said`` and ``steps`` are our own HTML.
    """
    brand = words.brand(product)
    listed = "".join(f"<li>{step}</li>" for step in steps)
    todo = f"<h2>What to do</h2><ol>{listed}</ol>" if listed else ""
    head = f'<h1><span class="warn" aria-hidden="true">!</span> {brand} was not connected</h1>'
    body = f"{head}<p>{said}</p>{todo}{_open_slack(address)}{_reference(reference, at)}"
    return _page(f"{brand} was not connected", body, f"{_POLICY}; form-action 'none'")


def _reference(reference: str, at: datetime | None) -> str:
    if not reference:
        return ""
    moment = f", {words.day(at)}, {words.utc_time(at)}" if at else ""
    told = f"reference <code>{escape(reference)}</code>{moment}"
    return f"<small>If it happens again, tell the person who runs this app: {told}.</small>"


def _open_slack(address: str) -> str:
    return f'<a class="button" href="{escape(address)}">Open Slack</a>'


def _facts(*facts: tuple[str, str]) -> str:
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts if value)
    return f"<dl>{rows}</dl>"


def _name(value: str) -> str:
    """A name as letters only, in its own direction."""
    return f"<bdi>{escape(words.cut(words.clean(value), words.VALUE_LENGTH))}</bdi>"


def _page(title: str, body: str, policy: str) -> Page:
    html = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f'<body>\n<main>\n<div class="mark">{_MARK}Duplicates for Slack</div>\n{body}\n</main>\n</body>\n'
        "</html>\n"
    )
    return Page(html, policy)
