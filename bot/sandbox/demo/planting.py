"""Made-up records that come up in Zoho while the demo runs: twins, a group of three, a group that grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

Row = dict[str, str]

_CONTACTS = (
    ("Thea", "Quist", "Aldertree", "+49 511 5550 2"),
    ("Marek", "Dorn", "Fjord Outfitters", "+47 22 5550 1"),
    ("Amina", "Falk", "Quayside", "+44 20 5550 1"),
    ("Bruno", "Carstens", "Saltmarsh", "+49 40 5550 3"),
    ("Ilka", "Jansson", "Riverbend", "+46 8 5550 1"),
    ("Hugo", "Lindner", "Pinewood", "+49 30 5550 6"),
)
_ACCOUNTS = (
    "Gullwing Printers",
    "Marsh & Daughter",
    "Tidewater Optics",
    "Copperfield Tools",
    "Bluebell Nursery",
)
_PRODUCTS = ("Storm Lantern", "Summit Poncho", "River Sandal", "Camp Kettle", "Trek Towel")


@dataclass(frozen=True, slots=True)
class Planted:
    """One group that was planted: where, the ``number`` its records were made from, and their ids."""

    dc: str
    org: str
    module: str
    number: int
    ids: tuple[str, ...]

    @property
    def place(self) -> tuple[str, str, str]:
        """The list it lies in."""
        return self.dc, self.org, self.module

    def grown(self, ids: Sequence[str]) -> Planted:
        """The same with more records."""
        return replace(self, ids=(*self.ids, *ids))


def group(module: str, number: int) -> list[Row]:
    """The records of a new group: every second one of contacts agrees on name and phone in place of e-mail,
    and every fifth has three records."""
    size = 3 if number % 5 == 4 else 2
    return [_RECORDS[module](number, copy) for copy in range(size)]


def one_more(planted: Planted) -> list[Row]:
    """One more record that belongs to a planted group."""
    return [_RECORDS[planted.module](planted.number, len(planted.ids))]


def _contact(number: int, copy: int) -> Row:
    first, last, company, phone = _CONTACTS[number % len(_CONTACTS)]
    row = {"firstName": first, "lastName": last}
    if number % 2:
        return row | {"phone": f"{phone}{_turn(number, _CONTACTS):02d}"}
    short = f"{first[0]}." if copy % 3 == 1 else first
    address = f"{first}.{last}{_again(number, _CONTACTS)}@{company.split()[0]}.example".lower()
    return row | {"firstName": short, "email": address}


def _account(number: int, copy: int) -> Row:
    name = f"{_ACCOUNTS[number % len(_ACCOUNTS)]}{_again(number, _ACCOUNTS, ' ')}"
    word = name.lower().split()[0]
    site = f"https://{word}{_again(number, _ACCOUNTS)}.example"
    return {"accountName": name.upper() if copy % 3 == 1 else name, "website": site}


def _product(number: int, copy: int) -> Row:
    name = f"{_PRODUCTS[number % len(_PRODUCTS)]}{_again(number, _PRODUCTS, ' ')}"
    return {"productName": name.upper() if copy % 3 == 1 else name, "unitPrice": f"{19 + number % 40}.00"}


def _turn(number: int, names: Sequence[object]) -> int:
    """How often the names were gone through before."""
    return number // len(names) + 1


def _again(number: int, names: Sequence[object], before: str = "") -> str:
    """What tells a name's second time from its first."""
    turn = _turn(number, names)
    return f"{before}{turn}" if turn > 1 else ""


_RECORDS: dict[str, Callable[[int, int], Row]] = {
    "contacts": _contact,
    "accounts": _account,
    "products": _product,
}
