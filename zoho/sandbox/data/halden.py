"""Halden Clinics, in India's data centre: answers the mission's endpoint with a scope error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from zoho.sandbox.organisation import EDITIONS, Org, Quirks


def organisation(now: Callable[[], datetime]) -> Org:
    """The organisation with its records, spam and anonymous contacts among them."""
    org = Org(
        id="60010000002",
        name="Halden Clinics",
        portal="halden",
        dc="in",
        now=now,
        edition=EDITIONS["STANDARD"],
        agents=6,
        endpoint="scope",
        quirks=Quirks(null_values=True, epoch_times=True, hidden_status=403),
    )
    start = datetime(2022, 8, 1, 6, tzinfo=UTC)
    for number, (first, last, email, phone) in enumerate(_CONTACTS):
        org.add(
            "contacts",
            id=f"{830000000100001 + 7 * number}",
            createdTime=start + timedelta(days=35 * number),
            firstName=first,
            lastName=last,
            email=email,
            phone=phone,
            isSpam=last == "Offer",
            isAnonymous=last == "Visitor",
        )
    org.add("accounts", id="830000000200001", createdTime=start, accountName="Fjellheim Ward")
    for number, (name, code) in enumerate(_PRODUCTS):
        org.add(
            "products",
            id=f"{830000000300001 + 7 * number}",
            createdTime=start + timedelta(days=15 * number),
            productName=name,
            productCode=code,
        )
    return org


_CONTACTS = (
    ("Ingrid", "Solberg", "ingrid.solberg@fjellheim.example", "+47 69 5554 01"),
    ("Ingrid", "Solberg", "ingrid.solberg@fjellheim.example", "+47 69 5554 02"),
    ("Cheap", "Offer", "offer@pills.example", ""),
    ("Best", "Offer", "offer@pills.example", ""),
    ("", "Visitor", "visitor@chat.example", ""),
    ("", "Visitor", "visitor@chat.example", ""),
    ("Odd", "Lund", "odd.lund@fjellheim.example", ""),
    ("Odd", "Lund", "", ""),
)

_PRODUCTS = (
    ("Bandage 5 cm", "B-5"),
    ("Bandage 7 cm", "B-7"),
    ("Sling", "SL-1"),
    ("Sling", ""),
)
