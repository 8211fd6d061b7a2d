"""The stand-in's web pages. Each says that it is a stand-in; everything shown is escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape

from zoho.sandbox.people import Person

NOTICE = "This is a stand-in for Zoho: made-up people and records, no connection to zoho.com."

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; padding: 1.5rem; max-width: 42rem; }
.notice { border: 1px dashed; border-radius: .5rem; padding: .5rem .75rem; font-size: .875rem; opacity: .8; }
button { display: block; width: 100%; margin: .5rem 0; padding: .6rem .8rem; font: inherit; text-align: left;
  border: 1px solid #8888; border-radius: .5rem; cursor: pointer; }
button small { display: block; opacity: .75; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid #8884; vertical-align: top; }
th { width: 12rem; font-weight: 600; }
td { overflow-wrap: anywhere; }
code { overflow-wrap: anywhere; }
"""

# The record's id stands behind the #, which no browser sends; the page asks for the record by itself.
_SCRIPT = """
async function show() {
  const place = document.getElementById("record");
  const found = /^#(Contacts|Accounts|Products)\\/dv\\/(\\d+)$/.exec(location.hash);
  if (!found) { place.textContent = "The address names no record."; return; }
  const answer = await fetch("record/" + found[1] + "/" + found[2]);
  place.innerHTML = await answer.text();
}
addEventListener("hashchange", show);
show();
"""


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src {_hash(_STYLE)}; script-src {_hash(_SCRIPT)}; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def page(title: str, words: str, *, body: str = "", script: bool = False) -> str:
    """A whole page; ``title`` and ``words`` are plain text, ``body`` is HTML."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · stand-in Zoho</title><style>{_STYLE}</style></head><body>"
        f'<p class="notice">{NOTICE}</p><h1>{escape(title)}</h1><p>{escape(words)}</p>{body}'
        f"{f'<script>{_SCRIPT}</script>' if script else ''}</body></html>"
    )


def consent_page(query: Mapping[str, str], people: Iterable[Person], dc: str) -> str:
    """The page where one chooses as whom to allow what the client asks for."""
    scopes = "".join(
        f"<li><code>{escape(scope)}</code></li>" for scope in query.get("scope", "").split(",") if scope
    )
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in query.items()
    )
    buttons = "".join(
        f'<button name="user" value="{person.key}">Accept as {escape(person.name)}'
        f"<small>{escape(person.note)}{_elsewhere(person, dc)}</small></button>"
        for person in people
    )
    body = (
        f"<p>It asks for:</p><ul>{scopes}</ul>"
        f'<form method="post" action="/oauth/v2/consent">{hidden}{buttons}'
        '<button name="user" value="decline">Decline</button></form>'
    )
    return page("Allow access?", "An application wants to use your Zoho account.", body=body)


def _elsewhere(person: Person, dc: str) -> str:
    return "" if person.dc == dc else f" · data centre {escape(person.dc.upper())}"


def record_frame(portal: str) -> str:
    """The page that record links open."""
    body = '<div id="record"></div><noscript><p>This page needs JavaScript to show the record.</p></noscript>'
    return page(portal, "A record as Zoho Desk would show it.", body=body, script=True)


def record_part(title: str, fields: Iterable[tuple[str, str]], comments: Iterable[tuple[str, str]]) -> str:
    """One record as a piece of HTML: its fields, then its comments as (who and when, what)."""
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in fields)
    notes = "".join(f"<tr><th>{escape(who)}</th><td>{escape(words)}</td></tr>" for who, words in comments)
    heading = f"<h3>Comments</h3><table>{notes}</table>" if notes else ""
    return f"<h2>{escape(title)}</h2><table>{rows}</table>{heading}"


def links(items: Iterable[tuple[str, str]]) -> str:
    """A list of links as HTML: (address, text)."""
    return (
        "<ul>"
        + "".join(f'<li><a href="{escape(to)}">{escape(text)}</a></li>' for to, text in items)
        + "</ul>"
    )
