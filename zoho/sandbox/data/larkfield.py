"""Larkfield Support, the organisation of the demo: planted duplicates, and what only looks like them.

Contacts: ten e-mail addresses shared by two to four contacts, two pairs of equal name and phone; a mailbox
info@ on 31 contacts, a switchboard number on 14, placeholders, equal names of different people, names that
look like markup. Accounts: three pairs. Products: five groups of eleven records, and near misses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from zoho.sandbox.organisation import EDITIONS, FLAG_FIELD, Org, View

JONAS, SOFIA, TOMAS = "20060000010003", "20060000010004", "20060000010002"
BRIGHTWATER, KESTREL, KESTREL_AGAIN, ALDERTREE, HALDEN = (
    "160000000080101",
    "160000000081144",
    "160000000600512",
    "160000000082207",
    "160000000083310",
)


def organisation(now: Callable[[], datetime]) -> Org:
    """Larkfield Support: serves the mission's endpoint with groups."""
    org = Org(
        id="20060000001",
        name="Larkfield Support",
        portal="larkfield",
        dc="eu",
        now=now,
        edition=EDITIONS["ENTERPRISE"],
        agents=12,
        endpoint="grouped",
    )
    for fields in org.custom_fields.values():
        fields |= {FLAG_FIELD, "cf_region"}
    org.views = {
        "160000000001001": View("contacts", {"type": "customer"}),
        "160000000001002": View("accounts", {"industry": "Logistics"}),
        "160000000001003": View("products", {"manufacturer": "Larkfield"}),
    }
    org.add_many("accounts", _accounts())
    org.add_many("contacts", _contacts())
    org.add_many("products", _products())
    return org


def test_portal(now: Callable[[], datetime]) -> Org:
    """The sandbox portal beside it, which counts only for somebody who has no other."""
    org = Org(
        id="20060000003",
        name="Larkfield Support (sandbox portal)",
        portal="larkfieldtest",
        dc="eu",
        now=now,
        edition=EDITIONS["FREE"],
        agents=1,
        is_sandbox=True,
        endpoint="404",
    )
    for number in (1, 2):
        org.add(
            "contacts", firstName="Test", lastName="Person", email="test.person@larkfield.example", id=number
        )
    return org


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(hours=9)


def _person(record: int, created: str, first: str, last: str, email: str = "", **more: Any) -> dict[str, Any]:
    return {
        "id": f"{160000000000000 + record}",
        "createdTime": _at(created),
        "firstName": first,
        "lastName": last,
        "email": email,
        **more,
    }


def _contacts() -> Iterator[dict[str, Any]]:
    yield from _same_email()
    yield from _names_like_markup()
    yield from _same_name_and_phone()
    yield from _one_mailbox_for_many()
    yield from _not_duplicates()


