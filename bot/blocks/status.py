"""Is everything in order? Every line is a check made just now; `checks` gives the same words to others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from slack_sdk.models.blocks import Block, ConfirmObject, InteractiveElement, RichTextElement

from bot import ids
from bot.blocks import connection, parts, words
from zoho.records import Product
from zoho.scopes import SEARCH_READ

_SEARCH = connection.opened_by(SEARCH_READ)
ENOUGH = 120  # seconds a token has to be good for


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What the duplicate search of products answered: ``rows`` when it works here, None when it does not.

    ``error`` are Zoho's words for an answer that decides neither, ``trouble`` are ours where it gave none.
    ``is_asked`` is False while the permission for asking is missing.
    """

    rows: int | None = None
    error: str = ""
    trouble: str = ""
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """What the checks of one connection gave; a part that Zoho did not give is None.

    ``seconds`` is how long the token is good for, ``trouble`` in a few words why it could not be renewed.
    ``wanted`` are the scopes for reading, ``missing`` those not granted. ``organisation`` says why it was not
    reached, "" when it was; ``answering`` and ``refused`` are lists by their names, the latter with the
    reason. ``reconnect`` when a new connection is the way out. ``alerts`` is how many channels' alerts read
    with this connection, ``next_alert`` when the first of them looks next; ``paused`` is how many wait for
    the connection to work again.
    """

    org_name: str
    region_name: str
    host: str
    at: datetime
    seconds: int
    wanted: tuple[str, ...]
    missing: tuple[str, ...] = ()
    endpoint: Endpoint | None = None
    writing: bool = False
    observe_only: bool = False
    credits_left: int | None = None
    trouble: str = ""
    product: Product = Product.DESK
    link: parts.Link | None = None
    organisation: str | None = None
    answering: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    reconnect: bool = False
    connected_at: datetime | None = None
    zoho_user: str = ""
    alerts: int = 0
    next_alert: datetime | None = None
    paused: int = 0


class Check(NamedTuple):
    """One line: whether it is well, its name, what is said; ``names`` are Zoho's, between the two parts.

    ``at`` is the moment with which what is said ends, where there is one.
    """

    is_well: bool
    name: str
    said: str
    names: tuple[str, ...] = ()
    then: str = ""
    at: datetime | None = None


def checks(report: Report) -> tuple[Check, ...]:
    """Every check in the order of their weight; without a token nothing else could be asked."""
    if report.trouble and report.organisation is None:
        return (_access(report), *(_alerts(report) if report.paused else ()))
    lines = [_access(report), _permissions(report)]
    if report.endpoint:
        lines.append(_endpoint(report.endpoint))
    if report.organisation is not None:
        lines.append(_organisation(report.organisation))
    lines += _lists(report)
    lines.append(_writing(report))
    if report.credits_left is not None:
        lines.append(_credits(report.credits_left))
    if report.host:
        lines.append(Check(True, "Links", f"open in {report.host}"))
    return (*lines, *_alerts(report))


