"""Generated records by the hundred thousand: small, quick to make, the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zoho.sandbox.tables import words

_FIRST = words(
    "Adele Anton Berit Bruno Carla Cyril Dagny Dario Edda Emil Fenja Florin Greta Gustav Hanna Hugo Ilka "
    "Ivo Jana Jasper Karla Kilian Lea Linus Malin Marek Nele Nils Oda Oskar Paula Piet Rieke Ruben Selma "
    "Sven Thea Tilo Ulla Veit Wanda Yann Zora"
)
_LAST = words(
    "Abend Bachmann Carstens Dorn Eichel Falk Gerster Hollander Immel Jansson Kroll Lindner Maurer Nolte "
    "Oster Pfeil Quast Riemann Sander Tauber Ulmer Vogt Wendt Xander Yildiz Zeller Brink Claasen Drews "
    "Ehlers Frerichs"
)
_GOODS = ("Bracket", "Cable", "Filter", "Hinge", "Lamp", "Pump", "Sensor", "Switch", "Valve", "Wheel")


def generated(
    module: str, *, first: int, count: int, duplicates: int, start: int, step: int
) -> Iterator[dict[str, Any]]:
    """Records with ids from ``first`` on; the last ``duplicates`` repeat a value of the first ones.

    Raises ValueError when there are fewer records than two for each duplicate value.
    """
    if 2 * duplicates > count:
        raise ValueError(f"{duplicates} values on two records each need at least {2 * duplicates} records")
    make = {"contacts": _contact, "accounts": _account, "products": _product}[module]
    for number in range(count):
        twin_of = number - (count - duplicates)
        row = make(number, twin_of if twin_of >= 0 else number)
        row["id"] = str(first + number)
        row["createdTime"] = start + number * step
        yield row


def _contact(number: int, same_as: int) -> dict[str, Any]:
    return {
        "firstName": _FIRST[number % len(_FIRST)],
        "lastName": _LAST[number // len(_FIRST) % len(_LAST)],
        "email": f"person{same_as}@filled{same_as % 977}.example",
        "phone": f"+49 30 7{number:07d}",
    }


def _account(number: int, same_as: int) -> dict[str, Any]:
    name = f"{_LAST[same_as % len(_LAST)]} & {_FIRST[same_as // len(_LAST) % len(_FIRST)]} {same_as}"
    return {
        "accountName": name,
        "website": f"https://filled{same_as}.example",
        "phone": f"+49 40 7{number:07d}",
    }


def _product(number: int, same_as: int) -> dict[str, Any]:
    name = f"{_GOODS[same_as % len(_GOODS)]} {same_as}"
    row = {"productName": name, "unitPrice": f"{10 + number % 90}.00"}
    if same_as == number:
        row["productCode"] = f"F-{number:06d}"
    return row
