"""Is this one here twice?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot import ids
from bot.blocks.check import Checked, checked, nothing_to_check
from tests.bot.blocks import limits, made
from zoho.records import Module, Record

DOT = "\u00a0· "
THEA = made.contact("7", "Thea Quist", email="t.quist@aldertree.example")
ACME = Record(Module.DESK_ACCOUNTS, "8", "Acme")


def found(*others: Record, **fields: Any) -> Checked:
    facts: dict[str, Any] = {
        "values": ("t.quist@aldertree.example",),
        "cards": (),
        "links": made.links(others),
        "looked_in": (Module.DESK_CONTACTS, Module.DESK_ACCOUNTS),
        "org_name": "Larkfield Support",
        "region_name": "EU",
        "at": made.AT,
    }
    return Checked(others=others, **(facts | fields))


def test_only_one_record_is_said_with_where_was_looked() -> None:
    message = checked(found(THEA))
    limits.check(message)
    assert limits.lines(message) == [
        ":white_check_mark: Only one record has t.quist@aldertree.example",
        f"- Thea Quist{DOT}Desk contact{DOT}created 12 Mar 2024",
        f"Looked in Desk contacts and accounts{DOT}Larkfield Support{DOT}EU{DOT}"
        "<!date^1795507500^{date_short_pretty} at {time}|24 Nov 2026 08:05 UTC>",
    ]
    assert message.text == "Only one record has t.quist@aldertree.example: Thea Quist in Desk contacts."


def test_no_record_is_said() -> None:
    message = checked(found())
    limits.check(message)
    assert message.text == "No record has t.quist@aldertree.example."


def test_twins_are_shown_with_their_buttons_and_the_rest_below() -> None:
    values = ("ana.roe@kestrel.example", "+49 30 5550 142")
    twins = made.card(number=0)
    message = checked(
        found(ACME, values=values, cards=(twins,), asked_in="U02TOMAS", menu=("fields", "share"))
    )
    limits.check(message)
    said = limits.lines(message)
    assert said[0] == "3 records for ana.roe@kestrel.example or +49 30 5550 142"
    assert said[1].startswith(f"From the message of <@U02TOMAS>{DOT}Looked in ")
    assert said[2] == f"Desk contacts, possible duplicates{DOT}same e-mail and account"
    assert said[-2:] == ["Also", f"- Acme{DOT}Desk account"]
    assert message.text == (
        "3 records have ana.roe@kestrel.example or +49 30 5550 142: 2 Desk contacts and 1 Desk account."
    )
    assert limits.menus(message)["g:7kq2m:act:1"] == {
        "Show every field": "fields:7kq2m:1",
        "Share this group": "share:7kq2m:1",
    }
    assert limits.buttons(message)["Flag"]["action_id"] == ids.GROUP_FLAG


def test_records_that_share_a_value_and_nothing_else_are_no_duplicates() -> None:
    message = checked(found(THEA, ACME))
    limits.check(message)
    assert "so they are no possible duplicates" in limits.texts(message)
    assert not limits.buttons(message)


def test_a_record_that_stands_in_two_places_counts_once() -> None:
    assert len(found(made.ANA, cards=(made.card(),)).records) == 2


def test_many_records_are_counted_beyond_four() -> None:
    others = tuple(replace(THEA, id=str(n)) for n in range(40))
    assert "- and 36 more" in limits.lines(checked(found(*others)))


def test_a_message_without_either_is_told_so() -> None:
    limits.check(nothing_to_check())


@given(st.lists(st.text(max_size=300), min_size=1, max_size=6), st.lists(st.text(max_size=90), max_size=5))
def test_anything_can_be_looked_up(values: list[str], names: list[str]) -> None:
    others = tuple(made.contact(str(place), name) for place, name in enumerate(names))
    limits.check(checked(found(*others, values=tuple(values), org_name=values[0], asked_in=values[0])))
