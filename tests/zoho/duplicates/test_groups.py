"""Records in, groups out: the rules on pairs, what is folded away, and what must never be chained."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zoho.duplicates.records import account, contact, ids, product
from zoho.duplicates import groups
from zoho.duplicates.groups import Value, find, qualifies
from zoho.records import Module, Record, SharedValue

CONTACTS, ACCOUNTS, PRODUCTS = Module.DESK_CONTACTS, Module.DESK_ACCOUNTS, Module.DESK_PRODUCTS


def found(*records: Record) -> list[list[int]]:
    """The groups among these records, by ids."""
    return sorted(ids(find(records[0].module, records).groups))


# -- contacts -----------------------------------------------------------------------------------------


def test_the_same_own_email_makes_a_group_in_any_case_and_as_second_address() -> None:
    assert found(
        contact(1, "Ana", "Roe", "ana@roe.example"),
        contact(2, "Anna", "Roe", "Ana@Roe.example"),
        contact(3, "A.", "Roe", "other@roe.example", second_email="ana@roe.example"),
        contact(4, "Ana", "Roe", "ana@elsewhere.example"),
    ) == [[1, 2, 3]]


def test_a_name_alone_or_a_phone_alone_makes_no_group() -> None:
    assert found(contact(1, "Ana", "Roe"), contact(2, "Ana", "Roe")) == []
    assert found(contact(1, "Ana", "Roe", phone="555 0142"), contact(2, "Jo", "Day", phone="555 0142")) == []
    assert found(contact(1, phone="555 0142"), contact(2, phone="555 0142")) == []


def test_the_same_name_and_phone_make_a_group() -> None:
    assert found(
        contact(1, "Mateo", "Silva", phone="+49 69 5550 128"),
        contact(2, "mateo", "SILVA", phone="0049 69 5550-128"),
        contact(3, "Mateo", "Silva", phone="+49 69 5550 129"),
    ) == [[1, 2]]


def test_a_mobile_number_is_not_the_phone() -> None:
    assert found(contact(1, "A", "B", phone="5550142"), contact(2, "A", "B", mobile="5550142")) == []


@pytest.mark.parametrize("address", ["info@a.example", "test@test.com"])
def test_a_role_mailbox_and_a_placeholder_make_no_group_but_one_folded_line(address: str) -> None:
    outcome = find(CONTACTS, [contact(1, "A", "B", address), contact(2, "C", "D", address)])

    assert outcome.groups == ()
    assert outcome.shared_by_many == (SharedValue(address, 2, is_placeholder=address.startswith("test")),)


def test_a_placeholder_phone_makes_no_group() -> None:
    outcome = find(CONTACTS, [contact(1, "A", "B", phone="000000"), contact(2, "A", "B", phone="000000")])

    assert outcome.groups == ()
    assert outcome.shared_by_many == (SharedValue("000000", 2, is_placeholder=True),)


@pytest.mark.parametrize(("holders", "is_group"), [(2, True), (5, True), (6, False), (40, False)])
def test_a_value_on_more_than_five_records_is_folded(holders: int, is_group: bool) -> None:
    records = [contact(number, f"P{number}", "Q", "shared@a.example") for number in range(1, holders + 1)]
    outcome = find(CONTACTS, records)

    assert (len(outcome.groups) == 1) is is_group
    assert outcome.shared_by_many == (() if is_group else (SharedValue("shared@a.example", holders),))


def test_a_switchboard_number_does_not_speak_for_a_name() -> None:
    others = [contact(number, f"P{number}", "Q", phone="5550100") for number in range(10, 16)]

    assert found(contact(1, "A", "B", phone="5550100"), contact(2, "A", "B", phone="5550100"), *others) == []


def test_groups_that_overlap_stay_apart_unless_every_pair_across_qualifies() -> None:
    chain = [
        contact(1, "A", "A", "x@a.example"),
        contact(2, "B", "B", "x@a.example", second_email="y@a.example"),
        contact(3, "C", "C", "y@a.example"),
    ]
    assert found(*chain) == [[1, 2], [2, 3]]
    assert find(CONTACTS, chain).left_alone == 0

    assert found(*chain, contact(4, "D", "D", "x@a.example", second_email="y@a.example")) == [
        [1, 2, 4],
        [2, 3, 4],
    ]


def test_groups_become_one_where_the_pairs_across_qualify_for_another_reason() -> None:
    triangle = [
        contact(1, "Ana", "Roe", "x@a.example", phone="5550142"),
        contact(2, "Ana", "Roe", "x@a.example", second_email="y@a.example"),
        contact(3, "Ana", "Roe", "y@a.example", phone="5550142"),
    ]

    assert found(*triangle) == [[1, 2, 3]]


def test_two_addresses_shared_by_the_same_two_records_make_one_group() -> None:
    assert found(
        contact(1, "A", "B", "x@a.example", second_email="y@a.example"),
        contact(2, "A", "B", "y@a.example", second_email="x@a.example"),
    ) == [[1, 2]]


def test_what_is_gone_is_in_no_group() -> None:
    assert found(contact(1, "A", "B", "x@a.example"), contact(2, "A", "B", "x@a.example", is_gone=True)) == []


def test_a_record_given_twice_is_no_duplicate_of_itself() -> None:
    assert found(contact(1, "A", "B", "x@a.example"), contact(1, "A", "B", "x@a.example")) == []


# -- accounts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        {"phone": "+49 511 5550 170"},
        {"website": "https://www.acme.example/"},
        {"email": "Mail.Room@acme.example"},
        {"email": "info@acme.example"},
    ],
)
def test_accounts_need_the_name_and_one_more_value(more: dict[str, str]) -> None:
    assert found(account(1, "Acme GmbH", **more), account(2, "ACME  GmbH", **more)) == [[1, 2]]
    assert found(account(1, "Acme GmbH", **more), account(2, "Acme AG", **more)) == []
    assert found(account(1, "Acme GmbH"), account(2, "Acme GmbH", **more)) == []


def test_accounts_paired_by_different_values_are_one_group_only_if_all_pairs_hold() -> None:
    assert found(
        account(1, "Acme", phone="5550170"),
        account(2, "Acme", phone="5550170", website="acme.example"),
        account(3, "Acme", website="acme.example"),
    ) == [[1, 2], [2, 3]]


def test_a_name_on_more_than_five_accounts_is_folded() -> None:
    branches = [account(number, "Post Office", website="post.example") for number in range(1, 7)]

    outcome = find(ACCOUNTS, branches)

    assert outcome.groups == ()
    assert {line.value for line in outcome.shared_by_many} == {"Post Office", "post.example"}


# -- products -----------------------------------------------------------------------------------------


def test_the_same_code_makes_a_group_whatever_the_names() -> None:
    assert found(product(1, "Ridge 3 Tent", "BB-3"), product(2, "Tent, ridge", "bb-3")) == [[1, 2]]


def test_the_same_name_makes_a_group_unless_the_codes_differ() -> None:
    assert found(product(1, "Mug"), product(2, "MUG")) == [[1, 2]]
    assert found(product(1, "Mug", "M-1"), product(2, "Mug")) == [[1, 2]]
    assert found(product(1, "Mug", "M-1"), product(2, "Mug", "M-2")) == []
    assert found(product(1, "Mug", "n/a"), product(2, "Mug", "M-2")) == [[1, 2]]


def test_the_same_name_with_codes_one_two_and_none_makes_two_groups() -> None:
    outcome = find(PRODUCTS, [product(1, "Mug", "1"), product(2, "Mug", "2"), product(3, "Mug")])

    assert sorted(ids(outcome.groups)) == [[1, 3], [2, 3]]


def test_a_code_and_a_name_do_not_chain() -> None:
    assert found(product(1, "Mug", "1"), product(2, "Mug"), product(3, "Cup", "1")) == [[1, 2], [1, 3]]


def test_products_without_a_name_are_no_duplicates_of_each_other() -> None:
    assert found(product(1, ""), product(2, "")) == []
    assert found(product(1, "n/a"), product(2, "n/a")) == []


def test_records_left_alone_are_counted_without_those_on_a_folded_value() -> None:
    many = [product(number, "Sample box") for number in range(10, 16)]

    outcome = find(PRODUCTS, [product(1, "Mug"), product(2, "Mug"), product(3, "Tent"), *many])

    assert (ids(outcome.groups), outcome.left_alone) == ([[1, 2]], 1)


# -- order, identity, given groups --------------------------------------------------------------------


def test_the_largest_group_comes_first_then_the_newest() -> None:
    outcome = find(
        PRODUCTS,
        [
            product(1, "A"), product(2, "A"),
            product(3, "B"), product(9, "B"),
            product(4, "C"), product(5, "C"), product(6, "C"),
        ],
    )  # fmt: skip

    assert ids(outcome.groups) == [[4, 5, 6], [3, 9], [1, 2]]


def test_members_stand_oldest_first_those_without_a_time_before_them() -> None:
    outcome = find(PRODUCTS, [product(9, "A"), product(10, "A", created=None), product(2, "A")])

    assert ids(outcome.groups) == [[10, 2, 9]]


def test_a_group_zoho_formed_is_kept_even_with_forty_records_and_no_visible_reason() -> None:
    group = groups.as_given(PRODUCTS, [product(number, f"P{number}") for number in range(40)], "same maker")

    assert group is not None
    assert len(group.records) == 40
    assert (group.reason.fields, group.reason.values) == ((), ("same maker",))


def test_a_group_zoho_formed_that_falls_to_one_live_record_is_none() -> None:
    assert groups.as_given(PRODUCTS, [product(1, "A"), product(2, "A", is_gone=True)]) is None


def test_groups_found_later_keep_the_places_of_the_known_ones() -> None:
    known = find(CONTACTS, [contact(1, "A", "B", "x@a.example"), contact(2, "A", "B", "x@a.example")]).groups
    same_again = find(
        CONTACTS, [contact(2, "A", "B", "x@a.example"), contact(1, "A", "B", "x@a.example")]
    ).groups
    other = find(CONTACTS, [contact(3, "C", "D", "y@a.example"), contact(4, "C", "D", "y@a.example")]).groups

    assert groups.join(known, (*other, *same_again), frozenset()) == (*known, *other)


def test_a_value_known_to_be_folded_is_no_evidence() -> None:
    one, other = contact(1, "A", "B", "x@a.example"), contact(2, "A", "B", "x@a.example")
    folded = frozenset((Value("e-mail", "x@a.example"),))

    assert find(CONTACTS, [one, other], folded=folded).groups == ()
    assert not qualifies(one, other, folded)


# -- what always holds --------------------------------------------------------------------------------

FEW = st.sampled_from(("", "a", "b", "c"))
EMAILS = st.sampled_from(("", "x@a.example", "y@a.example", "z@a.example", "info@a.example", "test@test.com"))
PHONES = st.sampled_from(("", "5550142", "5550143", "000000"))


@st.composite
def some_records(draw: st.DrawFn) -> list[Record]:
    """Up to fourteen records of one module with few values, so that many are shared."""
    module = draw(st.sampled_from(list(Module)))
    made: list[Record] = []
    for number in range(draw(st.integers(0, 14))):
        name = draw(FEW)
        if module is CONTACTS:
            one = contact(number, name, "x", draw(EMAILS), second_email=draw(EMAILS), phone=draw(PHONES))
        elif module is ACCOUNTS:
            one = account(number, name, email=draw(EMAILS), phone=draw(PHONES))
        else:
            one = product(number, name, draw(FEW))
        made.append(one)
    return made


@given(some_records())
def test_every_pair_in_a_group_qualifies_and_every_pair_that_qualifies_is_in_a_group(
    records: list[Record],
) -> None:
    if not records:
        return
    module = records[0].module
    outcome = find(module, records)
    folded = frozenset(
        value
        for value in {value for record in records for value in groups.values_of(record)}
        if value.kind in groups.RULES[module].folded
        and sum(value in groups.values_of(record) for record in records) > groups.MOST_HOLDERS
    )

    for group in outcome.groups:
        assert all(qualifies(one, other, folded) for one, other in combinations(group.records, 2))
        assert group.reason.fields
    together = [set(group.ids) for group in outcome.groups]
    for one, other in combinations(records, 2):
        if qualifies(one, other, folded):
            assert any({one.id, other.id} <= members for members in together)


@given(some_records(), st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing_and_no_group_lies_in_another(
    records: list[Record], random: object
) -> None:
    if not records:
        return
    module = records[0].module
    shuffled = list(records)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    outcome = find(module, records)

    assert find(module, shuffled).groups == outcome.groups
    members = [set(group.ids) for group in outcome.groups]
    assert not any(one <= other for n, one in enumerate(members) for m, other in enumerate(members) if n != m)
    assert outcome.left_alone <= len(records) - len({one for group in members for one in group})
