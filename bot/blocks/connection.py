"""Connecting to Zoho and what may come of it: first contact, connected, which portal, disconnected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, InteractiveElement, Option, StaticSelectElement

from bot import ids
from bot.blocks import parts, words
from bot.blocks.alerts.told import set_up_button
from zoho import scopes as zoho_scopes
from zoho.records import Organisation, Product

_READS = {
    zoho_scopes.CONTACTS_READ: "contacts, accounts",
    zoho_scopes.PRODUCTS_READ: "products",
    zoho_scopes.SEARCH_READ: "search",
    zoho_scopes.BASIC_READ: "your organisation’s name",
}
_WRITES = {zoho_scopes.CONTACTS_UPDATE: "contacts, accounts", zoho_scopes.PRODUCTS_UPDATE: "products"}
_OPENS = {
    zoho_scopes.CONTACTS_READ: "contacts and accounts",
    zoho_scopes.PRODUCTS_READ: "products",
    zoho_scopes.SEARCH_READ: "Zoho’s own search",
    zoho_scopes.BASIC_READ: "your organisation’s name and number",
    zoho_scopes.CONTACTS_UPDATE: "comments on contacts and accounts",
    zoho_scopes.PRODUCTS_UPDATE: "the mark on products",
}
_OPTIONS = 100


@dataclass(frozen=True, slots=True)
class Connected:
    """What is told after connecting.

    ``user_name`` is the Zoho user, "" when Zoho does not say. ``host`` is where records open. ``going_on``
    names the search that runs now ("Desk contacts"), ``choices`` are portals of which one is to be chosen.
    """

    org_name: str
    portal: str
    region_name: str
    host: str
    product: Product = Product.DESK
    user_name: str = ""
    writing: bool = False
    going_on: str = ""
    choices: tuple[Organisation, ...] = ()


def reads(scopes: Sequence[str]) -> str:
    """What these scopes let us read: "contacts, accounts, products, search"."""
    return ", ".join(_READS[scope] for scope in scopes if scope in _READS)


def writes(scopes: Sequence[str]) -> str:
    """What these scopes let us change, "" for nothing."""
    return ", ".join(_WRITES[scope] for scope in scopes if scope in _WRITES)


def opened_by(scope: str) -> str:
    """What one scope is for, "" for one we do not ask for."""
    return _OPENS.get(scope, "")


def link_line(link: parts.Link) -> str:
    """For whom and how long a link is good, in mrkdwn."""
    return f"The link is for you alone, until {words.clock(link.expires)}."


def connect_button(link: parts.Link, text: str, label: str = "") -> InteractiveElement:
    """The button that opens the page before Zoho's consent."""
    read_aloud = f"{label or text}, opens your browser"
    return parts.button(ids.CONNECT_START, text, url=link.url, label=read_aloud, primary=True)


def first_contact(
    link: parts.Link,
    scopes: Sequence[str] = zoho_scopes.READ_DESK,
    *,
    product: Product = Product.DESK,
    follows: bool = True,
) -> parts.Message:
    """For somebody who is not connected; ``follows`` when a search waits for the connection."""
    brand = words.brand(product)
    head = f"Connect {brand} to find duplicates"
    why = "Searches run with your own Zoho rights: you see here what you may see in Zoho, and nothing more."
    begins = "Your search starts by itself afterwards. " if follows else ""
    foot = f"{link_line(link)} {begins}Leave at any time with `{ids.COMMAND} disconnect`."
    blocks: list[Block] = [
        parts.section("connect:head:1", f"*{head}*\n{why}"),
        parts.rich(
            "connect:scopes:1",
            parts.line(parts.bold("Zoho will ask you to allow reading of")),
            parts.bullets(*(parts.line(parts.bold(what), f": {use}") for what, use in _uses(scopes))),
            parts.line("Nothing can be changed with this. Writing is asked for only if you flag something."),
        ),
        parts.actions("connect:act:1", connect_button(link, f"Connect {brand}")),
        parts.context("connect:foot:1", foot),
    ]
    text = f"{head}. Reading only. The link is for you alone, until {words.clock(link.expires)}"
    return parts.Message(words.fallback(text), tuple(blocks))


def _uses(scopes: Sequence[str]) -> list[tuple[str, str]]:
    lists = reads([scope for scope in scopes if scope in _WHOLE_LISTS])
    uses = [(words.sentence(lists), "to compare them")] if lists else []
    if zoho_scopes.SEARCH_READ in scopes:
        uses.append(
            ("Search", "the duplicate search of products, looking up one record, and very long lists")
        )
    if zoho_scopes.BASIC_READ in scopes:
        uses.append(("Your organisation’s name and number", "to open records in the right region"))
    return uses


_WHOLE_LISTS = (zoho_scopes.CONTACTS_READ, zoho_scopes.PRODUCTS_READ)


def connected(facts: Connected) -> parts.Message:
    """A connection stands: as whom, where, what it may, and what happens now."""
    brand = words.brand(facts.product)
    blocks: list[Block] = [
        parts.section("connected:head:1", f":{parts.DONE}: *{brand} is connected*"),
        parts.rich("connected:facts:1", parts.bullets(*_facts(facts)), *_goes_on(facts)),
    ]
    if facts.choices:
        blocks.append(portal_menu(facts.choices))
    else:
        blocks.append(parts.actions("connected:act:1", *_begin(facts)))
    end = f"`{ids.COMMAND} status` checks it, `{ids.COMMAND} disconnect` ends it and deletes what is stored."
    blocks.append(parts.context("connected:foot:1", f"Access renews itself. {end}"))
    return parts.Message(words.fallback(_connected_text(facts)), tuple(blocks))


