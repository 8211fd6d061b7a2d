"""The Home tab: connections and their health, the flag queue, alerts, help; useful before connecting too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot import ids
from bot.blocks import connection, parts, words
from bot.blocks.alerts import listing
from bot.blocks.alerts.told import AlertsTold, set_up_button
from bot.blocks.dismissed import DismissedRow, own_row
from bot.blocks.help import other_company
from bot.blocks.queue import OwnFlag, QueuePage, flag_row, foot_line, own_flag_row, pager
from zoho import scopes as zoho_scopes
from zoho.records import Organisation, Product


@dataclass(frozen=True, slots=True)
class HomeConnection:
    """A connection as the tab shows it: ``link`` leads to a new one where only that helps.

    ``paused_until`` is set while Zoho does not renew its access.
    """

    org_name: str
    region_name: str
    product: Product = Product.DESK
    link: parts.Link | None = None
    choices: tuple[Organisation, ...] = ()
    paused_until: datetime | None = None

    @property
    def is_usable(self) -> bool:
        """Whether something can be read with it as it is."""
        return self.link is None and not self.choices


@dataclass(frozen=True, slots=True)
class HomeAlerts:
    """The viewer's own alerts, at most `SHOWN_ALERTS` of ``total``, at a moment in the viewer's zone."""

    rows: tuple[AlertsTold, ...]
    total: int
    now: datetime
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class HomePage:
    """The tab of somebody who is connected.

    Without ``queue`` the flags are only counted (``open_flags``); ``trouble`` says in a few words of mrkdwn
    why they could not be read. ``own`` is what this person decided last, ``alerts`` what they set up.
    """

    connections: tuple[HomeConnection, ...]
    queue: QueuePage | None = None
    open_flags: int = 0
    trouble: str = ""
    own: tuple[DismissedRow | OwnFlag, ...] = ()
    alerts: HomeAlerts | None = None


SHOWN_ALERTS = 10


def home(page: HomePage) -> View:
    """The tab of a connected person."""
    blocks: list[Block] = [block for one in page.connections for block in _connection(one)]
    buttons = [
        parts.button(ids.SEARCH_ALL, "Find duplicates", primary=True),
        *([set_up_button()] if any(one.is_usable for one in page.connections) else []),
        parts.button(ids.COMMAND_RUN, "Show dismissed", value="dismissed"),
        parts.button(ids.HELP_OPEN, "Show help"),
    ]
    blocks.append(parts.actions("home:act:1", *buttons))
    blocks += [parts.divider("home:d1:1"), parts.header("home:h1:1", "Flagged by your team"), *_flags(page)]
    blocks += [*_alerts(page.alerts), *_own(page)]
    foot = f"`{ids.COMMAND} help` lists every command. This page is visible to you alone."
    return _view([*blocks, parts.context("home:foot:1", foot)])


def _view(blocks: Sequence[Block]) -> View:
    return View(type="home", callback_id="home", blocks=list(blocks))


def _connection(one: HomeConnection) -> list[Block]:
    brand = words.brand(one.product)
    where = ", ".join(part for part in (words.inert(one.org_name), words.inert(one.region_name)) if part)
    block_id = f"home:{one.product}:1"
    if one.link:
        text = words.dotted(f":{parts.WARNING}: *{brand}*", "connect again to go on", where)
        button = parts.button(
            ids.CONNECT_START,
            f"Reconnect {brand}",
            url=one.link.url,
            label=f"Reconnect {brand}, opens your browser",
        )
        return [parts.section(block_id, text, button)]
    if one.choices:
        text = words.dotted(f":{parts.WAITS}: *{brand}*", f"choose one of your {len(one.choices)} portals")
        return [parts.section(block_id, text), connection.portal_menu(one.choices)]
    options = [
        ("Check connection", f"status:{one.product}"),
        (f"Disconnect {brand}", f"disconnect:{one.product}"),
    ]
    text = words.dotted(f":{parts.DONE}: *{brand}*", where)
    if one.paused_until:
        pause = f"Zoho has paused renewing your access until {words.clock(one.paused_until)}"
        text = words.dotted(f":{parts.WAITS}: *{brand}*", where, pause)
    return [parts.section(block_id, text, parts.overflow(ids.HOME_CONNECTION, *options))]


def _flags(page: HomePage) -> list[Block]:
    queue = page.queue
    if queue is None:
        return [parts.context("home:none:1", *_unread(page))]
    blocks = [
        flag_row(f"home:{row.key}:{row.revision}", row, queue, number=place)
        for place, row in enumerate(queue.rows, queue.first)
    ]
    if not queue.total:
        blocks.append(parts.context("home:none:1", _nothing(queue)))
    turns = pager(queue)
    if turns:
        blocks.append(parts.actions("home:nav:1", *turns))
    foot = foot_line(queue)
    if foot:
        blocks.append(parts.context("home:more:1", foot))
    return blocks


def _alerts(alerts: HomeAlerts | None) -> list[Block]:
    if alerts is None or not alerts.rows:
        return []
    head = [parts.divider("home:d2:1"), parts.header("home:h2:1", "Your alerts")]
    rows = listing.own_rows(alerts.rows, alerts.now, alerts.zone)
    left = alerts.total - len(alerts.rows)
    more = f"{words.number(left)} more: `{ids.COMMAND} list` shows them all."
    return [*head, *rows, *([parts.context("home:a:1", more)] if left > 0 else [])]


def _own(page: HomePage) -> list[Block]:
    """What this person flagged and dismissed last, each with the way back."""
    if not page.own or page.queue is None:
        return []
    now, zone = page.queue.now, page.queue.zone
    rows = [_decision(row, now, zone) for row in page.own]
    return [parts.divider("home:d3:1"), parts.header("home:h3:1", "Your recent decisions"), *rows]


def _decision(row: DismissedRow | OwnFlag, now: datetime, zone: tzinfo) -> Block:
    block_id = f"home:own:{row.key}:{row.revision}"
    if isinstance(row, OwnFlag):
        return own_flag_row(block_id, row, now, zone)
    return own_row(block_id, row, now, zone)


_TO_FILL = "Press *Flag* on a group to put it here."
_NOTHING = f"Nothing is flagged. {_TO_FILL}"


def _nothing(queue: QueuePage) -> str:
    """What is said of an empty queue, which says of other organisations' flags that they are there."""
    if not queue.elsewhere:
        return _NOTHING
    return f"Nothing is flagged in {words.inert(queue.org_name) or 'your organisation'}. {_TO_FILL}"


