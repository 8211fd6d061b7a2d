"""A folder with ``records.csv`` and ``module.txt``: somebody's own records in every organisation."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoho.sandbox.tables import MODULES

if TYPE_CHECKING:
    from zoho.sandbox.organisation import Org

_FIRST_CREATED = datetime(2023, 1, 9, 9, tzinfo=UTC)
_STEP = timedelta(hours=1)
_FIRST_ID = 300_000_000_001

# Zoho CRM's column names and what Desk calls them.
_COLUMNS = {
    "products": {
        "Product_Name": "productName",
        "Product_Code": "productCode",
        "Unit_Price": "unitPrice",
        "Description": "description",
        "Manufacturer": "manufacturer",
    },
    "contacts": {
        "First_Name": "firstName",
        "Last_Name": "lastName",
        "Email": "email",
        "Secondary_Email": "secondaryEmail",
        "Phone": "phone",
        "Mobile": "mobile",
        "Title": "title",
        "Account_Name": "accountName",
        "Description": "description",
        "Mailing_Street": "street",
        "Mailing_City": "city",
        "Mailing_State": "state",
        "Mailing_Zip": "zip",
        "Mailing_Country": "country",
    },
    "accounts": {
        "Account_Name": "accountName",
        "Website": "website",
        "Phone": "phone",
        "Email": "email",
        "Fax": "fax",
        "Industry": "industry",
        "Description": "description",
        "Billing_Street": "street",
        "Billing_City": "city",
        "Billing_State": "state",
        "Billing_Code": "code",
        "Billing_Zip": "code",
        "Billing_Country": "country",
    },
}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The records of one module as a file gave them."""

    module: str
    rows: tuple[dict[str, Any], ...]
    custom_fields: frozenset[str]

    def put_into(self, org: Org) -> None:
        """Replace the module's records of an organisation."""
        org.clear(self.module)
        org.custom_fields[self.module] |= self.custom_fields
        org.add_many(self.module, ({**row, "cf": dict(row["cf"])} for row in self.rows))


def read_catalogue(folder: Path) -> Catalogue:
    """Read a folder. Raises ValueError, in words, when a file is missing or says something unknown."""
    module = _module(folder)
    path = folder / "records.csv"
    if not path.is_file():
        raise ValueError(f"{path} is missing; it holds the records, one a line")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        given = list(reader)
        columns = [name for name in reader.fieldnames or () if name and name != "id"]
    names = {column: _COLUMNS[module].get(column) or _custom(column) for column in columns}
    ids = _ids([line.get("id") or "" for line in given])
    rows = tuple(
        _row(line, names, record=next(ids), created=_FIRST_CREATED + number * _STEP)
        for number, line in enumerate(given)
    )
    custom = frozenset(name for name in names.values() if name.startswith("cf_"))
    return Catalogue(module, rows, custom)


def _module(folder: Path) -> str:
    path = folder / "module.txt"
    if not path.is_file():
        raise ValueError(f"{path} is missing; it holds one word: {', '.join(MODULES)}")
    module = path.read_text(encoding="utf-8").strip().lower()
    if module not in MODULES:
        raise ValueError(f"{path} says “{module[:40]}”; it holds one word: {', '.join(MODULES)}")
    return module


def _custom(column: str) -> str:
    return "cf_" + re.sub(r"\W+", "_", column.strip().lower(), flags=re.ASCII).removeprefix("cf_")


def _ids(given: list[str]) -> Iterator[str]:
    """The ids to use: a number stays what it is, anything else and a second use get a free number."""
    taken: set[str] = {text for text in given if _is_number(text)}
    used: set[str] = set()
    free = _FIRST_ID
    for text in given:
        if _is_number(text) and text not in used:
            used.add(text)
            yield text
            continue
        while str(free) in taken:
            free += 1
        yield str(free)
        free += 1


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _row(line: dict[str, str], names: dict[str, str], *, record: str, created: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {"id": record, "createdTime": created, "cf": {}}
    for column, name in names.items():
        value = _CLEAN.get(name, str.strip)(line.get(column) or "")
        if name.startswith("cf_"):
            if value:
                row["cf"][name] = value
        elif value:
            row[name] = value
    return row


def _price(text: str) -> str:
    """Digits and the point kept, as in "$1,299.00"; "" when that is no number."""
    kept = re.sub(r"[^0-9.]", "", text)
    return kept if re.fullmatch(r"\d+(\.\d+)?|\.\d+", kept) else ""


_CLEAN: dict[str, Callable[[str], str]] = {"unitPrice": _price}
