"""What people type, with all that phones and clients make of it."""

from __future__ import annotations

import time

import pytest

from bot.blocks.help import FilterFault
from bot.commands.reading import (
    BadFilter,
    CheckProduct,
    CheckRecord,
    CheckValues,
    Connect,
    CrmAsked,
    Disconnect,
    Flagged,
    Help,
    NoRecordLink,
    Read,
    Search,
    Unknown,
    read,
)
from bot.subscribing import AlertsAsked
from bot.subscribing.asked import Ask
from zoho.records import Module, Product

CONTACTS, ACCOUNTS, PRODUCTS = Module.DESK_CONTACTS, Module.DESK_ACCOUNTS, Module.DESK_PRODUCTS
BOTH = (CONTACTS, ACCOUNTS)


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("", ()),
        ("   ", ()),
        ("\u00a0", ()),
        ("desk", ()),
        ("contacts", (CONTACTS,)),
        ("Desk  Contacts ", (CONTACTS,)),
        ("desk\u00a0accounts", (ACCOUNTS,)),
        ("desk\u200b products", (PRODUCTS,)),
        ("product", (PRODUCTS,)),
        ("desk account", (ACCOUNTS,)),
    ],
)
def test_a_search_names_its_lists(text: str, modules: tuple[Module, ...]) -> None:
    found = read(text)
    assert isinstance(found, Search)
    assert (found.modules, found.filters) == (modules, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("help", Help()),
        ("HELP", Help()),
        ("?", Help()),
        ("flagged", Flagged()),
        (" Flagged ", Flagged()),
        ("flagged all", Unknown("flagged all")),
        ("connect", Connect(Product.DESK)),
        ("connect desk", Connect(Product.DESK)),
        ("disconnect", Disconnect(None)),
        ("Disconnect Desk", Disconnect(Product.DESK)),
        ("crm", CrmAsked()),
        ("CRM contacts city=Hamburg", CrmAsked()),
        ("Leads Company=Acme", CrmAsked()),
        ("vendors", CrmAsked()),
        ("desk leads", Unknown("desk leads")),
        ('"leads"', CheckProduct("leads", '"leads"')),
        ("connect crm", CrmAsked()),
        ("disconnect crm", CrmAsked()),
        ("subscribe", AlertsAsked(Ask.SUBSCRIBE)),
        ("Subscribe desk contacts daily 9", AlertsAsked(Ask.SUBSCRIBE, (CONTACTS,), "", "daily 9")),
        ("subscribe contacts, desk accounts daily", AlertsAsked(Ask.SUBSCRIBE, BOTH, "", "daily")),
        ("subscribe “desk contacts” and accounts", AlertsAsked(Ask.SUBSCRIBE, BOTH)),
        ("subscribe desk daily city=Ulm", AlertsAsked(Ask.SUBSCRIBE, (), 'city="Ulm"', "daily")),
        ("subscribe crm leads daily 9:00", CrmAsked()),
        ("subscribe leads daily 9:00", CrmAsked()),
        ("subscribe desk contatcs daily 9:00", Unknown("contatcs")),
        ("unsubscribe contacts", AlertsAsked(Ask.UNSUBSCRIBE, (CONTACTS,))),
        ("unsubscribe acounts", Unknown("acounts")),
        ("unsubscribe everything", Unknown("unsubscribe everything")),
        ("settings now", Unknown("settings now")),
        ("list mine", Unknown("list mine")),
        ("snooze desk accounts 3 days", AlertsAsked(Ask.SNOOZE, (ACCOUNTS,), "", "3 days")),
    ],
)
def test_the_other_commands(text: str, expected: Read) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("desk contatcs", "desk contatcs"),
        ("contatcs", "contatcs"),
        ("hlep me", "hlep"),
        ("connect desk now", "connect desk now"),
        ("connect dsk", "connect dsk"),
        ("ann@kestrel.example city=Hamburg", "ann@kestrel.example"),
        ("12345", "12345"),
        ('""', ""),
        ("https://kestrel.example and more", "https://kestrel.example"),
        ("<!channel>", "<!channel>"),
        ("`*x*`", "`*x*`"),
        ("x" * 5000, "x" * 5000),
    ],
)
def test_unknown_words_are_kept_as_they_were_typed(text: str, typed: str) -> None:
    assert read(text) == Unknown(typed)