def _same_email() -> Iterator[dict[str, Any]]:
    brandt, roe, ahlers = (
        "lena.brandt@brightwater.example",
        "ana.roe@kestrel.example",
        "family@ahlers.example",
    )
    brandt_phone, ahlers_phone = "+49 421 5550 117", "+49 40 5550 163"
    yield _person(
        118230, "2021-06-02", "Dr. Lena", "Brandt", brandt,
        phone=brandt_phone, mobile="+49 171 5550 017", accountId=BRIGHTWATER, ownerId=JONAS, type="customer",
        title="Head of Service",
    )  # fmt: skip
    yield _person(
        455071, "2023-01-19", "Lena", "Brandt", brandt,
        phone=brandt_phone, accountId=BRIGHTWATER, ownerId=SOFIA,
    )  # fmt: skip
    yield _person(
        455988, "2023-01-20", "L.", "Brandt", "l.brandt@brightwater.example",
        secondaryEmail=brandt, phone=brandt_phone, accountId=ALDERTREE,
    )  # fmt: skip
    yield _person(733140, "2026-11-20", "Lena", "Brandt-Kühn", brandt)
    yield _person(
        204417, "2024-03-12", "Ana", "Roe", roe,
        phone="+49 30 5550 142", mobile="+49 171 5550 042", accountId=KESTREL, ownerId=JONAS, title="Buyer",
        type="customer", cf={"cf_region": "North"},
    )  # fmt: skip
    yield _person(
        731902, "2026-11-03", "Anna", "Roe", "Ana.Roe@kestrel.example",
        accountId=KESTREL, title="Purchasing", _restricted=True,
    )  # fmt: skip
    yield _person(
        309915, "2022-09-05", "Jonas", "Ahlers", ahlers,
        phone=ahlers_phone, ownerId=SOFIA, zohoCRMContact={"id": "777000001", "type": "contacts"},
    )  # fmt: skip
    yield _person(
        690244, "2025-08-28", "Johanna", "Ahlers", ahlers,
        phone=ahlers_phone, ownerId=SOFIA, zohoCRMContact={"id": "777000002", "type": ["contacts_leads"]},
    )  # fmt: skip
    yield _person(
        288306, "2023-10-11", "Kofi", "Mensah", "k.mensah@aldertree.example",
        accountId=ALDERTREE, ownerId=JONAS, phone="+49 511 5550 171",
    )  # fmt: skip
    yield _person(
        702251, "2026-09-30", "Kofi", "Mensah", "kofi@mensah.example",
        secondaryEmail="k.mensah@aldertree.example", accountId=ALDERTREE,
    )  # fmt: skip
    yield _person(
        301175, "2022-04-04", "Nora", "Field", "nora.field@oakline.example", phone="+49 89 5550 131"
    )
    yield _person(
        688120, "2026-05-18", "Nora", "Field", "Nora.Field@Oakline.example", phone="+49 89 5550 132"
    )
    yield _person(312406, "2022-11-21", "Ravi", "Menon", "ravi.menon@sundale.example", type="customer")
    yield _person(
        691733, "2026-06-01", "Ravi", "Menon", "ravi.menon@sundale.example", mobile="+91 98 5550 0133"
    )
    yield _person(320018, "2023-02-14", "Élodie", "Garnier", "e.garnier@mistral.example", ownerId=SOFIA)
    yield _person(694410, "2026-07-07", "Elodie", "Garnier", "e.garnier@mistral.example", _restricted=True)


def _names_like_markup() -> Iterator[dict[str, Any]]:
    hostile, night = "<!channel>@here.example", "layla@wadi.example"
    yield _person(112233, "2025-01-07", "<!channel> *Bold*", "`code`", hostile, ownerId=TOMAS)
    yield _person(
        112299, "2026-02-11", "<http://evil.example|Zoho>", "@here", hostile, title=":fire: _x_ ~y~"
    )
    yield _person(118801, "2024-07-30", "ليلى", "حداد", night)
    long_name = "Wolfeschlegelsteinhausenbergerdorff-Montgomery-Ashworth"
    yield _person(118977, "2025-10-04", "Karl", long_name, night, phone="+49 69 5550 177")
    yield _person(119004, "2026-11-21", "", "", night)
    yield _person(340112, "2024-01-15", "Zoë 🎈", "*x*", "zoe@balloon.example", phone="+49 221 5550 140")
    yield _person(
        696601, "2026-08-12", "Zoë 🎈🎈", "```x```", "zoe@balloon.example", phone="+49 221 5550 141"
    )


def _same_name_and_phone() -> Iterator[dict[str, Any]]:
    mateo, ines = "+49 69 5550 128", "+49 711 5550 150"
    yield _person(
        377420, "2023-05-02", "Mateo", "Silva", "mateo.silva@aldertree.example",
        phone=mateo, ownerId=JONAS, isEndUser=True,
    )  # fmt: skip
    yield _person(
        698113, "2026-10-17", "Mateo", "Silva", "m.silva@halden.example", phone=mateo, accountId=HALDEN
    )
    yield _person(381905, "2023-06-20", "Inês", "Duarte", phone=ines)
    yield _person(699450, "2026-10-28", "Inês", "Duarte", "ines.duarte@sundale.example", phone=ines)


