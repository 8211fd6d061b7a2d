"""The digest as it is drawn: what it says on top, and the way to what is not drawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import ids
from bot.blocks.alerts.digest import Counts, Digest, digest
from bot.ids import Detail
from tests.bot.blocks import limits, made
from zoho.records import Module

TOLD = Digest(
    key="7kq2m",
    alerts="u8r2f",
    owner="U01MARA",
    owner_name="Mara Lindqvist",
    modules=(Module.DESK_CONTACTS,),
    org_name="Larkfield Support",
    region_name="EU",
    speaks="every day at 9:00 (Europe/Berlin)",
    detail=Detail.COUNTS,
    counts=Counts(new=6, grew=1),
    open=7,
    since=made.AT - timedelta(days=1),
)


def said(told: Digest) -> str:
    return str(limits.check(digest(told)))


def test_it_says_what_is_new_since_when_in_a_date_that_never_becomes_a_word() -> None:
    words = said(TOLD)
    assert "6 new possible duplicates, 1 grew" in words
    assert "since <!date^1795421100^{date_short} at {time}|" in words


def test_what_is_not_drawn_is_shown_to_whoever_asks_until_all_of_it_is_solved() -> None:
    assert ids.ALERT_REST in said(TOLD)
    solved = said(replace(TOLD, open=0))
    assert "All solved: 6 new possible duplicates" in solved
    assert ids.ALERT_REST not in solved


def test_what_is_left_open_is_counted_once_something_is_solved() -> None:
    assert "still open" not in said(TOLD)
    assert "*3 still open*" in said(replace(TOLD, open=3))
