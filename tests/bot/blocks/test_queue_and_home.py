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
from bot.blocks.alerts.told import AlertsTold
from bot.blocks.home import SHOWN_ALERTS, HomeAlerts, HomeConnection, HomePage
from bot.blocks.parts import Link
from bot.blocks.queue import (
    Done,
    FlagRow,
    OwnFlag,
    QueuePage,
    flag_queue,
    just_before,
    left_by_itself,
    not_taken_back,
    queue_not_connected,
)
from bot.ids import Detail
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
    facts: dict[str, Any] = {
        "total": len(rows),
        "first": 1,
        "last": len(rows),
        "org_name": "Larkfield Support",
        "region_name": "EU",
        "now": NOW,
        "zone": BERLIN,
    }
    return QueuePage(rows, **(facts | fields))


def test_the_queue_says_who_flagged_when_and_who_has_it() -> None:
    message = flag_queue(queue(KOFI, PRIYAS, MINE, total=5, last=5, hidden=2))
    limits.check(message)
    at = "<!date^1795507500^{date_short_pretty} at {time}|24 Nov 2026 08:05 UTC>"
    assert limits.lines(message) == [
        "3 open flags",
        f"Larkfield Support{DOT}EU{DOT}{at}",
        f"Kofi Mensah, twice\nDesk contacts{DOT}flagged by Tomás, yesterday 17:05{DOT}nobody has it",
        f"Kofi Mensah, twice\nDesk contacts{DOT}flagged by Tomás, yesterday 17:05{DOT}Priya has it",
        f"Acme and Acme Inc\nDesk contacts{DOT}flagged by you, yesterday 17:05{DOT}yours",
        "2 more are on records that your Zoho login does not show.",
    ]
    assert message.text == ("3 open flags: Kofi Mensah, twice; Kofi Mensah, twice; Acme and Acme Inc.")


def test_each_row_offers_what_its_viewer_may_do() -> None:
    menus = limits.menus(flag_queue(queue(KOFI, PRIYAS, MINE, start="w3rtz")))
    assert menus["fq:h2vgn:row:2"] == {
        "Open": "open:h2vgn:2:w3rtz",
        "Claim": "claim:h2vgn:2:w3rtz",
        "Mark done": "done:h2vgn:2:w3rtz",
        "Undo flag": "undo:h2vgn:2:w3rtz",
    }
    assert "Take over from Priya" in menus["fq:7kq2m:row:2"]
    assert menus["fq:t8gde:row:2"]["Release"] == "release:t8gde:2:w3rtz"


def test_somebody_slack_does_not_name_is_somebody() -> None:
    message = flag_queue(queue(replace(KOFI, by="")))
    assert "flagged by somebody, yesterday 17:05" in limits.texts(message)


def test_an_empty_queue_says_how_to_fill_it() -> None:
    message = flag_queue(queue())
    limits.check(message)
    assert limits.lines(message)[0] == "No open flags"
    assert "Press *Flag* on a group to put it here." in limits.texts(message)


def test_a_queue_of_flags_that_the_viewer_may_not_see_is_not_called_empty() -> None:
    message = flag_queue(queue(total=2, last=2, hidden=2, elsewhere=1))
    limits.check(message)
    assert limits.lines(message)[0] == "No open flags to show"
    assert "Press" not in limits.texts(message)
    assert limits.lines(message)[-1] == "3 more are on records that your Zoho login does not show."


def test_a_queue_whose_flags_all_belong_to_other_organisations_is_not_called_empty_either() -> None:
    message = flag_queue(queue(elsewhere=2))
    limits.check(message)
    assert limits.lines(message)[0] == "No open flags to show"
    assert "Press *Flag* on a group to put it here." in limits.texts(message)
    assert limits.lines(message)[-1] == "2 more are on records that your Zoho login does not show."


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"first": 6, "last": 10, "total": 300}, "6 to 10 of 300."),
        (
            {"first": 1, "last": 7, "total": 300, "hidden": 2, "elsewhere": 3},
            "1 to 7 of 300. 2 of these are on records that your Zoho login does not show. "
            "3 more are on records that your Zoho login does not show.",
        ),
        (
            {"first": 1, "last": 6, "total": 300, "hidden": 1},
            "1 to 6 of 300. 1 of these is on records that your Zoho login does not show.",
        ),
        ({"solved": 1}, "1 flag left by itself: Zoho no longer has the records."),
        ({"solved": 2}, "2 flags left by themselves: Zoho no longer has the records."),
    ],
)
def test_the_last_line_says_which_part_this_is_and_what_is_not_seen(
    fields: dict[str, int], said: str
) -> None:
    rows = [replace(KOFI, key=f"k{n}") for n in range(5)]
    message = flag_queue(queue(*rows, **fields))
    limits.check(message)
    assert limits.lines(message)[-1] == said