_TEAM = (
    "Aaron Beck,Britta Cole,Clara Dietz,David Ebner,Eva Fuchs,Felix Gruber,Gina Hartl,Henrik Ihle,Ida Jung,"
    "Jan Keller,Karin Lang,Leo Meier,Mia Neumann,Noah Otto,Olga Peters,Paul Quandt,Rosa Richter,Simon Scholz,"
    "Tara Thiel,Uwe Urban,Vera Vogel,Willi Weber,Xenia Xander,Yusuf Yilmaz,Zita Zander,Alma Arnold,"
    "Boris Busch,Cora Conrad,Dirk Dorn,Elsa Engel,Finn Forster"
)


def _one_mailbox_for_many() -> Iterator[dict[str, Any]]:
    """31 contacts with one mailbox; the first 14 also share the switchboard's number."""
    for number, name in enumerate(_TEAM.split(",")):
        first, last = name.split()
        yield _person(
            400100 + number, f"2022-{1 + number % 12:02d}-{1 + number % 27:02d}", first, last,
            "info@brightwater.example",
            accountId=BRIGHTWATER, phone="+49 421 5550 100" if number < 14 else "",
        )  # fmt: skip


def _not_duplicates() -> Iterator[dict[str, Any]]:
    """Placeholders, equal names of different people, one phone with two names, and people met once."""
    for record, created in ((500101, "2022-02-02"), (500102, "2024-02-02")):
        yield _person(record, created, "Test", "Test", "test@test.com", phone="000000")
    yield _person(
        500201, "2021-03-03", "Peter", "Schmidt", "p.schmidt@oakline.example", phone="+49 89 5550 181"
    )
    yield _person(500202, "2025-03-03", "Peter", "Schmidt", "peter@schmidt.example", phone="+49 40 5550 182")
    yield _person(500301, "2021-04-07", "Amal", "Haddad", "amal@wadi.example", phone="+49 30 5550 190")
    yield _person(500302, "2023-04-07", "Boris", "Kern", "boris.kern@wadi.example", phone="+49 30 5550 190")
    yield _person(500401, "2023-09-09", "Kofi", "Mensahh", "kofi.mensahh@elsewhere.example", type="customer")
    yield _person(
        500402, "2024-09-09", "Greta", "Olsen", "greta.olsen@fjord.example", cf={"cf_region": "North"}
    )
    yield _person(500403, "2025-09-09", "Tim", "O'Brien", "tim.obrien@shamrock.example", type="customer")


