"""The flag queue and the Home tab, each for one viewer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import ids
from bot.blocks import home as home_tab
from bot.blocks import words
from bot.blocks.home import HomeConnection, HomePage
from bot.blocks.parts import Link
from bot.blocks.queue import FlagRow, QueuePage, flag_queue
from tests.bot.blocks import limits, made
from zoho.records import Module, Organisation

DOT = "\u00a0· "
BERLIN = ZoneInfo("Europe/Berlin")
NOW = made.AT
LINK = Link("https://duplicates.example/zoho/connect?link=one-time", NOW + timedelta(minutes=15))
KOFI = FlagRow(
    "h2vgn", 2, ("Kofi Mensah", "Kofi Mensah"), Module.DESK_CONTACTS, "Tomás", NOW - timedelta(hours=16)
)
MINE = replace(KOFI, key="t8gde", names=("Acme", "Acme Inc"), is_by_viewer=True, is_viewers=True)
PRIYAS = replace(KOFI, key="7kq2m", holder="Priya")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW, "today 9:05"),
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "today 0:30"),
        (datetime(2026, 11, 23, 15, 40, tzinfo=UTC), "yesterday 16:40"),
        (datetime(2026, 11, 20, 10, 40, tzinfo=UTC), "Fri 20 Nov"),
        (datetime(2024, 3, 12, 9, tzinfo=UTC), "12 Mar 2024"),
        (NOW + timedelta(days=2), "26 Nov 2026"),
    ],
)
def test_dates_are_written_in_the_viewers_own_zone(at: datetime, said: str) -> None:
    assert words.here(at, NOW, BERLIN) == said


def queue(*rows: FlagRow, **fields: Any) -> QueuePage:
    facts: dict[str, Any] = {"total": len(rows), "workspace": "Larkfield", "now": NOW, "zone": BERLIN}
    return QueuePage(rows, **(facts | fields))


def test_the_queue_says_who_flagged_when_and_who_has_it() -> None:
    message = flag_queue(queue(KOFI, PRIYAS, MINE, hidden=2))
    limits.check(message)
    assert limits.lines(message) == [
        "3 open flags",
        f"Larkfield{DOT}<!date^1795507500^{{date_short_pretty}} at {{time}}|24 Nov 2026 08:05 UTC>",
        f"Kofi Mensah, twice\nDesk contacts{DOT}flagged by Tomás, yesterday 17:05{DOT}nobody has it",
        f"Kofi Mensah, twice\nDesk contacts{DOT}flagged by Tomás, yesterday 17:05{DOT}Priya has it",
        f"Acme and Acme Inc\nDesk contacts{DOT}flagged by you, yesterday 17:05{DOT}yours",
        "2 more are on records that your Zoho login does not show.",
    ]
    assert message.text == ("3 open flags: Kofi Mensah, twice; Kofi Mensah, twice; Acme and Acme Inc.")


def test_each_row_offers_what_its_viewer_may_do() -> None:
    menus = limits.menus(flag_queue(queue(KOFI, PRIYAS, MINE)))
    assert menus["fq:h2vgn:row:2"] == {
        "Open": "open:h2vgn:2",
        "Claim": "claim:h2vgn:2",
        "Mark done": "done:h2vgn:2",
        "Undo flag": "undo:h2vgn:2",
    }
    assert "Take over from Priya" in menus["fq:7kq2m:row:2"]
    assert menus["fq:t8gde:row:2"]["Release"] == "release:t8gde:2"
    assert ids.read_choice("claim:h2vgn:2") == ids.Choice("claim", ids.GroupRef("h2vgn", 2))


def test_an_empty_queue_says_how_to_fill_it() -> None:
    message = flag_queue(queue())
    limits.check(message)
    assert limits.lines(message)[0] == "No open flags"
    assert "Press *Flag* on a group to put it here." in limits.texts(message)


def test_five_flags_a_page_lead_to_the_next() -> None:
    rows = [replace(KOFI, key=f"k{n}") for n in range(5)]
    message = flag_queue(queue(*rows, total=12, offset=5))
    limits.check(message)
    turns = {text: button["value"] for text, button in limits.buttons(message).items()}
    assert turns == {"Show previous 5": "0", "Show next 5": "10"}


def test_the_last_page_leads_back_only() -> None:
    message = flag_queue(queue(KOFI, total=7, offset=5, hidden=1))
    assert list(limits.buttons(message)) == ["Show previous 5"]


@given(st.lists(st.text(max_size=99), min_size=2, max_size=4), st.text(max_size=99), st.text(max_size=99))
def test_any_names_fit_the_queue_and_the_tab(names: list[str], by: str, holder: str) -> None:
    row = replace(KOFI, names=tuple(names), by=by, holder=holder)
    limits.check(flag_queue(queue(row)))
    limits.check_view(home_tab.home(page(row)))


def page(*rows: FlagRow, **fields: Any) -> HomePage:
    facts: dict[str, Any] = {
        "connections": (HomeConnection("Larkfield Support", "EU"),),
        "total": len(rows),
        "now": NOW,
        "zone": BERLIN,
    }
    return HomePage(flags=rows, **(facts | fields))


def test_the_tab_shows_connection_flags_and_help() -> None:
    view = limits.check_view(home_tab.home(page(KOFI, MINE, hidden=1)))
    assert limits.lines_of(view["blocks"]) == [
        f":white_check_mark: *Zoho Desk*{DOT}Larkfield Support, EU",
        "[Find duplicates]",
        "Flagged by your team",
        f"1. Kofi Mensah, twice\nDesk contacts{DOT}flagged by Tomás, yesterday 17:05{DOT}nobody has it",
        f"2. Acme and Acme Inc\nDesk contacts{DOT}flagged by you, yesterday 17:05{DOT}yours",
        "1 more is on records that your Zoho login does not show.",
        "`/duplicates help` lists every command. This page is visible to you alone.",
    ]
    opened = [node for node in limits.walk(view) if node.get("action_id") == ids.FLAG_OPEN]
    assert [ids.read_group(node["value"]).key for node in opened] == ["h2vgn", "t8gde"]
    assert opened[0]["accessibility_label"] == "Open flagged group 1: Kofi Mensah, twice"


def test_a_lost_connection_can_be_mended_from_the_tab() -> None:
    lost = HomeConnection("Larkfield Support", "EU", link=LINK)
    view = limits.check_view(home_tab.home(page(connections=(lost,))))
    urls = [node["url"] for node in limits.walk(view) if "url" in node]
    assert urls == [LINK.url]
    assert "no longer accepts your connection" in str(view)


def test_a_portal_that_is_still_to_be_chosen_has_its_menu_there() -> None:
    portals = (Organisation("1", "Larkfield", "larkfield"), Organisation("2", "Kestrel", "kestrel"))
    view = limits.check_view(home_tab.home(page(connections=(HomeConnection("", "EU", choices=portals),))))
    assert ids.CONNECT_PORTAL in str(view)


def test_flags_that_could_not_be_read_are_said_and_none_are_claimed_away() -> None:
    view = limits.check_view(home_tab.home(page(trouble="Zoho did not answer in time")))
    assert "The flags could not be read: Zoho did not answer in time." in str(view)
    assert "Nothing is flagged" not in str(view)


def test_nothing_flagged_is_said() -> None:
    assert "Nothing is flagged." in str(limits.check_view(home_tab.home(page())))


def test_the_tab_is_useful_before_connecting() -> None:
    view = limits.check_view(home_tab.home_not_connected(LINK))
    said = "\n".join(limits.lines_of(view["blocks"]))
    for part in ("How it works", "What Zoho will ask you to allow", "What is kept", "[Connect Zoho Desk]"):
        assert part in said
    assert "Reading: contacts, accounts, products, search, your organisation’s name" in said
    assert "CRM" not in said
    assert "merge" not in said
