"""Sharing to a channel: the choice of detail and what members see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot import ids
from bot.blocks import share
from bot.blocks.duplicates import FlagState, Notice, Refusal
from bot.blocks.parts import Message
from bot.blocks.share import Shared, Sheet, Subject
from bot.ids import Detail
from tests.bot.blocks import limits, made
from zoho.records import Group, Module, Reason

DOT = "\u00a0· "
WHEN = "<!date^1795507500^{date_short_pretty} at {time}|24 Nov 2026 08:05 UTC>"
FOUND = made.found(total=2)
TWO = (made.card(), made.card(key="b", number=2))
TWELVE = Subject(made.found(total=12), (made.ROES, made.ROES))


def shared(**fields: Any) -> Shared:
    facts: dict[str, Any] = {
        "by": "U01MARA",
        "by_name": "Mara Lindqvist",
        "key": "4mh8t",
        "cards": TWO,
        "region_name": "EU",
    }
    facts |= fields
    cards = facts["cards"]
    groups = tuple(card.group for card in cards)
    found = made.found(total=len(groups))
    return Shared(**({"subject": Subject(found, groups, is_one=len(cards) == 1)} | facts))


def sheet(subject: Subject = TWELVE, *, is_outside: bool = False) -> dict[str, Any]:
    return limits.check_view(share.share_sheet(Sheet("4mh8t", subject, is_outside)))


def test_the_sheet_offers_three_levels_and_begins_with_the_masked_one() -> None:
    view = sheet()
    element = view["blocks"][0]["element"]
    described = {one["value"]: one["description"]["text"] for one in element["options"]}
    assert described == {
        "counts": "12 possible duplicates in Desk contacts",
        "masked": f"Ana Roe{DOT}a…@kestrel.example{DOT}+49 … 142",
        "full": f"Ana Roe{DOT}ana.roe@kestrel.example{DOT}+49 30 5550 142",
    }
    assert element["initial_option"]["value"] == "masked"
    assert view["submit"]["text"] == "Share 2 groups"
    assert view["private_metadata"] == "4mh8t"
    assert view["callback_id"] == ids.PAGE_SHARE


def test_where_other_companies_may_read_only_the_numbers_are_offered() -> None:
    view = sheet(is_outside=True)
    options = view["blocks"][0]["element"]["options"]
    assert [one["value"] for one in options] == ["counts"]
    assert view["submit"]["text"] == "Share the numbers"
    assert "so only the numbers can be shared" in view["blocks"][1]["elements"][0]["text"]


def test_one_group_is_shared_by_its_own_words() -> None:
    view = sheet(Subject(made.found(total=12), (made.ROES,), is_one=True))
    assert view["submit"]["text"] == "Share this group"
    assert view["blocks"][0]["element"]["options"][0]["description"]["text"] == (
        "1 possible duplicate in Desk contacts"
    )


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
@example("\x1b", "", "\x07")
def test_any_record_fits_the_sheet(name: str, email: str, phone: str) -> None:
    record = replace(made.ANA, name=name, email=email, phone=phone, mobile="")
    sheet(Subject(FOUND, (replace(made.ROES, records=(record, made.ANNA)),), is_one=True))


def test_the_channel_reads_who_shared_what_with_address_and_number_shortened() -> None:
    message = share.shared_message(shared())
    limits.check(message)
    said = limits.lines(message)
    assert said[:3] == [
        "<@U01MARA> shared *2 possible duplicates* from Desk contacts",
        f"Larkfield Support{DOT}EU{DOT}{WHEN}",
        f"1. Same e-mail and account{DOT}a…@kestrel.example, Kestrel Logistics",
    ]
    assert said[-1] == "E-mail and phone are shortened here. Each button acts with your own Zoho rights."
    assert message.text == (
        "Mara Lindqvist shared 2 possible duplicates from Desk contacts: "
        "Ana Roe and Anna Roe; Ana Roe and Anna Roe."
    )


def test_shared_groups_are_numbered_from_one() -> None:
    message = share.shared_message(shared(cards=(made.card(number=6), made.card(key="b", number=9))))
    bold = [line for line in limits.lines(message) if "Same e-mail" in line]
    assert [line[:2] for line in bold] == ["1.", "2."]


def secretive() -> Any:
    """A group whose every corner holds an address and a number."""
    secret = "hidden.name@secret.example +49 30 5550 142"
    records = tuple(
        replace(
            made.contact(
                str(n), f"Lena {secret}", email=f"lena{n}@secret.example", second_email="", phone=""
            ),
        )
        for n in range(6)
    )
    against = (f"{secret} differs",)
    group = Group(Module.DESK_CONTACTS, records, Reason(("name", "phone"), (secret, secret)), against)
    flag = FlagState("U01MARA", made.AT, written="comment", refused=(Refusal(secret, secret),))
    return made.card(group, flag=flag)


@pytest.mark.parametrize("gone", [frozenset[str](), frozenset("12345"), frozenset("012345"), frozenset("1")])
def test_nothing_masked_slips_through_in_any_part(gone: frozenset[str]) -> None:
    message = share.shared_message(shared(cards=(replace(secretive(), gone=gone),)))
    limits.check(message)
    everything = str(message.payload())
    assert "hidden.name@" not in everything
    assert "5550" not in everything
    assert "lena1@" not in everything


def test_everything_is_shown_where_that_was_chosen() -> None:
    message = share.shared_message(shared(detail=Detail.FULL))
    assert "ana.roe@kestrel.example" in limits.texts(message)
    assert limits.lines(message)[-1] == "Each button acts with your own Zoho rights."


def test_one_group_stands_without_number_and_divider() -> None:
    message = share.shared_message(shared(cards=(made.card(number=7),)))
    limits.check(message)
    assert limits.lines(message)[0] == "<@U01MARA> shared *a possible duplicate* from Desk contacts"
    assert not [block for block in message.payload()["blocks"] if block["type"] == "divider"]
    assert (
        limits.buttons(message)["Flag"]["accessibility_label"] == "Flag this group as a suspected duplicate"
    )


def test_the_numbers_alone_show_no_record() -> None:
    message = share.shared_message(shared(subject=TWELVE, detail=Detail.COUNTS))
    limits.check(message)
    assert limits.lines(message)[0] == "<@U01MARA> shared a search: *12 possible duplicates* in Desk contacts"
    assert "Roe" not in str(message.payload())
    show = limits.buttons(message)["Show them to me"]
    assert (show["action_id"], show["value"]) == (ids.SHARE_SHOW, "4mh8t")
    assert "the numbers only" in limits.texts(message)


def test_where_other_companies_may_read_the_numbers_are_all_whatever_was_asked() -> None:
    message = share.shared_message(shared(detail=Detail.FULL, is_outside=True))
    limits.check(message)
    assert "Roe" not in str(message.payload())
    assert "no records are shown, because this channel is, or may be, shared" in limits.texts(message)


def test_the_value_of_a_filter_is_not_shared_with_the_numbers() -> None:
    filtered = made.found(total=3, filters=(("city", "Bonn"),))
    message = share.shared_message(shared(subject=Subject(filtered), detail=Detail.COUNTS))
    assert "Bonn" not in str(message.payload())
    assert limits.buttons(message)["Show them to me"]["value"] == "4mh8t"


def test_a_changed_group_leaves_the_others_blocks_as_they_are() -> None:
    before = share.shared_message(shared()).payload()["blocks"]
    flagged = replace(TWO[0], revision=2, flag=FlagState("U01MARA", made.AT))
    after = share.shared_message(shared(cards=(flagged, TWO[1]))).payload()["blocks"]
    kept = [block for block in after if block in before]
    assert [block for block in before if block["block_id"].startswith("g:b:")] == [
        block for block in kept if block["block_id"].startswith("g:b:")
    ]
    assert not {b["block_id"] for b in after if b not in before} & {b["block_id"] for b in before}


def test_groups_that_are_not_shown_are_a_private_click_away() -> None:
    message = share.shared_message(shared(subject=TWELVE))
    limits.check(message)
    assert limits.lines(message)[0] == "<@U01MARA> shared *2 of 12 possible duplicates* from Desk contacts"
    assert limits.buttons(message)["Show 10 more"]["action_id"] == ids.SHARE_SHOW
    assert "Show" not in str(limits.buttons(share.shared_message(shared())))


def test_a_search_that_goes_on_offers_more_without_a_number() -> None:
    subject = Subject(made.found(total=2, so_far=True), (made.ROES, made.ROES))
    message = share.shared_message(shared(subject=subject))
    assert limits.lines(message)[0].startswith("<@U01MARA> shared *2 possible duplicates so far* from")
    assert "Show more" in limits.buttons(message)


def test_a_single_group_in_numbers_is_shown_by_a_click() -> None:
    subject = Subject(made.found(total=12), (made.ROES,), is_one=True)
    message = share.shared_message(shared(subject=subject, cards=(), detail=Detail.COUNTS))
    limits.check(message)
    assert limits.lines(message)[0] == "<@U01MARA> shared *a possible duplicate* in Desk contacts"
    assert "Show it to me" in limits.buttons(message)


def test_the_largest_groups_of_several_lists_name_their_lists() -> None:
    mugs = Group(
        Module.DESK_PRODUCTS, (made.product("8", "Mug"), made.product("9", "Mug")), Reason(("name",), ())
    )
    subject = Subject(made.found(total=2), (made.ROES, mugs), is_worst=True)
    message = share.shared_message(shared(subject=subject, cards=(made.card(), made.card(mugs, key="b"))))
    limits.check(message)
    said = limits.lines(message)
    assert said[0] == "<@U01MARA> shared *the 2 largest groups* from Desk contacts and products"
    assert said[2].startswith("1. Desk contacts, same e-mail and account")


@pytest.mark.parametrize("made_view", [share.loading_sheet, share.stopped_sheet, share.outdated_sheet])
def test_a_sheet_without_a_choice_cannot_be_submitted(made_view: Callable[[], View]) -> None:
    assert "submit" not in limits.check_view(made_view())


@pytest.mark.parametrize(
    "message",
    [
        share.too_late(),
        share.no_draft(),
        share.not_in_channel("U00BOT"),
        share.not_posted("restricted_action"),
        share.perhaps_posted(),
        share.not_redrawn(),
        share.noticed(Notice.OLDER),
    ],
)
def test_what_is_said_to_one_person_is_a_message_like_any_other(message: Message) -> None:
    limits.check(message)