def _company(record: int, created: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": f"{160000000000000 + record}", "createdTime": _at(created), "accountName": name, **more}


def _accounts() -> Iterator[dict[str, Any]]:
    """Three pairs; then an equal name alone, an equal website alone, an equal phone alone."""
    site = "https://kestrel.example"
    yield _company(
        81144, "2021-02-01", "Kestrel Logistics", website=site, industry="Logistics", ownerId=JONAS
    )
    yield _company(600512, "2026-08-19", "Kestrel Logistics", website=site, phone="+49 30 5550 140")
    aldertree = "+49 511 5550 170"
    yield _company(82207, "2021-05-11", "Aldertree GmbH", phone=aldertree, email="office@aldertree.example")
    yield _company(601330, "2026-09-02", "ALDERTREE GmbH", phone=aldertree, _restricted=True)
    yield _company(82990, "2022-01-10", "Oakline Interiors", email="hello@oakline.example")
    yield _company(
        602114, "2026-10-05", "Oakline Interiors", email="Hello@oakline.example", industry="Retail"
    )
    yield _company(
        80101, "2021-01-05", "Brightwater AG", website="https://brightwater.example", industry="Energy"
    )
    yield _company(
        83310, "2021-07-30", "Halden Clinics", phone="+47 69 5550 10", website="https://halden.example"
    )
    yield _company(
        84001, "2021-09-14", "Northwind Bakery", website="https://northwind.example", city="Bremen"
    )
    yield _company(
        84002, "2023-09-14", "Northwind Bakery", website="https://nwbakery.example", city="Leipzig"
    )
    yield _company(84101, "2022-03-03", "Sundale Foods", website="https://sundale.example")
    yield _company(
        84102, "2024-03-03", "Sundale Logistics", website="https://sundale.example", industry="Logistics"
    )
    yield _company(84201, "2022-06-06", "Mistral Wines", phone="+33 4 5550 0160")
    yield _company(84202, "2024-06-06", "Garnier et Fils", phone="+33 4 5550 0160")
    others = (
        "Balloon Party Supplies,Fjord Outfitters,Shamrock Couriers,Wadi Trading,Larch & Co,Pinewood School,"
        "Harbour Dental,Quayside Books,Riverbend Farm,Saltmarsh Hotels,<!here> & Sons"
    )
    for number, name in enumerate(others.split(",")):
        yield _company(85001 + number, f"2022-{1 + number:02d}-15", name, phone=f"+49 30 5551 {number:03d}")


def _item(
    record: int, created: str, name: str, code: str = "", price: str = "", **more: Any
) -> dict[str, Any]:
    return {
        "id": f"{160000000000000 + record}",
        "createdTime": _at(created),
        "productName": name,
        "productCode": code,
        "unitPrice": price,
        "departmentIds": ["160000000000501"],
        **more,
    }


def _products() -> Iterator[dict[str, Any]]:
    """Five groups, then names that are only nearly the same, then a shop's shelf."""
    yield _item(
        14002, "2024-02-06", "Larkfield Ridge 3 Tent", "LF-TENT-3", "549.00", manufacturer="Larkfield"
    )
    yield _item(190277, "2026-11-19", "Ridge 3 tent (Larkfield)", "LF-TENT-3", "549.00")
    yield _item(190410, "2026-11-20", "Ridge three-person tent", "lf-tent-3", "545.00")
    yield _item(20518, "2024-05-21", "Camp Stove Duo", "CS-DUO", "129.00", manufacturer="Larkfield")
    yield _item(188941, "2026-08-02", "CAMP  STOVE DUO", "", "139.00")
    yield _item(189002, "2026-08-05", "Ｃａｍｐ Stove Duo", "", "129.00")
    yield _item(31119, "2023-03-15", "Alpine Mug 400 ml", "", "24.00")
    yield _item(187740, "2026-07-09", "Alpine Mug 400 ml", "", "39.00")
    yield _item(40101, "2023-06-01", "Trail Lamp", "TL-1", "49.00")
    yield _item(40102, "2023-06-02", "Trail Lamp", "TL-2", "59.00")
    yield _item(191500, "2026-10-10", "Trail Lamp", "", "49.00", _restricted=True)
    yield _item(50201, "2023-08-08", "Alpine Mug 300 ml", "AM-300", "22.00")
    yield _item(50202, "2023-08-08", "Alpine Mug, 400 ml", "AM-400", "24.00")
    yield _item(50301, "2023-08-09", "Trail-Mate Rope 30 m", "R-30", "89.00")
    yield _item(50302, "2023-08-09", "Trail Mate Rope 30 m", "R-30B", "89.00")
    yield _item(50401, "2023-08-10", "Daypack Blue", "DP-B", "75.00")
    yield _item(50402, "2023-08-10", "Daypack Red", "DP-R", "75.00")
    yield _item(50501, "2023-08-11", "Socks", "S-38", "12.00")
    yield _item(50502, "2023-08-11", "Socks", "S-42", "12.00")
    yield _item(50601, "2023-08-12", "*Bold* <!channel> `mug`", "", "9.00")
    shelf = (
        "Bivvy Bag,Canteen 1 l,Compass,Cooking Pot,Dry Bag 20 l,Fire Steel,First Aid Kit,Folding Chair,"
        "Gaiters,Groundsheet,Hammock,Head Torch,Hiking Poles,Ice Axe,Karabiner,Lantern,Map Case,Sleeping Mat,"
        "Spork,Whistle"
    )
    for number, name in enumerate(shelf.split(",")):
        yield _item(
            60100 + number, f"2024-01-{1 + number:02d}", name, f"SH-{number:03d}", f"{10 + 3 * number}.00"
        )
