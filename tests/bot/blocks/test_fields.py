"""One group field by field, as a table and as a list; and what is sent when Slack refuses blocks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import ids
from bot.blocks import parts
from bot.blocks.duplicates import group_list
from bot.blocks.fields import FieldsPage, compared, field_by_field, label, reading
from bot.blocks.parts import Message
from bot.blocks.words import lowered
from tests.bot.blocks import limits, made
from zoho.records import Field, Reason, Record

DOT = "\u00a0· "
ANA = replace(made.ANA, others=(Field("jobTitle", "Buyer"), Field("id", "1"), Field("cf_city", "Bonn")))
ANNA = replace(made.ANNA, others=(Field("jobTitle", "Purchasing"), Field("ownerId", "9")))


def page(*records: Record, **fields: Any) -> FieldsPage:
    group = replace(made.ROES, records=records or (ANA, ANNA))
    return FieldsPage(made.card(group, number=0), "Larkfield Support", "EU", made.AT, **fields)


def table(message: Message) -> list[list[str]]:
    (block,) = [block for block in message.payload()["blocks"] if block["type"] == "table"]
    return [[cell_text(cell) for cell in row] for row in block["rows"]]


def cell_text(cell: dict[str, Any]) -> str:
    if cell["type"] == "raw_text":
        return str(cell["text"])
    return "".join(str(n.get("text") or n.get("fallback")) for n in cell["elements"][0]["elements"])


def test_every_field_stands_beside_the_others_with_how_they_compare() -> None:
    message = field_by_field(page())
    limits.check(message)
    assert table(message) == [
        ["Field", "Older", "Newer", "Compared"],
        ["Name", "Ana Roe", "Anna Roe", "similar"],
        ["E-mail", "ana.roe@kestrel.example", "Ana.Roe@kestrel.example", "same"],
        ["Phone", "+49 30 5550 142", "–", "one only"],
        ["Mobile", "+49 170 5550 1", "+49 170 5550 2", "differs"],
        ["Account", "Kestrel Logistics", "Kestrel Logistics", "same"],
        ["Job title", "Buyer", "Purchasing", "differs"],
        ["City", "Bonn", "–", "one only"],
        ["Created", "12 Mar 2024", "12 Mar 2024", "–"],
    ]
    assert message.text == (
        "Ana Roe and Anna Roe, field by field: same e-mail and account; mobile and job title differ."
    )


def test_what_speaks_for_and_against_stands_above_with_its_values() -> None:
    said = limits.lines(field_by_field(page()))
    assert said[2:11] == [
        "For",
        "- Same e-mail, ana.roe@kestrel.example",
        "- Same account, Kestrel Logistics",
        "- First names nearly the same, Ana and Anna; last name the same",
        "Against",
        "- Mobile differs: +49 170 5550 1 and +49 170 5550 2",
        "- Job title differs: Buyer and Purchasing",
        "[Flag] [Not a duplicate]",
        "Compared without capitals and extra blanks. Two empty fields are never the same.",
    ]


def test_a_shared_name_is_named_though_the_reason_holds_only_the_other_value() -> None:
    group = replace(made.ROES, records=(ANA, ANA), reason=Reason(("name", "phone"), ("+49 30 5550 142",)))
    said = limits.lines(field_by_field(replace(page(), card=made.card(group, number=0))))
    assert said[3:5] == ["- Same name, Ana Roe", "- Same phone, +49 30 5550 142"]


def test_zohos_bookkeeping_is_left_out_and_owner_and_crm_are_not_compared() -> None:
    owner = (
        Field("owner.firstName", "Jonas"),
        Field("owner.lastName", "Weil"),
        Field("owner.email", "j@x.example"),
    )
    noise = (
        "customerHappiness.badPercentage",
        "account.website",
        "layoutId",
        "isSpam",
        "fullName",
        "departments",
    )
    others = (*owner, *(Field(name, "1") for name in noise))
    rows = table(field_by_field(page(replace(ANA, others=others, crm_id="77"), replace(ANNA, others=()))))
    named = {row[0]: row[1:] for row in rows}
    assert named["Owner"] == ["Jonas Weil", "–", "–"]
    assert named["CRM contact"] == ["linked", "–", "–"]
    expected = {"Field", "Name", "E-mail", "Phone", "Mobile", "Account", "Owner", "CRM contact", "Created"}
    assert set(named) == expected


def test_two_fields_of_one_name_keep_the_name_that_tells_them_apart() -> None:
    others = (Field("city", "Bonn"), Field("cf_city", "Köln"), Field("cf_phone", "1"))
    rows = [row[0] for row in table(field_by_field(page(replace(ANA, others=others), ANNA)))]
    assert {"City", "cf_city", "Phone", "cf_phone"} <= set(rows)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("title", "Job title"),
        ("jobTitle", "Job title"),
        ("cf_contract_no", "Contract no"),
        ("street", "Street"),
        ("cf_VAT", "VAT"),
        ("cf_", "cf_"),
    ],
)
def test_fields_are_named_as_people_write_them(name: str, shown: str) -> None:
    assert label(name) == shown


def test_one_number_written_in_two_ways_is_the_same() -> None:
    rows = table(field_by_field(page(ANA, replace(ANNA, phone="0049 (0)30 5550-142"))))
    assert ["Phone", "+49 30 5550 142", "0049 (0)30 5550-142", "same"] in rows


def test_beside_a_shared_message_there_are_no_buttons() -> None:
    message = field_by_field(page(has_buttons=False))
    limits.check(message)
    assert not limits.buttons(message)


def test_when_a_record_was_changed_is_told_where_zoho_told() -> None:
    rows = table(field_by_field(page(replace(ANA, modified=made.AT), ANNA)))
    assert rows[-1] == ["Changed", "24 Nov 2026", "–", "–"]


@pytest.mark.parametrize("follows", [True, False])
def test_reading_is_announced_like_a_search(follows: bool) -> None:
    message = reading("Larkfield <Support>", follows=follows)
    limits.check(message)
    assert ("follows" in limits.texts(message)) is follows


def test_the_way_back_leads_to_the_page_it_came_from() -> None:
    back = limits.buttons(field_by_field(page(back=ids.PageRef("4mh8t", 5))))["Back to the list"]
    assert ids.read_page(back["value"]) == ids.PageRef("4mh8t", 5)
    assert "Back to the list" not in limits.buttons(field_by_field(page()))


def test_without_tables_the_same_facts_are_a_list_that_begins_with_what_differs() -> None:
    simpler = field_by_field(page()).simpler()
    assert simpler
    limits.check(simpler)
    said = limits.lines(simpler)
    start = said.index("Field by field, the older record first")
    assert said[start + 1 : start + 4] == [
        "- Mobile differs: +49 170 5550 1, +49 170 5550 2",
        "- Job title differs: Buyer, Purchasing",
        "- Name, similar: Ana Roe, Anna Roe",
    ]


def test_the_four_fullest_of_many_are_compared_and_the_rest_named() -> None:
    empty = [made.contact(str(n), f"Lena {n}") for n in range(3, 9)]
    message = field_by_field(page(*empty, ANA, ANNA))
    limits.check(message)
    assert table(message)[0] == ["Field", "Record 1", "Record 2", "Record 3", "Record 4", "Compared"]
    assert {"Ana Roe", "Anna Roe"} <= set(table(message)[1])
    assert "Also in this group: " in limits.texts(message)


def test_more_fields_than_fit_are_counted() -> None:
    others = tuple(Field(f"cf_{n}", "x" * 60) for n in range(200))
    many = [replace(one, id=str(n), others=others) for n, one in enumerate((ANA, ANNA, ANA, ANNA))]
    message = field_by_field(page(*many))
    limits.check(message)
    assert "more fields left out." in limits.texts(message)


@pytest.mark.parametrize(
    ("values", "how"),
    [
        (["a", "A"], "same"),
        (["a", ""], "one only"),
        (["", ""], "–"),
        (["Ana Roe", "Anna Roe"], "similar"),
        (["Buyer", "Purchasing"], "differs"),
        (["Mug 400 ml", "Mug 500 ml"], "differs"),
        (["ab", "ac"], "differs"),
        (["a", "a", ""], "same"),
    ],
)
def test_values_compare_without_capitals_and_blanks(values: list[str], how: str) -> None:
    assert compared(values) == how


NASTY = st.text(max_size=300)
OTHERS = st.lists(st.builds(Field, NASTY, NASTY), max_size=30).map(tuple)
RECORDS = st.lists(
    st.builds(
        lambda name, email, phone, others: made.contact("x", name, email=email, phone=phone, others=others),
        NASTY,
        NASTY,
        NASTY,
        OTHERS,
    ),
    min_size=2,
    max_size=7,
)


@settings(max_examples=40, deadline=None)
@given(RECORDS, NASTY)
def test_any_records_fit_the_table_and_the_list(records: list[Record], org: str) -> None:
    numbered = tuple(replace(record, id=str(place)) for place, record in enumerate(records))
    message = field_by_field(replace(page(*numbered), org_name=org))
    limits.check(message)
    simpler = message.simpler()
    assert simpler
    limits.check(simpler)


# When Slack refuses blocks


def test_a_refused_message_is_said_in_plain_letters_with_a_way_to_try_again() -> None:
    hostile = replace(made.ROES, records=(made.contact("1", "<!here> *A*"), made.contact("2", "B & C")))
    message = group_list(made.page([made.card(hostile)]))
    simpler = message.simpler(parts.button(ids.SEARCH_AGAIN, "Try again", value="s:4mh8t:0"))
    assert simpler
    limits.check(simpler)
    assert limits.lines(simpler) == [
        "1 possible duplicate in Desk contacts: <!here> *A* and B & C.",
        "[Try again]",
    ]
    assert limits.buttons(simpler)["Try again"]["value"] == "s:4mh8t:0"
    assert simpler.text == message.text


def test_nothing_is_simpler_than_plain_letters() -> None:
    simpler = group_list(made.page()).simpler()
    assert simpler
    assert simpler.simpler() is None


def test_a_table_is_first_replaced_by_a_list_then_by_letters() -> None:
    second = field_by_field(page()).simpler()
    assert second
    third = second.simpler()
    assert third
    assert len(third.blocks) == 1


def test_dates_in_plain_letters_are_their_fallback() -> None:
    message = Message(
        "Back at <!date^1795507500^{time}|08:05 UTC> &amp; later.", group_list(made.page()).blocks
    )
    simpler = message.simpler()
    assert simpler
    assert limits.lines(simpler) == ["Back at 08:05 UTC & later."]


@pytest.mark.parametrize(
    ("name", "inside"), [("Job title", "job title"), ("VAT", "VAT"), ("E-mail", "e-mail")]
)
def test_a_field_in_the_middle_of_a_sentence_begins_small(name: str, inside: str) -> None:
    assert lowered(name) == inside