def test_five_flags_a_page_lead_to_the_next_and_back() -> None:
    rows = [replace(KOFI, key=f"k{n}") for n in range(5)]
    message = flag_queue(queue(*rows, total=12, first=6, last=10, next="k4", previous="k0"))
    limits.check(message)
    assert limits.lines(message)[0] == "12 open flags"
    turns = {text: button["value"] for text, button in limits.buttons(message).items()}
    assert turns == {"Show previous 5": "before:k0", "Show next 5": "after:k4"}


def test_without_a_connection_the_flags_are_counted() -> None:
    message = queue_not_connected(6, LINK)
    limits.check(message)
    assert limits.lines(message)[0].startswith("*6 open flags*")
    assert "[Connect Zoho Desk]" in limits.lines(message)
    limits.check(queue_not_connected(0, LINK))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("claim", "took this flag at"),
        ("release", "released this flag at"),
        ("done", "marked this flag done at"),
        ("unflag", "took this flag back at"),
        ("write", "had the rest of this flag written to Zoho at"),
        ("flag", "flagged these records again at"),
    ],
)
def test_the_second_of_two_people_hears_who_was_faster(kind: str, said: str) -> None:
    message = just_before(Done(kind, "U01MARA", "Mara <Lindqvist>", NOW))
    limits.check(message)
    (line,) = limits.lines(message)
    assert line.startswith(f"<@U01MARA> {said}")
    assert line.endswith("just before you. Your click changed nothing.")
    assert message.text.startswith("Mara &lt;Lindqvist&gt; ")


def test_a_flag_that_left_by_itself_is_said() -> None:
    assert "Zoho no longer has the records" in left_by_itself().text
    limits.check(left_by_itself())


@given(st.lists(st.text(max_size=99), min_size=1, max_size=4), st.text(max_size=400))
def test_what_stays_in_zoho_is_named_whatever_it_is_called(names: list[str], zohos: str) -> None:
    limits.check(not_taken_back(names, zohos))


@given(st.lists(st.text(max_size=99), min_size=2, max_size=4), st.text(max_size=99), st.text(max_size=99))
def test_any_names_fit_the_queue_and_the_tab(names: list[str], by: str, holder: str) -> None:
    row = replace(KOFI, names=tuple(names), by=by, holder=holder)
    limits.check(flag_queue(queue(row)))
    own = (OwnFlag("k", 1, row.names, NOW), OwnFlag("l", 2, row.names, NOW, "marked done", by))
    limits.check_view(home_tab.home(replace(page(row), own=own)))


def page(*rows: FlagRow, connection: HomeConnection | None = None, **fields: Any) -> HomePage:
    return HomePage((connection or HomeConnection("Larkfield Support", "EU"),), queue(*rows, **fields))


def counted(**fields: Any) -> HomePage:
    return HomePage((HomeConnection("Larkfield Support", "EU"),), **fields)


def test_the_tab_shows_connection_flags_and_help() -> None:
    view = limits.check_view(home_tab.home(page(KOFI, MINE, total=3, last=3, hidden=1)))
    assert limits.lines_of(view["blocks"]) == [
        f":white_check_mark: *Zoho Desk*{DOT}Larkfield Support, EU",
        "[Find duplicates] [Set up alerts] [Show dismissed] [Show help]",
        "Flagged by your team",
        f"1. Kofi Mensah, twice\nDesk contacts{DOT}flagged by Tomás, yesterday 17:05{DOT}nobody has it",
        f"2. Acme and Acme Inc\nDesk contacts{DOT}flagged by you, yesterday 17:05{DOT}yours",
        "1 more is on records that your Zoho login does not show.",
        "`/duplicates help` lists every command. This page is visible to you alone.",
    ]
    menus = [node for node in limits.walk(view) if node.get("action_id") == ids.FLAG_MORE]
    assert [ids.read_entry_choice(menu["options"][0]["value"]).key for menu in menus] == ["h2vgn", "t8gde"]


def test_a_full_page_of_the_tab_stays_well_below_what_slack_takes() -> None:
    rows = [replace(KOFI, key=f"k{n}") for n in range(5)]
    full = page(*rows, total=300, first=6, last=12, hidden=2, elsewhere=1, next="a", previous="b")
    assert len(limits.check_view(home_tab.home(full))["blocks"]) <= 30


