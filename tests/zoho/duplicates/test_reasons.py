"""Why a group is a group, in words, and what speaks against it."""

from __future__ import annotations

import pytest

from tests.zoho.duplicates.records import account, contact, product
from zoho.duplicates.reasons import against, reason
from zoho.records import Record

ROE = "ana.roe@kestrel.example"


@pytest.mark.parametrize(
    ("records", "fields", "values"),
    [
        (
            [
                contact(1, "Ana", "Roe", ROE, account_id="9", account_name="Kestrel Logistics"),
                contact(
                    2,
                    "Anna",
                    "Roe",
                    "Ana.Roe@kestrel.example",
                    account_id="9",
                    account_name="Kestrel Logistics",
                ),
            ],
            ("e-mail", "account"),
            (ROE, "Kestrel Logistics"),
        ),
        (
            [
                contact(1, "Jonas", "Ahlers", "family@ahlers.example", phone="+49 40 5550 163"),
                contact(2, "Johanna", "Ahlers", "family@ahlers.example", phone="0049 40 5550163"),
            ],
            ("e-mail", "phone"),
            ("family@ahlers.example", "+49 40 5550 163"),
        ),
        (
            [
                contact(1, "Kofi", "Mensah", ROE, account_id="1"),
                contact(2, "Kofi", "Mensah", "b@x.example", second_email=ROE, account_id="2"),
            ],
            ("e-mail",),
            (ROE,),
        ),
        (
            [contact(1, "Mateo", "Silva", phone="555 0128"), contact(2, "MATEO", "Silva", phone="5550128")],
            ("name", "phone"),
            ("555 0128",),
        ),
        (
            [contact(1, "A", "B", ROE, phone="000000"), contact(2, "A", "B", ROE, phone="000000")],
            ("e-mail",),
            (ROE,),
        ),
        (
            [
                contact(1, "A", "B", "x@a.example", second_email="y@a.example"),
                contact(2, "A", "B", "x@a.example", second_email="z@a.example"),
                contact(3, "A", "B", "y@a.example", second_email="z@a.example"),
            ],
            ("e-mail",),
            (),
        ),
        (
            [
                contact(1, "A", "B", "x@a.example", phone="5550142"),
                contact(2, "A", "B", "x@a.example", second_email="y@a.example"),
                contact(3, "A", "B", "y@a.example", phone="5550142"),
            ],
            ("e-mail, or name and phone",),
            (),
        ),
        (
            [
                account(1, "Kestrel", website="https://www.kestrel.example/"),
                account(2, "KESTREL", website="kestrel.example"),
            ],
            ("name", "website"),
            ("kestrel.example",),
        ),
        (
            [account(1, "Acme", phone="5550170", email=ROE), account(2, "Acme", phone="5550170", email=ROE)],
            ("name", "phone", "e-mail"),
            ("5550170", ROE),
        ),
        (
            [
                account(1, "Acme", phone="5550170", website="acme.example"),
                account(2, "Acme", phone="5550170", email=ROE),
                account(3, "Acme", website="acme.example", email=ROE),
            ],
            ("name", "phone or e-mail or website"),
            (),
        ),
        ([product(1, "Ridge Tent", "BB-3"), product(2, "Tent, ridge", "bb-3")], ("product code",), ("BB-3",)),
        ([product(1, "Camp Stove", "CS"), product(2, "CAMP STOVE")], ("name",), ("Camp Stove",)),
        ([product(1, "Mug", "M"), product(2, "Mug", "m")], ("name", "product code"), ("M",)),
    ],
)
def test_a_reason_names_what_all_members_share(
    records: list[Record], fields: tuple[str, ...], values: tuple[str, ...]
) -> None:
    assert reason(records) == (fields, values)


@pytest.mark.parametrize(
    ("first", "second", "differ"),
    [
        ("Ana", "Anna", False), ("Dr. Lena", "Lena", False), ("L.", "Lena", False), ("Lena", "L", False),
        ("Alex", "Alexandra", False), ("Anna Maria", "Maria", False), ("Jan-Erik", "Jan Erik", False),
        ("Steven", "Stephen", False), ("ELENA", "elena", False), ("", "Johanna", False), ("Dr.", "Jo", False),
        ("Jonas", "Johanna", True), ("Tom", "Tim", True), ("Jo", "Al", True), ("Peter", "Petra", True),
        ("ليلى", "Karl", True),
    ],
)  # fmt: skip
def test_first_names_differ_unless_they_can_be_spellings_of_one(
    first: str, second: str, differ: bool
) -> None:
    records = [contact(1, first, "Roe", ROE), contact(2, second, "Roe", ROE)]

    assert against(records) == (("first names differ",) if differ else ())


def test_names_that_differ_altogether_are_named_once() -> None:
    assert against([contact(1, "Jonas", "Weil", ROE), contact(2, "Sofia", "Marchetti", ROE)]) == (
        "names differ",
    )
    assert against([contact(1, "Jo", "Weil", ROE), contact(2, "Jo", "Marchetti", ROE)]) == (
        "last names differ",
    )
    assert against([contact(1, "Lena", "Brandt", ROE), contact(2, "Lena", "Brandt-Kühn", ROE)]) == ()


@pytest.mark.parametrize(
    ("crm_ids", "said"),
    [
        (("7", "8"), ("each is linked to its own CRM contact",)),
        (("7", "8", ""), ("they are linked to different CRM contacts",)),
        (("7", "7"), ()),
        (("7", ""), ()),
        (("", ""), ()),
    ],
)
def test_links_into_crm_speak_against_when_they_differ(
    crm_ids: tuple[str, ...], said: tuple[str, ...]
) -> None:
    assert against([contact(n, "A", "B", ROE, crm_id=crm) for n, crm in enumerate(crm_ids)]) == said


def test_accounts_with_two_websites_or_two_crm_accounts_say_so() -> None:
    apart = [
        account(1, "Acme", phone="5550170", website="acme.example", crm_id="1"),
        account(2, "Acme", phone="5550170", website="acme.net.example", crm_id="2"),
    ]

    assert against(apart) == ("websites differ", "each is linked to its own CRM account")
    assert against([account(1, "Acme", website="acme.example"), account(2, "Acme")]) == ()


@pytest.mark.parametrize(
    ("prices", "differ"),
    [
        (("24.00", "39.00"), True),
        (("129.00", "139.00"), False),
        (("100", "150"), False),
        (("100", "150.01"), True),
        (("1,000.00", "900"), False),
        (("0.0", "39"), False),
        (("", "39"), False),
        (("NaN", "39"), False),
        (("10", "12", "30"), True),
    ],
)
def test_prices_speak_against_when_they_differ_by_more_than_half(
    prices: tuple[str, ...], differ: bool
) -> None:
    records = [product(n, "Mug", price=price) for n, price in enumerate(prices)]

    assert against(records) == (("prices differ by more than half",) if differ else ())


def test_names_and_numbers_of_products_with_one_code_are_compared() -> None:
    assert against([product(1, "Ridge 3 Tent", "BB"), product(2, "Ridge 2 tent", "BB")]) == (
        "numbers in the names differ",
    )
    assert against([product(1, "Ridge Tent", "BB"), product(2, "Camp Stove", "BB")]) == (
        "names have no word in common",
    )
    assert against([product(1, "Ridge 3 Tent", "BB"), product(2, "Ridge three-person tent", "BB")]) == ()