ANN, NUMBER, ID = "ann@kestrel.example", "+49 30 5550 142", "160000000204417"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ANN, CheckValues((ANN,), (), ANN)),
        (f"<mailto:{ANN}|{ANN}>", CheckValues((ANN,), (), ANN)),
        (f"<{ANN}>", CheckValues((ANN,), (), ANN)),
        (f"Ann Roe <{ANN}>", CheckValues((ANN,), (), ANN)),
        (NUMBER, CheckValues((), (NUMBER,), NUMBER)),
        (f"<tel:+49305550142|{NUMBER}>", CheckValues((), (NUMBER,), NUMBER)),
        ("(030) 555-0142", CheckValues((), ("(030) 555-0142",), "(030) 555-0142")),
        (f"\u202a{NUMBER}\u202c", CheckValues((), (NUMBER,), NUMBER)),
        ("\u202d+49\u00a030\u00a05550\u00a0142\u202c", CheckValues((), (NUMBER,), NUMBER)),
        (f"\u2068{ANN}\u2069", CheckValues((ANN,), (), ANN)),
        (f"`{ANN}`", CheckValues((ANN,), (), ANN)),
        (f"mailto:{ANN}", CheckValues((ANN,), (), ANN)),
        (f"{ANN}.", CheckValues((ANN,), (), ANN)),
        (f"{NUMBER}, {ANN}", CheckValues((ANN,), (NUMBER,), f"{ANN} {NUMBER}")),
        (f"contacts <mailto:{ANN}|{ANN}>", BadFilter(FilterFault.NOT_A_FILTER, ANN)),
    ],
)
def test_addresses_and_numbers_are_looked_up(text: str, expected: Read) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('"help"', "help"),
        (f'"{NUMBER}"', NUMBER),
        ("“crm”", "crm"),
        ("„desk contacts“", "desk contacts"),
        ("'flagged'", "flagged"),
        ('"12" Pipe"', '12" Pipe'),
        ('"contacts city=Hamburg"', "contacts city=Hamburg"),
        (f'"{ANN}"', ANN),
        ('"New York', "New York"),
    ],
)
def test_the_quotes_decide_that_a_products_name_is_meant(text: str, name: str) -> None:
    found = read(text)
    assert isinstance(found, CheckProduct)
    assert found.name == name
    assert read(found.text) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"https://desk.zoho.eu/support/larkfield/ShowHomePage.do#Contacts/dv/{ID}", CONTACTS),
        (f"<https://desk.zoho.in/agent/larkfield/support/accounts/details/{ID}>", ACCOUNTS),
        (f"<https://help.kestrel.example/products/{ID}?a=1&amp;b=2|the pump>", PRODUCTS),
        (f"help.kestrel.example/contacts/{ID}", CONTACTS),
        (f"HTTPS://help.kestrel.example/contacts/{ID}", CONTACTS),
    ],
)
def test_a_records_link_names_the_record_whatever_its_shape(text: str, expected: Module) -> None:
    found = read(text)
    assert isinstance(found, CheckRecord)
    assert (found.module, found.record_id) == (expected, ID)
    assert read(found.text) == found