def _access(report: Report) -> Check:
    if report.trouble:
        return Check(False, "Access", report.trouble)
    if report.seconds < ENOUGH:
        left = words.counted(report.seconds, "second")
        return Check(False, "Access", f"good for {left} only, and not renewed; check again in a minute")
    minutes = words.counted(report.seconds // 60, "minute")
    return Check(True, "Access", f"good for {minutes}, renews itself")


def _permissions(report: Report) -> Check:
    held = len(report.wanted) - len(report.missing)
    count = f"{held} of {len(report.wanted)} for reading"
    if not report.missing:
        return Check(True, "Permissions", count)
    closed = [name for name in map(connection.opened_by, report.missing) if name]
    verb = "is" if closed == [_SEARCH] else "are"
    then = f": {words.in_words(closed)} {verb} closed to you" if closed else ""
    return Check(False, "Permissions", f"{count}. Missing ", report.missing, then)


def _endpoint(endpoint: Endpoint) -> Check:
    name = "Product duplicates"
    if endpoint.error:
        then = "; a Desk administrator may know why"
        return Check(False, name, "Zoho answered with an error: ", (endpoint.error,), then)
    if endpoint.trouble:
        return Check(False, name, f"no answer that counts: {endpoint.trouble}")
    if not endpoint.is_asked:
        return Check(True, name, "not asked without that permission; the product list is compared instead")
    if endpoint.rows is None:
        return Check(True, name, "Zoho does not offer them here; the product list is compared instead")
    return Check(True, name, f"Zoho answers, with {words.counted(endpoint.rows, 'row')}")


def _organisation(trouble: str) -> Check:
    if trouble:
        return Check(False, "Organisation", f"nothing can be searched: {trouble}")
    return Check(True, "Organisation", "reached with your connection")


def _lists(report: Report) -> list[Check]:
    """One line for the lists that answer, one for each that does not."""
    lines = []
    if report.answering:
        lines.append(Check(True, "Lists", f"{words.in_words(report.answering)} answer"))
    lines += [Check(False, words.sentence(name), f"not readable: {why}") for name, why in report.refused]
    return lines


def _alerts(report: Report) -> list[Check]:
    """Nothing where none were set up."""
    if report.paused:
        said = f"{words.number(report.paused)} paused: they run again once you have connected anew"
        return [Check(False, "Alerts", said)]
    if report.alerts:
        verb = "reads" if report.alerts == 1 else "read"
        said = f"{words.number(report.alerts)} {verb} with this connection"
        if report.next_alert is None:
            return [Check(True, "Alerts", said)]
        return [Check(True, "Alerts", f"{said}. Next: ", at=report.next_alert)]
    return []


def _credits(left: int) -> Check:
    if left > 0:
        return Check(True, "Credits", f"{words.number(left)} left today")
    return Check(False, "Credits", "none left today; searches wait until they are back")


def _writing(report: Report) -> Check:
    if report.observe_only:
        return Check(True, "Writing", "this installation writes nothing to Zoho; flags stay in Slack")
    if report.writing:
        return Check(True, "Writing", "allowed; a flag is written to Zoho too")
    return Check(True, "Writing", "not allowed, as you chose; flags stay in Slack")


def status(report: Report) -> parts.Message:
    """The answer to ``/duplicates status``."""
    lines = checks(report)
    todo = sum(not line.is_well for line in lines)
    verdict = words.counted(todo, "thing") + " to do" if todo else "all is well"
    blocks: list[Block] = [
        parts.header(_id(report, "head"), f"Your Zoho connection: {verdict}"),
        parts.context(_id(report, "ctx"), *_beneath(report)),
        parts.rich(_id(report, "desk"), parts.line(*_drawn(report, lines))),
        parts.actions(_id(report, "act"), *_buttons(report)),
    ]
    if report.link:
        blocks.append(parts.context(_id(report, "foot"), connection.link_line(report.link)))
    first = next((line for line in lines if not line.is_well), None)
    what = f". {first.name}: {words.escaped(_plain(first), 150)}" if first else ""
    return parts.Message(words.fallback(f"Zoho connection: {verdict}{what}"), tuple(blocks))


def _beneath(report: Report) -> list[str]:
    told = [words.dotted(words.when(report.at), "checked just now")]
    if report.connected_at:
        user = f" as {words.inert(report.zoho_user)}" if report.zoho_user.strip() else ""
        told.append(words.dotted(f"Connected{user}", words.when(report.connected_at)))
    return told


def not_connected(link: parts.Link, at: datetime, *, product: Product = Product.DESK) -> parts.Message:
    """The answer to somebody who has no connection: one thing to do."""
    brand = words.brand(product)
    verdict = "1 thing to do"
    mark = int(at.timestamp())
    said = parts.line(
        parts.bold(brand),
        f"{words.DOT}not connected\n",
        parts.emoji(parts.WARNING),
        "  ",
        parts.bold("Access"),
        " there is none, so nothing can be searched",
    )
    blocks: list[Block] = [
        parts.header(f"status:head:{mark}", f"Your Zoho connection: {verdict}"),
        parts.context(f"status:ctx:{mark}", words.dotted(words.when(at), "checked just now")),
        parts.rich(f"status:desk:{mark}", said),
        parts.actions(
            f"status:act:{mark}",
            connection.connect_button(link, f"Connect {brand}"),
            parts.button(ids.STATUS_AGAIN, "Check again"),
        ),
        parts.context(f"status:foot:{mark}", connection.link_line(link)),
    ]
    return parts.Message(
        words.fallback(f"Zoho connection: {verdict}. {brand} is not connected"), tuple(blocks)
    )


def checking(org_name: str) -> parts.Message:
    """While the answers are awaited."""
    said = f"Checking your connection to {words.inert(org_name)}…"
    return parts.Message(words.fallback(said), (parts.section("status:wait:1", f":{parts.WAITS}: {said}"),))


def _id(report: Report, part: str) -> str:
    return f"status:{part}:{int(report.at.timestamp())}"


def _plain(line: Check) -> str:
    return f"{line.said}{', '.join(line.names)}{line.then}"


def _drawn(report: Report, lines: Sequence[Check]) -> list[RichTextElement | str]:
    where = words.dotted("", words.name(report.org_name), words.clean(report.region_name))
    drawn: list[RichTextElement | str] = [parts.bold(words.brand(report.product)), f"{words.DOT}{where}"]
    for line in lines:
        sign = parts.emoji(parts.DONE if line.is_well else parts.WARNING)
        drawn += ["\n", sign, "  ", parts.bold(line.name), f" {words.cut(line.said, words.ZOHO_LENGTH)}"]
        drawn += [piece for name in line.names for piece in (", ", parts.code(_short(name)))][1:]
        drawn.append(parts.moment(line.at) if line.at else line.then)
    return drawn


def _short(name: str) -> str:
    return words.cut(words.clean(name), words.ZOHO_LENGTH - 1) or "…"


def _buttons(report: Report) -> list[InteractiveElement]:
    brand = words.brand(report.product)
    buttons: list[InteractiveElement] = []
    if report.link and report.reconnect:
        buttons.append(connection.connect_button(report.link, f"Reconnect {brand}"))
    elif report.link and report.missing:
        label = "Grant the missing permission in Zoho"
        buttons.append(connection.connect_button(report.link, "Grant permission", label))
    buttons.append(parts.button(ids.STATUS_AGAIN, "Check again"))
    buttons.append(disconnect_button(report.product))
    return buttons


def disconnect_button(product: Product) -> InteractiveElement:
    """The button that ends a connection, after asking once."""
    brand = words.brand(product)
    button = parts.button(ids.CONNECT_END, f"Disconnect {brand}", value=product.value)
    button.confirm = ConfirmObject(
        title=parts.plain(f"Disconnect {brand}?"),
        text=parts.plain("Your grant is withdrawn at Zoho and deleted here. Flags are kept."),
        confirm=parts.plain("Disconnect"),
        deny=parts.plain("Stay connected"),
        style="danger",
    )
    return button