def test_a_lost_connection_can_be_mended_from_the_tab() -> None:
    lost = HomeConnection("Larkfield Support", "EU", link=LINK)
    view = limits.check_view(home_tab.home(page(connection=lost)))
    urls = [node["url"] for node in limits.walk(view) if "url" in node]
    assert urls == [LINK.url]
    assert "connect again to go on" in str(view)


def test_a_pause_of_the_renewal_is_no_lost_connection() -> None:
    paused = HomeConnection("Larkfield Support", "EU", paused_until=NOW + timedelta(minutes=5))
    view = limits.check_view(home_tab.home(page(connection=paused)))
    assert "Zoho has paused renewing your access until" in str(view)
    assert "connect again" not in str(view)


def test_a_portal_that_is_still_to_be_chosen_has_its_menu_there() -> None:
    portals = (Organisation("1", "Larkfield", "larkfield"), Organisation("2", "Kestrel", "kestrel"))
    view = limits.check_view(home_tab.home(page(connection=HomeConnection("", "EU", choices=portals))))
    assert ids.CONNECT_PORTAL in str(view)


def test_flags_that_could_not_be_read_are_said_and_counted() -> None:
    view = limits.check_view(home_tab.home(counted(open_flags=3, trouble="Zoho did not answer in time")))
    assert "The flags could not be read: Zoho did not answer in time." in str(view)
    assert "There are 3 open flags." in str(view)
    assert "Nothing is flagged" not in str(view)


ALERTS = AlertsTold(
    key="7kq2m",
    channel="C01SUPPORT",
    owner="U01MARA",
    owner_name="Mara Lindqvist",
    modules=(Module.DESK_CONTACTS, Module.DESK_PRODUCTS),
    org_name="Larkfield Support",
    region_name="EU",
    speaks="weekdays at 9:00 (Europe/Berlin)",
    detail=Detail.MASKED,
    next_at=NOW + timedelta(days=1),
)


def own_alerts(*rows: AlertsTold, total: int = 0) -> str:
    held = HomeAlerts(rows, total or len(rows), NOW, BERLIN)
    view = limits.check_view(home_tab.home(replace(page(), alerts=held)))
    said = [node[key] for node in limits.walk(view) for key in ("text", "value") if key in node]
    return "\n".join(part for part in said if isinstance(part, str))


def test_the_viewers_own_alerts_stand_in_the_tab_with_their_menus() -> None:
    said = own_alerts(ALERTS)
    assert f"*<#C01SUPPORT>*{DOT}Desk contacts and products\nWeekdays at 9:00 (Europe/Berlin)" in said
    assert "edit:7kq2m" in said
    assert "stop:7kq2m" in said
    assert "<!date" not in said


def test_alerts_that_are_silent_say_until_when_or_why() -> None:
    assert f"{DOT}snoozed until 1 Dec 2026" in own_alerts(
        replace(ALERTS, snoozed_until=NOW + timedelta(days=7))
    )
    said = own_alerts(replace(ALERTS, paused="the connection no longer works"))
    assert "Paused: the connection no longer works" in said
    assert "takeover:7kq2m" in said


def test_of_many_alerts_some_are_shown_and_the_others_counted() -> None:
    said = own_alerts(*(replace(ALERTS, key=f"k{n}") for n in range(SHOWN_ALERTS)), total=14)
    assert "4 more: `/duplicates list` shows them all." in said


def test_without_alerts_nothing_is_said_of_them() -> None:
    assert "Your alerts" not in own_alerts()


def test_nothing_flagged_is_said() -> None:
    assert "Nothing is flagged." in str(limits.check_view(home_tab.home(page())))


def test_somebody_from_another_company_is_told_whom_it_is_for() -> None:
    assert "This app answers members of Larkfield only." in str(
        limits.check_view(home_tab.home_elsewhere("Larkfield"))
    )


def test_the_plainest_tab_names_the_commands() -> None:
    assert "/duplicates flagged" in str(limits.check_view(home_tab.home_plain()))


def test_the_teams_flags_are_counted_before_connecting() -> None:
    view = limits.check_view(home_tab.home_not_connected(LINK, open_flags=1))
    assert "There is 1 open flag." in str(view)


def test_the_tab_is_useful_before_connecting() -> None:
    view = limits.check_view(home_tab.home_not_connected(LINK))
    said = "\n".join(limits.lines_of(view["blocks"]))
    for part in ("How it works", "What Zoho will ask you to allow", "What is kept", "[Connect Zoho Desk]"):
        assert part in said
    assert "Reading: contacts, accounts, products, search, your organisation’s name" in said
    assert "CRM" not in said
    assert "merge" not in said