def _unread(page: HomePage) -> list[str]:
    why = [f"The flags could not be read: {page.trouble}."] if page.trouble else []
    return [*why, _counted(page.open_flags)]


def _counted(open_flags: int) -> str:
    if not open_flags:
        return _NOTHING
    are = "is 1 open flag" if open_flags == 1 else f"are {words.number(open_flags)} open flags"
    return f"There {are}. You see those on records that your own Zoho login shows."


def home_elsewhere(company: str) -> View:
    """The tab of somebody from another company."""
    return _view(other_company(company).blocks)


def home_plain() -> View:
    """The tab for a Slack that refuses its blocks."""
    told = f"This page cannot be drawn here. `{ids.COMMAND}` and `{ids.COMMAND} flagged` show the same."
    return _view([parts.section("home:plain:1", told)])


def home_not_connected(
    link: parts.Link, scopes: Sequence[str] = zoho_scopes.READ_DESK, *, open_flags: int = 0
) -> View:
    """The tab of somebody who is not connected: what this is, what it will ask for, what it keeps.

    ``open_flags`` counts what the team has flagged.
    """
    flagged = [parts.context("home:flags:1", _counted(open_flags))] if open_flags else []
    blocks: list[Block] = [
        parts.section(
            "home:conn:1",
            "*Find duplicate records in Zoho Desk*\n"
            "See them side by side, decide here, take it back if it was wrong.",
        ),
        parts.actions("home:act:1", connection.connect_button(link, "Connect Zoho Desk")),
        parts.context("home:link:1", f"Takes about a minute. {connection.link_line(link)}"),
        *flagged,
        parts.rich(
            "home:how:1", parts.line(parts.bold("How it works")), parts.bullets(*_steps(), ordered=True)
        ),
        _listed("home:ask:1", "What Zoho will ask you to allow", _asked(scopes)),
        _listed("home:keep:1", "What is kept", _KEPT),
        parts.context(
            "home:foot:1",
            "Somebody shared a group with you? You can read it now; its buttons work once you are connected.",
        ),
    ]
    return _view(blocks)


_KEPT = (
    "Your Zoho access, encrypted, until you disconnect",
    "The lists you searched, encrypted, for a day",
    "Your team’s flags and decisions: who, when, and the numbers of the records",
)


def _steps() -> list[parts.Line]:
    return [
        parts.line(parts.bold("You connect "), "your own Zoho user. You see here what you may see in Zoho"),
        parts.line(parts.bold("You type "), parts.code(ids.COMMAND), " or let a channel be told of new ones"),
        parts.line(parts.bold("You decide: "), "flag, or “not a duplicate”, each with an undo"),
    ]


def _asked(scopes: Sequence[str]) -> tuple[str, ...]:
    return (
        f"Reading: {connection.reads(scopes)}",
        "Nothing that can change them. Writing is asked for only if you flag something",
    )


def _listed(block_id: str, title: str, lines: Sequence[str]) -> Block:
    bullets = parts.bullets(*(parts.line(line) for line in lines))
    return parts.rich(block_id, parts.line(parts.bold(title)), bullets)
