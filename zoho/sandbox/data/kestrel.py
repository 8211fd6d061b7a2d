"""Kestrel Logistics: does not know the mission's endpoint (422 for the path)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from zoho.sandbox.organisation import EDITIONS, Org


def organisation(now: Callable[[], datetime]) -> Org:
    """The organisation with its records."""
    org = Org(
        id="20060000002",
        name="Kestrel Logistics",
        portal="kestrel",
        dc="eu",
        now=now,
        edition=EDITIONS["PROFESSIONAL"],
        agents=8,
        endpoint="422",
    )
    start = datetime(2022, 5, 2, 7, tzinfo=UTC)
    for number, (first, last, email, phone) in enumerate(_CONTACTS):
        org.add(
            "contacts",
            id=f"{170000000100001 + number}",
            createdTime=start + timedelta(days=30 * number),
            firstName=first,
            lastName=last,
            email=email,
            phone=phone,
        )
    for number, (name, phone, website) in enumerate(_ACCOUNTS):
        org.add(
            "accounts",
            id=f"{170000000200001 + number}",
            createdTime=start + timedelta(days=20 * number),
            accountName=name,
            phone=phone,
            website=website,
        )
    for number, (name, code, price) in enumerate(_PRODUCTS):
        org.add(
            "products",
            id=f"{170000000300001 + number}",
            createdTime=start + timedelta(days=10 * number),
            productName=name,
            productCode=code,
            unitPrice=price,
        )
    return org


_CONTACTS = (
    ("Wanda", "Koch", "wanda.koch@portside.example", "+49 40 5552 101"),
    ("Wanda", "Koch-Lenz", "wanda.koch@portside.example", ""),
    ("Emre", "Aydin", "emre@aydin.example", "+49 40 5552 102"),
    ("Emre", "Aydin", "e.aydin@portside.example", "+49 40 5552 102"),
    ("Lucie", "Moreau", "lucie.moreau@quai.example", "+33 2 5552 0103"),
    ("Lucie", "Moreau", "Lucie.Moreau@quai.example", "+33 2 5552 0104"),
    ("Piet", "de Vries", "piet@devries.example", "+31 10 5552 105"),
    ("Dock", "Four", "noreply@portside.example", "123456"),
    ("Dock", "Five", "noreply@portside.example", "123456"),
    ("Sanna", "Virta", "sanna.virta@satama.example", ""),
)

_ACCOUNTS = (
    ("Portside Terminal", "+49 40 5552 100", "https://portside.example"),
    ("Portside Terminal", "+49 40 5552 100", ""),
    ("Quai Maritime", "+33 2 5552 0100", "https://quai.example"),
    ("Satama Oy", "+358 9 5552 100", "https://satama.example"),
)

_PRODUCTS = (
    ("Euro Pallet", "EP-1", "14.00"),
    ("Euro pallet", "", "14.50"),
    ("Transport Box 60 l", "TB-60", "32.00"),
    ("Transport Box 80 l", "TB-80", "38.00"),
    ("Stretch Film", "SF-500", "9.90"),
    ("Film, stretch", "SF-500", "9.90"),
    ("Label Roll", "LR-1", "6.00"),
    ("Label Roll", "LR-2", "7.00"),
    ("Tie Strap 5 m", "", "8.00"),
    ("Corner Guard", "CG-1", "0.80"),
)
