"""A made-up catalogue full of traps: whatever an organisation's endpoint says, the same groups are found.

``tests/samples/catalogue`` holds its records, as ``--data`` takes them, and beside them the groups that are
to be found: equal names but for case, blanks and ways to write a letter, and equal codes; not other
punctuation, not parts of names, not equal names with other codes, and not records without a name.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from tests.zoho.duplicates.desk_stand import Stand
from zoho.records import Module
from zoho.sandbox.data.files import read_catalogue

CATALOGUE = Path(__file__).parents[2] / "samples" / "catalogue"
GROUPS, RECORDS = 15, 34


def expected() -> list[tuple[str, ...]]:
    """The groups, each by its records' ids."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    with (CATALOGUE / "groups.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            groups[line["group_id"]].append(line["id"])
    return sorted(tuple(sorted(ids)) for ids in groups.values())


@pytest.mark.parametrize("endpoint", ["grouped", "flat", "404", "405", "422", "scope"])
async def test_the_same_groups_are_found_whatever_the_endpoint_answers(desk: Stand, endpoint: str) -> None:
    org = desk.org("larkfield")
    read_catalogue(CATALOGUE).put_into(org)
    org.endpoint = endpoint
    access = await desk.connect("mara")

    found = await access.duplicates().run(Module.DESK_PRODUCTS, {}, groups=GROUPS)

    assert sorted(tuple(sorted(group.ids)) for group in found.groups) == expected()
    assert (found.total, found.records, found.so_far) == (GROUPS, RECORDS, False)
    assert found.source == ("endpoint" if endpoint in ("grouped", "flat") else "list")
    assert all(group.reason.fields for group in found.groups)
    records = {record for group in found.groups for record in group.records}
    assert all(access.links.record(record).endswith(f"/dv/{record.id}") for record in records)
