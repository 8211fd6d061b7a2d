"""Dismissed pairs: which groups fall apart, which stay whole, and what brings a pair back."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zoho.duplicates.records import account, contact, ids, product
from zoho.duplicates import dismissed as apart
from zoho.duplicates import groups
from zoho.duplicates.dismissed import (
    Dismissed,
    DismissedPair,
    Pair,
    marks_of,
    pair_of,
    pairs_of,
    split,
    take_out,
)
from zoho.records import Changed, Group, Module, Reason, Record, Reopened

ANA, ANNA = contact(1, "Ana", "Roe", "ana@roe.example"), contact(2, "Anna", "Roe", "ana@roe.example")
TRIO = tuple(contact(number, f"P{number}", "Q", "p@q.example") for number in (1, 2, 3))


def group_of(*records: Record) -> Group:
    """Records that share an address, as a group."""
    (group,) = groups.find(records[0].module, records).groups
    return group


def dismissed(*pairs: tuple[Record, Record], key: str = "k") -> Dismissed:
    """These pairs dismissed as the records are now."""
    return Dismissed.of(said(*pair, key=key) for pair in pairs)


def said(one: Record, other: Record, key: str = "k") -> DismissedPair:
    """One dismissal of two records as they are now."""
    first, second = sorted((one, other), key=lambda record: record.id)
    return DismissedPair(key, pair_of(one.id, other.id), (marks_of(first), marks_of(second)))


# -- a pair -------------------------------------------------------------------------------------------


def test_a_dismissed_pair_is_no_group_any_more() -> None:
    assert split(group_of(ANA, ANNA), dismissed((ANA, ANNA))) == ((), ("k",))


def test_a_group_that_nobody_spoke_of_stays_the_very_same() -> None:
    group = group_of(ANA, ANNA)
    assert split(group, dismissed((TRIO[0], TRIO[2]), (ANA, contact(9)))) == ((group,), ())


@pytest.mark.parametrize(
    "unrelated",
    [
        {"mobile": "+49 171 5550 163"},
        {"account_name": "Kestrel", "account_id": "77"},
        {"owner_id": "5"},
        {"type": "customer"},
        {"phone": "000000"},
        {"email": "ANA@roe.example "},
        {"last_name": "Roe", "first_name": "Ana"},
    ],
    ids=str,
)
def test_a_change_of_anything_that_is_not_compared_brings_nothing_back(unrelated: dict[str, Any]) -> None:
    said_of = dismissed((ANA, ANNA))
    assert split(group_of(replace(ANA, **unrelated), ANNA), said_of).groups == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": "+49 40 5550 163"}, "phone"),
        ({"second_email": "a@roe.example"}, "e-mail"),
        ({"name": "Ana Roe-Lind"}, "name"),
    ],
)
def test_a_changed_field_that_is_compared_brings_a_pair_back_and_is_named(
    change: dict[str, Any], field: str
) -> None:
    outcome = split(group_of(ANA, replace(ANNA, **change)), dismissed((ANA, ANNA)))
    assert outcome.keys == ()
    (back,) = outcome.groups
    assert back.reopened == (Reopened("k", ("1", "2"), (Changed("2", field),), ()),)


def test_what_the_two_now_have_in_common_is_named_as_such() -> None:
    said_of = dismissed((replace(ANA, phone="5550163"), ANNA))
    after = group_of(replace(ANA, phone="5550163"), replace(ANNA, phone="5550163"))
    (back,) = split(after, said_of).groups
    assert back.reopened[0].shared == ("phone",)


def test_a_value_that_moves_from_one_field_to_the_other_is_no_change() -> None:
    before = replace(ANA, second_email="a@roe.example")
    after = replace(ANA, email="a@roe.example", second_email="ana@roe.example")
    assert split(group_of(after, ANNA), dismissed((before, ANNA))).groups == ()


def test_a_field_that_changes_back_is_as_it_was_judged() -> None:
    said_of = dismissed((ANA, ANNA))
    changed = replace(ANNA, phone="5550163")
    assert split(group_of(ANA, changed), said_of).groups != ()
    assert split(group_of(ANA, ANNA), said_of).groups == ()


def test_a_fresh_read_that_shows_no_change_outweighs_what_a_list_says() -> None:
    stale = replace(ANNA, name="As the index still has it")
    said_of = dismissed((ANA, ANNA))
    assert split(group_of(ANA, stale), said_of).groups != ()
    assert split(group_of(ANA, stale), said_of.made_certain([ANA, ANNA])).groups == ()
    assert split(group_of(ANA, stale), said_of.made_certain([ANA, stale])).groups != ()
    assert split(group_of(ANA, stale), said_of.made_certain([ANA])).groups != ()
    gone = replace(ANNA, is_gone=True)
    assert split(group_of(ANA, stale), said_of.made_certain([ANA, gone])).groups != ()


def test_every_module_compares_what_its_rule_names() -> None:
    assert apart.compared(Module.DESK_CONTACTS) == {"e-mail", "name", "phone"}
    assert apart.compared(Module.DESK_ACCOUNTS) == {"e-mail", "name", "phone", "website"}
    assert apart.compared(Module.DESK_PRODUCTS) == {"name", "product code"}
    kinds = {mark.kind for mark in marks_of(account(1, "Kestrel", website="https://kestrel.example"))}
    assert kinds == {"name", "website"}
    assert {mark.kind for mark in marks_of(product(1, "Stove", "n/a"))} == {"name"}


def test_marks_hold_no_value_that_could_be_read() -> None:
    shown = repr(marks_of(replace(ANA, phone="+49 40 5550 163")))
    assert "roe" not in shown
    assert "5550" not in shown


# -- three and more -----------------------------------------------------------------------------------


def test_a_group_of_three_splits_into_two_and_the_one_between_stands_in_both() -> None:
    outcome = split(group_of(*TRIO), dismissed((TRIO[0], TRIO[2])))
    assert ids(outcome.groups) == [[1, 2], [2, 3]]
    assert [group.reason for group in outcome.groups] == [Reason(("e-mail",), ("p@q.example",))] * 2


def test_one_that_is_taken_out_leaves_the_others_together() -> None:
    four = (*TRIO, contact(4, "P4", "Q", "p@q.example"))
    out = [(four[2], other) for other in (four[0], four[1], four[3])]
    assert ids(split(group_of(*four), dismissed(*out)).groups) == [[1, 2, 4]]


def test_two_that_are_taken_out_together_stay_together() -> None:
    four = (*TRIO, contact(4, "P4", "Q", "p@q.example"))
    out = [(one, other) for one in four[2:] for other in four[:2]]
    assert ids(split(group_of(*four), dismissed(*out)).groups) == [[1, 2], [3, 4]]


def test_a_group_that_zoho_formed_keeps_what_zoho_said_of_it() -> None:
    stoves = [product(1, "Camp Stove"), product(2, "Stove, camping"), product(3, "Cooker")]
    zohos = groups.as_given(Module.DESK_PRODUCTS, stoves, "stove")
    assert zohos is not None
    outcome = split(zohos, dismissed((stoves[0], stoves[2])))
    assert [group.reason for group in outcome.groups] == [Reason((), ("stove",))] * 2


def test_of_several_pairs_those_that_changed_come_back_and_the_others_stay_apart() -> None:
    changed = replace(TRIO[1], phone="5550163")
    said_of = dismissed((TRIO[0], TRIO[1]), (TRIO[0], TRIO[2]))
    outcome = split(group_of(TRIO[0], changed, TRIO[2]), said_of)
    assert ids(outcome.groups) == [[1, 2], [2, 3]]
    assert [[one.record_ids for one in group.reopened] for group in outcome.groups] == [[("1", "2")], []]


def test_a_part_that_lies_within_another_group_is_not_shown_twice() -> None:
    a, b, c = (contact(n, f"P{n}", "Q", "p@q.example", second_email="r@q.example") for n in (1, 2, 3))
    b, c = replace(b, second_email="s@q.example"), replace(c, second_email="s@q.example")
    d = contact(4, "P4", "Q", "s@q.example")
    both = groups.find(a.module, [a, b, c, d]).groups
    assert ids(both) == [[2, 3, 4], [1, 2, 3]]
    outcome = take_out(both, dismissed((a, c)))
    assert ids(outcome.groups) == [[2, 3, 4], [1, 2]]
    assert outcome.keys == ("k",)


def test_parts_of_two_groups_that_are_the_same_are_shown_once() -> None:
    first = Group(Module.DESK_CONTACTS, TRIO, Reason((), ()))
    second = Group(Module.DESK_CONTACTS, (TRIO[1], TRIO[2], contact(4)), Reason((), ()))
    said_of = dismissed((TRIO[0], TRIO[1]), (TRIO[0], TRIO[2]), (TRIO[1], contact(4)), (TRIO[2], contact(4)))
    assert ids(take_out((first, second), said_of).groups) == [[2, 3]]


def test_a_great_group_with_one_pair_dismissed_is_split_at_once() -> None:
    many = tuple(product(number, f"Stove {number}") for number in range(1, 1001))
    zohos = groups.as_given(Module.DESK_PRODUCTS, many, "stove")
    assert zohos is not None
    outcome = split(zohos, dismissed((many[0], many[1])))
    assert [len(group.records) for group in outcome.groups] == [999, 999]


# -- whatever the pairs -------------------------------------------------------------------------------

members = st.lists(st.integers(0, 9).map(str), min_size=2, max_size=8, unique=True)
some_pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda two: two[0] != two[1]))


@given(members, some_pairs)
def test_exactly_the_pairs_that_nobody_dismissed_stand_together(
    ids: list[str], said_of: list[tuple[int, int]]
) -> None:
    held = {pair_of(str(a), str(b)) for a, b in said_of} & pairs_of(ids)
    parts = apart.cliques(ids, held)
    together = frozenset[Pair]().union(*(pairs_of(part) for part in parts))
    assert together == pairs_of(ids) - held
    assert not any(set(one) <= set(other) for one, other in combinations(parts, 2))
    assert not any(set(other) <= set(one) for one, other in combinations(parts, 2))


@given(members, some_pairs, st.randoms(use_true_random=False))
def test_a_group_splits_alike_in_whatever_order_the_pairs_were_dismissed(
    ids: list[str], said_of: list[tuple[int, int]], random: Random
) -> None:
    held = [pair_of(str(a), str(b)) for a, b in said_of]
    once = apart.cliques(ids, held)
    random.shuffle(held)
    assert apart.cliques(ids, held) == once


@st.composite
def some_contacts(draw: st.DrawFn) -> list[Record]:
    few = st.sampled_from(["", "a@x.example", "b@x.example", "c@x.example"])
    phones = st.sampled_from(["", "5550142", "5550143"])
    count = draw(st.integers(2, 9))
    return [
        contact(
            n, draw(st.sampled_from(["Al", "Bo"])), "Q", draw(few), second_email=draw(few), phone=draw(phones)
        )
        for n in range(count)
    ]


@given(some_contacts(), some_pairs)
def test_nothing_dismissed_is_ever_shown_and_nothing_else_is_lost(
    records: list[Record], said_of: list[tuple[int, int]]
) -> None:
    by_id = {record.id: record for record in records}
    wanted = [(str(a), str(b)) for a, b in said_of if str(a) in by_id and str(b) in by_id]
    held = dismissed(*((by_id[a], by_id[b]) for a, b in wanted))
    before = groups.find(Module.DESK_CONTACTS, records).groups
    after = take_out(before, held)
    shown_before = frozenset[Pair]().union(*(pairs_of(group.ids) for group in before))
    shown = frozenset[Pair]().union(*(pairs_of(group.ids) for group in after.groups))
    assert shown == shown_before - set(held.pairs)
    assert len({group.ids for group in after.groups}) == len(after.groups)
    assert take_out(after.groups, held).groups == after.groups