def test_other_links_are_told_apart() -> None:
    assert read("https://kestrel.example/?x=y") == NoRecordLink()
    assert read(f"https://crm.zoho.eu/crm/org1/tab/Contacts/{ID}") == CrmAsked()
    assert read(f"https://one.zoho.eu/crm/tab/Contacts/{ID}") == CrmAsked()


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("contacts city=Hamburg", (("city", "Hamburg"),)),
        ('contacts city="New York" type=Lead', (("city", "New York"), ("type", "Lead"))),
        ("contacts city=“New York”", (("city", "New York"),)),
        ("contacts city=„Bad Homburg“", (("city", "Bad Homburg"),)),
        ("contacts city=‘New York’", (("city", "New York"),)),
        ("contacts city='New York'", (("city", "New York"),)),
        ("contacts city=’s-Hertogenbosch", (("city", "’s-Hertogenbosch"),)),
        ("contacts lastName=O'Brien", (("lastName", "O'Brien"),)),
        ('contacts lastName="O\'Brien Jr"', (("lastName", "O'Brien Jr"),)),
        ("contacts note=\"it is 'new'\"", (("note", "it is 'new'"),)),
        ('contacts note="first\nsecond"', (("note", "first second"),)),
        ("contacts cf.cf_size=a=b", (("cf.cf_size", "a=b"),)),
        (
            "contacts email=<mailto:ann@kestrel.example|ann@kestrel.example>",
            (("email", "ann@kestrel.example"),),
        ),
        ("accounts website=<http://kestrel.example|kestrel.example>", (("website", "kestrel.example"),)),
        ("accounts website=<https://kestrel.example>", (("website", "https://kestrel.example"),)),
        ("contacts phone=<tel:+4940123|+4940123>", (("phone", "+4940123"),)),
        ("products productName=R&amp;D", (("productName", "R&D"),)),
        ("contacts city=<!channel>", (("city", "<!channel>"),)),
        ("contacts createdTime=2024-01-01..2024-02-01", (("createdTime", "2024-01-01..2024-02-01"),)),
        ("contacts lastName=🦊", (("lastName", "🦊"),)),
        ("contacts lastName=عمر", (("lastName", "عمر"),)),
        (f"contacts city={'x' * 200}", (("city", "x" * 200),)),
        (f"contacts {'k' * 50}=v", (("k" * 50, "v"),)),
        (" ".join(["contacts", *(f"k{n}=v" for n in range(10))]), tuple((f"k{n}", "v") for n in range(10))),
    ],
)
def test_filters_are_read_as_they_were_meant(text: str, filters: tuple[tuple[str, str], ...]) -> None:
    found = read(text)
    assert isinstance(found, Search)
    assert found.filters == filters


@pytest.mark.parametrize(
    ("text", "fault", "typed"),
    [
        ("city=Hamburg", FilterFault.NO_LIST, "city"),
        ("desk city=Hamburg", FilterFault.NO_LIST, "city"),
        ("contacts Hamburg", FilterFault.NOT_A_FILTER, "Hamburg"),
        ('contacts city="New York', FilterFault.OPEN_QUOTE, "city"),
        ("contacts city=“New York", FilterFault.OPEN_QUOTE, "city"),
        ('contacts "New York', FilterFault.OPEN_QUOTE, "New York"),
        ("contacts 1st=a", FilterFault.BAD_KEY, "1st"),
        ("contacts =a", FilterFault.BAD_KEY, ""),
        ("contacts ci-ty=a", FilterFault.BAD_KEY, "ci-ty"),
        ("contacts größe=a", FilterFault.BAD_KEY, "größe"),
        (f"contacts {'k' * 51}=a", FilterFault.BAD_KEY, "k" * 51),
        ("contacts city=", FilterFault.NO_VALUE, "city"),
        ('contacts city=" "', FilterFault.NO_VALUE, "city"),
        (f"contacts city={'x' * 201}", FilterFault.LONG_VALUE, "city"),
        (f'contacts city="{"x " * 2500}"', FilterFault.LONG_VALUE, "city"),
        ("contacts city=a city=b", FilterFault.TWICE, "city"),
        (" ".join(["contacts", *(f"k{n}=v" for n in range(11))]), FilterFault.TOO_MANY, "k10"),
    ],
)
def test_a_filter_that_cannot_be_used_is_named(text: str, fault: FilterFault, typed: str) -> None:
    assert read(text) == BadFilter(fault, typed)


def test_the_text_of_a_search_asks_for_the_same_again() -> None:
    for text in ('contacts  city="New York"', "desk products", "accounts accountName=„Kestrel Logistics“"):
        first = read(text)
        assert isinstance(first, Search)
        again = read(first.text)
        assert isinstance(again, Search)
        assert (again.modules, again.filters) == (first.modules, first.filters)


@pytest.mark.parametrize("piece", ['"', "'", "<", "=", 'a="', "<mailto:", "&", "“ ", "é"])
def test_five_thousand_characters_of_anything_are_read_in_no_time(piece: str) -> None:
    begun = time.process_time()
    read(f"contacts {piece * (5000 // len(piece))}")
    assert time.process_time() - begun < 0.5
