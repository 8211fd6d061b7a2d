"""Bellbird Outdoor, in India's data centre: answers the mission's endpoint with 404."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from zoho.sandbox.organisation import EDITIONS, FLAG_FIELD, Org, Quirks


def organisation(now: Callable[[], datetime]) -> Org:
    """The organisation with its records; its answers keep to the other side of every loose end."""
    org = Org(
        id="60010000001",
        name="Bellbird Outdoor",
        portal="bellbird",
        dc="in",
        now=now,
        edition=EDITIONS["FREE"],
        agents=3,
        endpoint="404",
        quirks=Quirks(
            accounts_from_zero=False,
            empty_list=True,
            limit_counts_groups=True,
            numbers_as_text=True,
            epoch_times=True,
        ),
    )
    org.custom_fields["contacts"].add(FLAG_FIELD)
    start = datetime(2023, 1, 2, 4, tzinfo=UTC)
    for number, (name, code, price) in enumerate(_PRODUCTS):
        org.add(
            "products",
            id=f"{771200000014002 + 97 * number}",
            createdTime=start + timedelta(days=25 * number),
            productName=name,
            productCode=code,
            unitPrice=price,
        )
    for number, (first, last, email, phone) in enumerate(_CONTACTS):
        org.add(
            "contacts",
            id=f"{771200000112233 + 89 * number}",
            createdTime=start + timedelta(days=40 * number),
            firstName=first,
            lastName=last,
            email=email,
            phone=phone,
        )
    for number, (name, phone, website) in enumerate(_ACCOUNTS):
        org.add(
            "accounts",
            id=f"{771200000220001 + 83 * number}",
            createdTime=start + timedelta(days=50 * number),
            accountName=name,
            phone=phone,
            website=website,
        )
    return org


_PRODUCTS = (
    ("Bellbird Ridge 3 Tent", "BB-TENT-3", "549.00"),
    ("Ridge 3 tent (Bellbird)", "BB-TENT-3", "549.00"),
    ("Camp Stove Duo", "CS-DUO", "129.00"),
    ("CAMP STOVE DUO", "", "139.00"),
    ("Alpine Mug 400 ml", "", "24.00"),
    ("Alpine Mug 400 ml", "", "39.00"),
    ("Alpine Mug 300 ml", "AM-300", "19.00"),
    ("Monsoon Poncho", "MP-S", "35.00"),
    ("Monsoon Poncho", "MP-L", "35.00"),
    ("Trek Sandals 42", "TS-42", "60.00"),
    ("Trek Sandals 43", "TS-43", "60.00"),
    ("Water Filter", "WF-1", "48.00"),
)

_CONTACTS = (
    ("Asha", "Rao", "asha.rao@hilltop.example", "+91 80 5553 0101"),
    ("Asha", "Rao", "asha.rao@hilltop.example", ""),
    ("Vikram", "Shetty", "vikram@shetty.example", "+91 22 5553 0102"),
    ("Vikram", "Shetty", "v.shetty@hilltop.example", "+91 22 5553 0102"),
    ("Meera", "Iyer", "meera.iyer@lotus.example", "+91 44 5553 0103"),
    ("Rohan", "Das", "rohan.das@lotus.example", "+91 33 5553 0104"),
)

_ACCOUNTS = (
    ("Hilltop Camps", "+91 80 5553 0100", "https://hilltop.example"),
    ("Hilltop Camps", "+91 80 5553 0100", "https://hilltop-camps.example"),
    ("Lotus Travel", "+91 44 5553 0100", "https://lotus.example"),
)