def _begin(facts: Connected) -> list[InteractiveElement]:
    search = parts.button(ids.SEARCH_ALL, "Find duplicates", primary=True)
    return [set_up_button()] if facts.going_on else [search, set_up_button()]


def _facts(facts: Connected) -> list[parts.Line]:
    allowed = (
        "reading, and writing when you press a button"
        if facts.writing
        else "reading. Writing is asked for when you first flag something"
    )
    lines = [("Zoho user: ", words.clean(facts.user_name))] if facts.user_name.strip() else []
    if not facts.choices:
        lines.append(("Organisation: ", _organisation(facts.org_name, facts.portal)))
    region = ", ".join(part for part in (facts.region_name, facts.host) if part)
    lines += [("Region: ", words.clean(region)), ("Allowed: ", allowed)]
    return [parts.line(parts.bold(name), words.cut(value, words.VALUE_LENGTH * 2)) for name, value in lines]


def _organisation(name: str, portal: str) -> str:
    return f"{words.name(name)}, portal {words.clean(portal)}" if portal.strip() else words.name(name)


def _goes_on(facts: Connected) -> list[parts.Line]:
    if facts.choices:
        waits = "; then your search goes on" if facts.going_on else ""
        return [parts.line(f"Your Zoho user has {len(facts.choices)} portals. Choose one{waits}.")]
    if facts.going_on:
        return [parts.line(f"Your search for {facts.going_on} is running; the result follows.")]
    return []


def _connected_text(facts: Connected) -> str:
    head = f"{words.brand(facts.product)} is connected"
    if facts.choices:
        return f"{head}. Choose one of your {len(facts.choices)} portals"
    where = f"{head}: {words.escaped(facts.org_name)}, {words.escaped(facts.region_name)}"
    return f"{where}. Your search for {facts.going_on} is running" if facts.going_on else where


def choose_portal(choices: Sequence[Organisation]) -> parts.Message:
    """The answer to every command until one of several portals was chosen."""
    told = f"Your Zoho user has {len(choices)} portals. Choose one; then your command goes on."
    blocks = (parts.section("portal:head:1", f"*Which organisation?*\n{told}"), portal_menu(choices))
    return parts.Message(told, blocks)


def portal_menu(choices: Sequence[Organisation]) -> Block:
    """One option a portal."""
    options = [Option(value=one.id, text=parts.plain(_choice(one))) for one in choices[:_OPTIONS]]
    menu = StaticSelectElement(
        action_id=ids.CONNECT_PORTAL, placeholder=parts.plain("Organisation"), options=options
    )
    return parts.section("portal:menu:1", "*Organisation*", menu)


def _choice(one: Organisation) -> str:
    return words.cut(_organisation(one.name, one.portal), words.OPTION_LENGTH - 1)


def portal_chosen(name: str, portal: str, *, going_on: str = "") -> parts.Message:
    """The menu was used; ``going_on`` names the search that runs now."""
    chosen = f"{words.inert(name)}, portal {words.inert(portal)}" if portal else words.inert(name)
    follows = f"\nYour search for {going_on} is running; the result follows." if going_on else ""
    block = parts.section("portal:done:1", f":{parts.DONE}: *Organisation chosen*: {chosen}{follows}")
    return parts.Message(words.fallback(f"Organisation chosen: {words.escaped(name)}"), (block,))


def connect_again(link: parts.Link, org_name: str, *, product: Product = Product.DESK) -> parts.Message:
    """``connect`` typed by somebody who is connected: the old grant ends when the new one stands."""
    brand = words.brand(product)
    head = f"{brand} is connected already"
    detail = (
        f"You read {words.inert(org_name)}. Connecting again replaces that once the new connection stands."
    )
    blocks: list[Block] = [
        parts.section("connect:head:1", f"*{head}*\n{detail}"),
        parts.actions("connect:act:1", connect_button(link, f"Connect {brand}")),
        parts.context("connect:foot:1", link_line(link)),
    ]
    text = f"{head}: {words.escaped(org_name)}. Connecting again replaces it"
    return parts.Message(words.fallback(text), tuple(blocks))


def disconnected(products: Sequence[Product], *, alerts: int = 0) -> parts.Message:
    """What was stored is gone; without ``products`` there was nothing. So many ``alerts`` read with it."""
    if not products:
        said = "There is no connection to end"
        rest = f"Nothing of your Zoho access is stored here. `{ids.COMMAND} connect` connects Zoho Desk."
    else:
        said = f"{words.in_words([words.brand(product) for product in products])} is disconnected"
        rest = (
            "Your Zoho access is deleted here, and Zoho was asked to withdraw it. Your flags are kept. "
            f"{_pausing(alerts)}`{ids.COMMAND} connect` connects again."
        )
    sign = f":{parts.DONE}: " if products else ""
    block = parts.section("gone:head:1", f"{sign}*{said}*\n{rest}")
    return parts.Message(words.fallback(f"{said}. {rest}".rstrip(".")), (block,))


def _pausing(alerts: int) -> str:
    if not alerts:
        return ""
    counted = words.sentence(words.counted(alerts, "alert"))
    if alerts == 1:
        said = f"{counted} of yours pauses when it is due next, and its channel will be told"
    else:
        said = f"{counted} of yours pause when they are due next, and their channels will be told"
    return f"{said}; `{ids.COMMAND} list` stops alerts for good. "
