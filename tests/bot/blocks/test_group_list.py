"""The list of groups: what is said, in which order, and what the buttons carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import ids
from bot.blocks.duplicates import (
    Card,
    FlagEnd,
    FlagState,
    ListPage,
    Notice,
    Refusal,
    group_list,
    nothing_anywhere,
    nothing_found,
)
from tests.bot.blocks import limits, made
from zoho.records import Field, Found, Group, Module, Pending, Reason, Record, SharedValue

DOT = "\u00a0· "
WHEN = "<!date^1795507500^{date_short_pretty} at {time}|24 Nov 2026 08:05 UTC>"


def test_a_pair_says_what_is_shared_then_how_each_departs() -> None:
    message = group_list(made.page())
    limits.check(message)
    assert limits.lines(message) == [
        "1 possible duplicate in Desk contacts",
        f"Larkfield Support{DOT}EU{DOT}{WHEN}",
        f"1. Same e-mail and account{DOT}ana.roe@kestrel.example, Kestrel Logistics",
        f"- Ana Roe{DOT}created 12 Mar 2024",
        f"- Anna Roe (no phone){DOT}created 12 Mar 2024",
        "Differs also in: first name, mobile",
        "[Flag] [Not a duplicate]",
        "1 of 1",
    ]
    assert message.text == "1 possible duplicate in Desk contacts: Ana Roe and Anna Roe."


def test_the_names_lead_into_the_records_and_nothing_else_does() -> None:
    payload = group_list(made.page()).payload()
    urls = [node["url"] for node in limits.walk(payload["blocks"]) if "url" in node]
    assert urls == [f"{made.WEB}/1", f"{made.WEB}/2"]
    assert payload["unfurl_links"] is False
    assert payload["unfurl_media"] is False


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "https://x.example/" + "a" * 3000])
def test_a_record_without_a_trustworthy_address_is_bold_text(url: str) -> None:
    drawn = replace(made.card(), links={"1": url})
    message = group_list(made.page([drawn]))
    nodes = list(limits.walk(message.payload()["blocks"]))
    assert not [node for node in nodes if node.get("type") == "link"]
    assert {"type": "text", "text": "Ana Roe", "style": {"bold": True}} in nodes


def test_ids_and_values_hold_keys_and_revisions_only() -> None:
    payload = group_list(made.page([made.card(revision=3)])).payload()
    block_ids = [block["block_id"] for block in payload["blocks"]]
    assert [i for i in block_ids if i.startswith("g:")] == [
        "g:7kq2m:body:3",
        "g:7kq2m:also:3",
        "g:7kq2m:act:3",
    ]
    flag = limits.buttons(group_list(made.page([made.card(revision=3)])))["Flag"]
    assert ids.read_group(flag["value"]) == ids.GroupRef("7kq2m", 3)
    assert flag["action_id"] == ids.GROUP_FLAG
    assert flag["accessibility_label"] == "Flag group 1 as a suspected duplicate"


def test_four_records_are_shown_and_the_rest_counted() -> None:
    records = tuple(made.contact(str(n), f"Lena {n}", email="l@b.example") for n in range(40))
    group = Group(Module.DESK_CONTACTS, records, Reason(("e-mail",), ("l@b.example",)))
    said = limits.lines(group_list(made.page([made.card(group)])))
    assert [line for line in said if line.startswith("- ")][-2:] == [
        f"- Lena 3{DOT}created 12 Mar 2024",
        "- and 36 more",
    ]


def test_doubt_is_the_last_line_of_the_body_and_not_grey() -> None:
    group = replace(made.ROES, against=("first names differ", "each is linked to its own CRM contact"))
    message = group_list(made.page([made.card(group)]))
    said = (
        ":warning: Against: first names differ, and each is linked to its own CRM contact. "
        "Perhaps two people with one mailbox."
    )
    assert said in limits.lines(message)
    assert "Differs also in: mobile" in limits.lines(message)


@pytest.mark.parametrize(
    ("fields", "against", "end"),
    [
        (("e-mail", "phone"), ("first names differ",), " Perhaps several people with one mailbox."),
        (("e-mail",), ("names differ",), " Perhaps several people with one mailbox."),
        (("e-mail",), ("last names differ",), ""),
        (("e-mail",), ("each is linked to its own CRM contact",), ""),
        (("name", "phone"), ("first names differ",), ""),
    ],
)
def test_people_with_unlike_first_names_and_one_address_may_share_a_mailbox(
    fields: tuple[str, ...], against: tuple[str, ...], end: str
) -> None:
    records = tuple(made.contact(str(n), f"Lena {n}", email="l@b.example") for n in range(3))
    group = Group(Module.DESK_CONTACTS, records, Reason(fields, ()), against)
    message = group_list(made.page([made.card(group)]))
    assert f":warning: Against: {against[0]}.{end}" in limits.lines(message)


def test_a_shared_address_that_is_somebodys_second_one_is_said() -> None:
    second = made.contact("2", "L. Brandt", email="other@b.example", second_email="L@b.example")
    records = (made.contact("1", "Lena", email="l@b.example"), second)
    group = Group(Module.DESK_CONTACTS, records, Reason(("e-mail",), ("l@b.example",)))
    assert f"- L. Brandt (as second e-mail){DOT}created 12 Mar 2024" in limits.lines(
        group_list(made.page([made.card(group)]))
    )


def test_the_same_name_and_phone_shows_the_addresses_that_differ() -> None:
    records = (
        made.contact("1", "Mateo", phone="+49 69 1"),
        made.contact("2", "Mateo", email="m@h.example", phone="0049691"),
    )
    group = Group(Module.DESK_CONTACTS, records, Reason(("name", "phone"), ("+49 69 1",)))
    said = limits.lines(group_list(made.page([made.card(group)])))
    assert said[2:5] == [
        f"1. Same name and phone{DOT}+49 69 1",
        f"- Mateo{DOT}created 12 Mar 2024",
        f"- Mateo (m@h.example){DOT}created 12 Mar 2024",
    ]


def test_products_show_code_and_price_where_zoho_gave_them() -> None:
    records = (
        made.product("1", "Camp Stove Duo", code="CS-DUO", price="129.00"),
        made.product("2", "CAMP STOVE DUO"),
    )
    group = Group(Module.DESK_PRODUCTS, records, Reason(("name",), ("Camp Stove Duo",)))
    page = made.page([made.card(group)], found=made.found([group], records=2, compared=4812, source="list"))
    said = limits.lines(group_list(page))
    assert said[0] == "1 possible duplicate in Desk products"
    assert said[1] == f"2 of 4,812 products{DOT}Larkfield Support{DOT}EU{DOT}{WHEN}"
    assert said[3:5] == [f"- Camp Stove Duo (code CS-DUO){DOT}price 129.00", "- CAMP STOVE DUO (no code)"]


def test_the_same_code_needs_no_brackets() -> None:
    records = (made.product("1", "Tent", code="T3"), made.product("2", "Ridge tent", code="T3"))
    group = Group(Module.DESK_PRODUCTS, records, Reason(("product code",), ("T3",)))
    assert "- Ridge tent" in limits.lines(group_list(made.page([made.card(group)])))


def test_a_group_that_zoho_named_without_a_reason_says_so() -> None:
    group = replace(made.ROES, reason=Reason((), ()))
    assert "1. Named together by Zoho" in limits.lines(group_list(made.page([made.card(group)])))


# The pager


def many(count: int, *, offset: int = 0, total: int = 0, **fields: Any) -> Any:
    cards = [made.card(key=f"k{n}", number=offset + n) for n in range(1, count + 1)]
    facts = {"total": total or count, "records": 2 * (total or count)} | fields
    return made.page(cards, offset=offset, found=made.found([one.group for one in cards], **facts))


@pytest.mark.parametrize(
    ("shown", "offset", "total", "turns"),
    [
        (5, 0, 12, {"Show next 5": 5}),
        (5, 5, 12, {"Show previous 5": 0, "Show next 5": 10}),
        (2, 10, 12, {"Show previous 5": 5}),
        (3, 0, 3, {}),
    ],
)
def test_pages_lead_to_their_neighbours(shown: int, offset: int, total: int, turns: dict[str, int]) -> None:
    message = group_list(many(shown, offset=offset, total=total))
    limits.check(message)
    found = {
        text: ids.read_page(b["value"]).offset
        for text, b in limits.buttons(message).items()
        if "Show" in text
    }
    assert found == turns
    assert limits.lines(message)[-1] == f"{offset + 1} to {offset + shown} of {total}"


def test_the_next_button_reads_out_exactly_what_it_will_show() -> None:
    label = limits.buttons(group_list(many(5, offset=5, total=12)))["Show next 5"]["accessibility_label"]
    assert label == "Show groups 11 to 12 of 12"


def test_a_number_that_is_not_final_says_so_far() -> None:
    pending = Pending(pages=(("phone", 100),))
    message = group_list(many(5, total=5, so_far=True, records=None, pending=pending))
    limits.check(message)
    assert limits.lines(message)[0] == "5 possible duplicates in Desk contacts so far"
    assert limits.lines(message)[-1] == "1 to 5 of 5 so far"
    assert limits.buttons(message)["Show next 5"]["accessibility_label"] == "Show the groups after number 5"
    assert message.text.startswith("5 possible duplicates in Desk contacts so far: Ana Roe and Anna Roe; ")


def test_values_that_wait_lead_on_even_while_the_number_stands() -> None:
    pending = Pending(pages=(("phone", 0),))
    message = group_list(many(5, total=5, pending=pending))
    assert limits.lines(message)[0] == "5 possible duplicates in Desk contacts"
    assert limits.buttons(message)["Show next 5"]["accessibility_label"] == "Show the groups after number 5"


def test_a_number_that_stays_open_leads_nowhere_and_says_why() -> None:
    message = group_list(many(2, so_far=True, unread=("a@x.example", "b", "c", "d")))
    limits.check(message)
    assert not [text for text in limits.buttons(message) if text.startswith("Show")]
    said = "Zoho did not name the contacts that share a@x.example, b, c and 1 more"
    assert said in limits.lines(message)


def test_no_group_yet_is_not_no_duplicates() -> None:
    pending = Pending(pages=(("phone", 100),))
    empty = made.found([], total=0, so_far=True, pending=pending)
    message = group_list(ListPage(empty, "4mh8t", 0, (), "EU"))
    limits.check(message)
    assert limits.lines(message)[0] == "No possible duplicates in Desk contacts so far"
    assert limits.lines(message)[-2:] == ["[Show next 5]", "Not every shared value was gone through"]
    assert "white_check_mark" not in limits.texts(message)


def test_a_last_page_that_holds_nothing_says_so_and_leads_back() -> None:
    message = group_list(ListPage(made.found([], total=5), "4mh8t", 5, (), "EU"))
    limits.check(message)
    assert limits.lines(message)[-2:] == ["[Show previous 5]", "None after number 5"]


def test_the_largest_of_several_lists_each_name_their_own() -> None:
    message = group_list(made.page(is_worst=True))
    limits.check(message)
    assert limits.lines(message)[0] == "The largest group"
    bold = f"1. Desk contacts, same e-mail and account{DOT}ana.roe@kestrel.example, Kestrel Logistics"
    assert bold in limits.lines(message)


def test_what_a_digest_did_not_draw_says_of_which_one_it_is_the_rest() -> None:
    digest = "<!date^1795507500^{date_short} at {time}|24 Nov 2026 08:05 UTC>"
    one = group_list(made.page(is_worst=True, digest=made.AT, is_more=True))
    limits.check(one)
    assert limits.lines(one)[0] == f"*1 more of the digest of {digest}*"
    assert limits.lines(one)[-1] == "1 of 1"
    assert one.text == f"1 more of the digest of {digest}: Ana Roe and Anna Roe."
    none_drawn = group_list(made.page(is_worst=True, digest=made.AT))
    assert limits.lines(none_drawn)[0] == f"*1 possible duplicate of the digest of {digest}*"


def test_the_rest_of_a_very_long_digest_says_how_many_are_kept() -> None:
    found = made.found(total=55, source="list")
    message = group_list(made.page(found=found, is_worst=True, digest=made.AT, is_more=True))
    limits.check(message)
    assert "Kept here: 1 of these." in limits.texts(message)
    assert "largest" not in limits.texts(message)


def test_another_page_has_other_block_ids_and_the_same_group_keeps_its_own() -> None:
    first = {
        b["block_id"] for b in group_list(many(5, total=12)).payload()["blocks"] if b["block_id"][0] == "l"
    }
    second = {b["block_id"] for b in group_list(many(5, offset=5, total=12)).payload()["blocks"]}
    assert not first & second


def test_largest_first_is_said_only_where_it_is_so() -> None:
    trio = Group(Module.DESK_CONTACTS, (made.ANA, made.ANNA, made.contact("3", "A. Roe")), made.ROES.reason)
    two = [made.card(trio, key="a"), made.card(key="b", number=2)]
    assert f"{DOT}largest first{DOT}" in limits.lines(group_list(made.page(two)))[1]
    assert "largest first" not in limits.texts(group_list(made.page(two[::-1])))
    assert "largest first" not in limits.texts(group_list(many(2)))


# What stands under the list


def test_values_shared_by_many_are_one_folded_line() -> None:
    shared = (
        SharedValue("info@b.example", 31),
        SharedValue("+49 421 5550 100", 14),
        SharedValue("a", 9),
        SharedValue("b", 8),
        SharedValue("test@test.com", 7, is_placeholder=True),
    )
    page = made.page(found=made.found(shared_by_many=shared))
    named = "info@b.example (31 contacts), +49 421 5550 100 (14), a (9), 1 more, 1 placeholder"
    assert f"Shared by many, so not counted: {named}" in limits.lines(group_list(page))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"left_alone": 1}, "1 row of Zoho’s answer matched no other and is left out."),
        ({"left_alone": 7}, "7 rows of Zoho’s answer matched no other and are left out."),
        ({"ignored": ("limit", "from")}, "`limit` and `from` are not needed: everything is compared."),
        (
            {"missing_scopes": ("Desk.search.READ",)},
            "`Desk.search.READ` is not granted, so the list was compared instead of asking Zoho’s own "
            "search. `/duplicates connect desk` asks for it.",
        ),
    ],
)
def test_how_the_search_was_done_is_said_in_grey(facts: dict[str, Any], said: str) -> None:
    message = group_list(made.page(found=made.found(**facts)))
    limits.check(message)
    assert said in limits.lines(message)


def test_filters_are_named_as_plain_letters() -> None:
    message = group_list(made.page(found=made.found(filters=(("city", "<!here> *Bonn*"),))))
    limits.check(message)
    node = {"type": "plain_text", "text": "Only with city=<!here> *Bonn*", "emoji": False}
    assert node in list(limits.walk(message.payload()["blocks"]))


@pytest.mark.parametrize("others", [(), (("city", "Bonn"),)])
def test_a_filter_that_was_not_needed_is_not_named_as_one_that_narrows(
    others: tuple[tuple[str, str], ...],
) -> None:
    found = made.found(filters=(("limit", "5"), *others), ignored=("limit",))
    narrowing = [line for line in limits.lines(group_list(made.page(found=found))) if "Only with" in line]
    assert narrowing == ["Only with city=Bonn"] * len(others)


@pytest.mark.parametrize("notice", [Notice.EXPIRED, Notice.OLDER])
def test_a_list_that_stands_for_another_says_so_first(notice: Notice) -> None:
    assert limits.lines(group_list(made.page(notice=notice)))[0] == str(notice)


def test_observing_only_is_said() -> None:
    said = limits.lines(group_list(made.page(observe_only=True)))
    assert said[-1] == "This installation writes nothing to Zoho. Flags are kept in Slack."


# Flags


ACMES = tuple(Record(Module.DESK_ACCOUNTS, str(n), "Acme") for n in range(3))
TRIO = Group(Module.DESK_ACCOUNTS, ACMES, Reason(("name", "website"), ("acme.example",)))


@pytest.mark.parametrize(
    ("group", "facts", "where"),
    [
        (made.ROES, {}, ""),
        (made.ROES, {"written": "comment"}, f"{DOT}also a comment on both contacts in Zoho Desk"),
        (TRIO, {"written": "comment"}, f"{DOT}also a comment on all 3 accounts in Zoho Desk"),
        (TRIO, {"written": "field"}, f"{DOT}also marked on all 3 accounts in Zoho Desk"),
        (made.ROES, {"waiting": True}, f"{DOT}in Slack only until writing is allowed"),
        (TRIO, {"kept": "no_place"}, f"{DOT}in Slack only: Zoho Desk has no place for a flag on accounts"),
        (TRIO, {"kept": "observe_only"}, f"{DOT}in Slack only: this installation writes nothing to Zoho"),
        (
            made.ROES,
            {"written": "comment", "refused": (Refusal("Anna Roe", "no"),)},
            f"{DOT}a comment is on one of the two contacts",
        ),
        (
            TRIO,
            {"written": "field", "refused": (Refusal("Acme", "no"),)},
            f"{DOT}marked on 2 of the 3 accounts",
        ),
        (
            made.ROES,
            {"refused": (Refusal("Ana Roe", "no"), Refusal("Anna Roe", "no"))},
            f"{DOT}in Slack only",
        ),
    ],
)
def test_a_flag_says_who_when_and_where_else_it_stands(
    group: Group, facts: dict[str, Any], where: str
) -> None:
    flagged = made.card(group, flag=FlagState("U01MARA", made.AT, **facts))
    message = group_list(made.page([flagged]))
    limits.check(message)
    assert f":triangular_flag_on_post: Flagged by <@U01MARA>{DOT}{WHEN}{where}" in limits.lines(message)
    undo = limits.buttons(message)["Undo flag"]
    assert undo["action_id"] == ids.FLAG_UNDO
    assert undo["accessibility_label"] == "Undo the flag on group 1"
    assert "Flag" not in limits.buttons(message)


def test_who_has_taken_a_flag_stands_beside_who_raised_it() -> None:
    flag = FlagState("U01MARA", made.AT, written="comment", holder="U02TOMAS")
    message = group_list(made.page([made.card(flag=flag)]))
    limits.check(message)
    assert (
        f":triangular_flag_on_post: Flagged by <@U01MARA>{DOT}{WHEN}{DOT}<@U02TOMAS> has it{DOT}"
        "also a comment on both contacts in Zoho Desk"
    ) in limits.lines(message)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (
            FlagEnd("done", "U02TOMAS", made.AT),
            f":white_check_mark: Flag marked done by <@U02TOMAS>{DOT}{WHEN}",
        ),
        (
            FlagEnd("done", "U02TOMAS", made.AT, "comment"),
            f":white_check_mark: Flag marked done by <@U02TOMAS>{DOT}{WHEN}{DOT}"
            "the comment stays in Zoho Desk",
        ),
        (FlagEnd("undone", "U01MARA", made.AT), f"Flag taken back by <@U01MARA>{DOT}{WHEN}"),
        (
            FlagEnd("undone", "U01MARA", made.AT, "field"),
            f"Flag taken back by <@U01MARA>{DOT}{WHEN}{DOT}the mark stays in Zoho Desk",
        ),
    ],
)
def test_a_group_says_who_settled_its_flag_and_can_be_flagged_again(end: FlagEnd, said: str) -> None:
    message = group_list(made.page([made.card(ended=end)]))
    limits.check(message)
    assert said in limits.lines(message)
    assert "Flag" in limits.buttons(message)


def test_a_flagged_group_that_shares_nothing_any_more_is_not_laid_at_zohos_door() -> None:
    alone = replace(made.ROES, reason=Reason((), ()))
    message = group_list(made.page([made.card(alone, flag=FlagState("U01MARA", made.AT))]))
    assert limits.lines(message)[2].startswith("1. Flagged together")


@pytest.mark.parametrize(
    ("written", "refused", "members", "button"),
    [
        ("comment", 1, 2, "Comment the other"),
        ("comment", 1, 4, "Comment the other"),
        ("comment", 3, 4, "Comment the others"),
        ("comment", 2, 2, "Comment both"),
        ("comment", 4, 4, "Comment all 4"),
        ("field", 1, 2, "Mark the other"),
        ("field", 2, 2, "Mark both"),
    ],
)
def test_what_zoho_refused_can_be_written_by_somebody_with_more_rights(
    written: Literal["comment", "field"], refused: int, members: int, button: str
) -> None:
    records = tuple(made.contact(str(n), f"Lena {n}", email="l@b.example") for n in range(members))
    left = tuple(Refusal(record.name, "FORBIDDEN") for record in records[:refused])
    flag = FlagState("U01MARA", made.AT, written=written, refused=left)
    card = made.card(Group(Module.DESK_CONTACTS, records, Reason(("e-mail",), ())), flag=flag)
    message = group_list(made.page([card]))
    limits.check(message)
    drawn = limits.buttons(message)[button]
    assert (drawn["action_id"], drawn["value"]) == (ids.FLAG_REST, ids.pack_group(card.ref))
    assert list(limits.buttons(message))[:3] == [button, "Undo flag", "Not a duplicate"]


def test_what_zoho_refused_is_quoted_per_record() -> None:
    refused = (Refusal("Anna <!here>", "FORBIDDEN you do not have permission"),)
    flag = FlagState("U01MARA", made.AT, written="comment", refused=refused)
    message = group_list(made.page([made.card(flag=flag)]))
    limits.check(message)
    said = ":warning: No comment on Anna <!here>. In Zoho’s words: FORBIDDEN you do not have permission"
    assert said in limits.lines(message)


def test_what_an_undo_could_not_take_back_stays_said() -> None:
    message = group_list(made.page([made.card(stays=(Refusal("Ana Roe", ""), Refusal("Anna Roe", "")))]))
    limits.check(message)
    assert ":warning: Not taken back in Zoho on Ana Roe and Anna Roe. " in limits.lines(message)
    assert "Flag" in limits.buttons(message)


# Nothing


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"module": Module.DESK_PRODUCTS, "compared": 4812}, "4,812 products compared by code and name."),
        ({"module": Module.DESK_CONTACTS}, "Zoho’s duplicate search returned none."),
        ({"module": Module.DESK_ACCOUNTS, "compared": 0}, "The list is empty."),
        ({"compared": 0, "filters": (("city", "Bonn"),)}, "No contact has these values."),
    ],
)
def test_nothing_found_says_what_was_compared(facts: dict[str, Any], said: str) -> None:
    empty = made.found([], total=0, **facts)
    message = nothing_found(empty, "EU")
    limits.check(message)
    label = f"No duplicates in Desk {empty.module.plural}"
    assert limits.lines(message)[0] == f":white_check_mark: *{label}*\n{said}"
    assert message.text == f"{label}: {said}"
    assert limits.lines(message)[-1] == "Left out: whatever your Zoho profile cannot see."


def test_nothing_anywhere_names_every_list_that_was_searched() -> None:
    empty = [made.found([], total=0, module=module, compared=9) for module in Module]
    message = nothing_anywhere(empty, "EU")
    assert limits.buttons(message)["Set up alerts"]["action_id"] == ids.SUB_NEW
    limits.check(message)
    assert message.text == "No duplicates in Desk contacts, accounts and products."
    assert "Products: 9 products compared by code and name." in limits.texts(message)


# Any data at all


NASTY = st.one_of(
    st.text(max_size=90),
    st.sampled_from(
        ["<!channel>", "@here", "*x* _y_ `z`", "<http://evil|Zoho>", "ليلى", ":fire:", "", "\u202e"]
    ),
)
RECORDS = st.builds(
    Record,
    module=st.just(Module.DESK_CONTACTS),
    id=st.uuids().map(str),
    name=NASTY,
    created=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    first_name=NASTY,
    email=NASTY,
    second_email=NASTY,
    phone=NASTY,
    account_name=NASTY,
    code=NASTY,
    price=NASTY,
    others=st.just((Field("x", "<!here>"),)),
)
FIELDS = st.lists(
    st.sampled_from(["e-mail", "name", "phone", "website", "account", "product code"]),
    max_size=3,
    unique=True,
)
FLAGS = st.none() | st.builds(
    FlagState,
    by=st.sampled_from(["U01MARA", "<!here>"]),
    at=st.just(made.AT),
    written=st.sampled_from(["", "comment", "field"]),
    waiting=st.booleans(),
    refused=st.lists(st.builds(Refusal, NASTY, NASTY), max_size=3).map(tuple),
    kept=st.sampled_from(["", "observe_only", "no_place", "no_field"]),
)


SHARED = st.builds(SharedValue, NASTY, st.integers(6, 99), st.booleans())


@st.composite
def any_page(draw: st.DrawFn) -> Any:
    module = draw(st.sampled_from(list(Module)))
    cards = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        records = tuple(replace(r, module=module) for r in draw(st.lists(RECORDS, min_size=2, max_size=6)))
        fields = tuple(draw(FIELDS))
        values = tuple(draw(NASTY) for _ in fields)
        group = Group(module, records, Reason(fields, values), tuple(draw(st.lists(NASTY, max_size=2))))
        links = {record.id: draw(st.sampled_from(["", f"{made.WEB}/{record.id}"])) for record in records}
        cards.append(Card(group, f"k{number}", draw(st.integers(1, 99)), number, links, draw(FLAGS)))
    found = Found(
        module=module, dc="eu", org_id="1", org_name=draw(NASTY), groups=tuple(c.group for c in cards),
        total=draw(st.integers(len(cards), 5000)), so_far=draw(st.booleans()), at=made.AT, source="values",
        records=draw(st.none() | st.integers(2, 9000)), compared=draw(st.none() | st.integers(0, 10**6)),
        shared_by_many=tuple(draw(st.lists(SHARED, max_size=5))),
        left_alone=draw(st.integers(0, 9)), unread=tuple(draw(st.lists(NASTY, max_size=5))),
        missing_scopes=tuple(draw(st.lists(NASTY, max_size=2))),
        ignored=tuple(draw(st.lists(NASTY, max_size=2))),
        filters=tuple(draw(st.lists(st.tuples(NASTY, NASTY), max_size=10))),
    )  # fmt: skip
    return made.page(cards, found=found, region_name=draw(NASTY), observe_only=draw(st.booleans()))


@settings(max_examples=60, deadline=None)
@given(any_page())
def test_any_records_make_a_message_that_slack_takes_and_that_pings_nobody(page: Any) -> None:
    limits.check(group_list(page))
    limits.check(nothing_found(replace(page.found, total=0, groups=()), page.region_name))


# Menus, sharing, records that are gone


def test_a_menu_holds_only_what_its_caller_says_exists() -> None:
    message = group_list(made.page(menu=("fields", "share"), can_share=True))
    limits.check(message)
    assert limits.menus(message)["g:7kq2m:act:1"] == {
        "Show every field": "fields:7kq2m:1",
        "Share this group": "share:7kq2m:1",
    }
    share = limits.buttons(message)["Share to channel"]
    assert (share["action_id"], ids.read_page(share["value"])) == (ids.PAGE_SHARE, ids.PageRef("4mh8t", 0))
    assert share["accessibility_label"] == "Choose how to share this group"
    assert not limits.menus(group_list(made.page()))
    assert "Share to channel" not in limits.buttons(group_list(made.page()))


def test_a_group_with_one_record_left_is_one_line_without_buttons() -> None:
    message = group_list(made.page([replace(made.card(), gone=frozenset({"2"}))]))
    limits.check(message)
    assert f":white_check_mark: 1. Solved in Zoho{DOT}Ana Roe remains{DOT}Anna Roe" in limits.lines(message)
    assert not limits.buttons(message)
    assert {"type": "text", "text": "Anna Roe", "style": {"strike": True}} in list(
        limits.walk(message.payload()["blocks"])
    )


def test_a_group_with_two_records_left_goes_on_and_strikes_the_third() -> None:
    trio = replace(made.ROES, records=(made.ANA, made.ANNA, made.contact("3", "A. Roe")))
    message = group_list(made.page([replace(made.card(trio), gone=frozenset({"2"}))]))
    limits.check(message)
    assert f"- Anna Roe{DOT}no longer in Zoho" in limits.lines(message)
    assert "Flag" in limits.buttons(message)


def test_a_group_of_which_nothing_is_left_claims_no_survivor() -> None:
    message = group_list(made.page([replace(made.card(), gone=frozenset({"1", "2"}))]))
    limits.check(message)
    assert f":white_check_mark: 1. Solved in Zoho{DOT}Ana Roe, Anna Roe" in limits.lines(message)


@pytest.mark.parametrize(
    ("gone", "unlike", "said"),
    [
        ("", "12", "Ana Roe and Anna Roe are no longer alike"),
        ("2", "1", f"Ana Roe remains{DOT}Anna Roe"),
        ("3", "12", f"Ana Roe and Anna Roe are no longer alike{DOT}A. Roe"),
    ],
)
def test_a_group_that_an_edit_solved_says_that_its_records_are_no_longer_alike(
    gone: str, unlike: str, said: str
) -> None:
    records = (made.ANA, made.ANNA, made.contact("3", "A. Roe"))[: 3 if "3" in gone else 2]
    group = replace(made.ROES, records=records)
    card = replace(made.card(group), gone=frozenset(gone), unlike=frozenset(unlike))
    message = group_list(made.page([card]))
    limits.check(message)
    assert f":white_check_mark: 1. Solved in Zoho{DOT}{said}" in limits.lines(message)
    assert not limits.buttons(message)


def test_of_very_many_groups_the_largest_are_kept_and_that_is_said() -> None:
    page = made.page(found=made.found(total=4_000, source="list"))
    message = group_list(page)
    limits.check(message)
    assert "The 1 largest groups are kept here" in limits.texts(message)
    assert ids.PAGE_NEXT not in [button["action_id"] for button in limits.buttons(message).values()]


def test_a_read_that_did_not_come_to_the_end_says_how_far_it_came() -> None:
    found = made.found(so_far=True, compared=90_000, out_of=118_000, records=2, source="list")
    message = group_list(made.page(found=found))
    limits.check(message)
    said = limits.texts(message)
    assert "Compared: 90,000 of about 120,000 contacts. The read stopped at its price" in said
