"""The seeds, generated records, and somebody's own catalogue."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.zoho.sandbox.caller import Browser, Clock, Person
from zoho.sandbox import ZohoSandbox
from zoho.sandbox.data.files import read_catalogue
from zoho.sandbox.data.fill import generated
from zoho.sandbox.data.seeds import seeded


def folder(path: Path, module: str, *lines: str) -> Path:
    path.joinpath("module.txt").write_text(f"{module}\n", encoding="utf-8")
    path.joinpath("records.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_seeds_are_the_same_each_time() -> None:
    clock = Clock()
    first, second = ([dict(org.tables["contacts"].rows) for org in seeded(clock)] for _ in range(2))
    assert first == second


def test_larkfield_has_the_sizes_that_are_told() -> None:
    larkfield = seeded(Clock())[0]
    assert {name: len(table) for name, table in larkfield.tables.items()} == {
        "contacts": 67,
        "accounts": 25,
        "products": 40,
    }


def test_ids_made_up_are_numbers_that_no_other_record_has() -> None:
    orgs = seeded(Clock())
    ids = [org.add(module, lastName="New") for org in orgs for module in org.tables for _ in range(2)]
    ids += [org.add_comment("contacts", "1", "x", "html", "mara", "Mara").id for org in orgs]
    assert all(len(one) == 18 and one.isdigit() for one in ids)
    assert len(set(ids)) == len(ids)


async def test_a_large_organisation_is_made_and_read_quickly(zoho: ZohoSandbox, mara: Person) -> None:
    org = zoho.org("larkfield")
    org.clear("contacts")
    before = time.process_time()
    org.fill("contacts", 100_000, duplicates=3_000)
    assert (await mara.get("/groupContactDuplicateValues", fieldName="bothEmail")).status_code == 202
    org.large_at = 1_000_000
    page = await mara.rows("/groupContactDuplicateValues", fieldName="bothEmail", from_=2_900, limit=100)
    assert [row["count"] for row in page] == [2] * 100
    assert len(await mara.rows("/contacts", from_=99_950, limit=100)) == 50
    everything = "2000-01-01T00:00:00.000Z,2099-01-01T00:00:00.000Z"
    assert (await mara.get("/contacts/search", createdTimeRange=everything, limit=1)).json()[
        "count"
    ] == 100_000
    assert time.process_time() - before < 5


@pytest.mark.parametrize("module", ["contacts", "accounts", "products"])
def test_generated_records_repeat_as_many_values_as_asked(module: str) -> None:
    field = {"contacts": "email", "accounts": "accountName", "products": "productName"}[module]
    rows = list(generated(module, first=1, count=1_000, duplicates=40, start=0, step=1))
    assert len({row["id"] for row in rows}) == 1_000
    assert len({row[field] for row in rows}) == 960
    times = [row["createdTime"] for row in rows]
    assert times == sorted(set(times))


def test_more_duplicates_than_records_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 12 records"):
        list(generated("contacts", first=1, count=11, duplicates=6, start=0, step=1))


async def test_a_catalogue_replaces_the_module_in_every_organisation(
    tmp_path: Path, browser: Browser
) -> None:
    data = folder(
        tmp_path,
        "products",
        "id,source,Product_Name,Product_Code,Unit_Price,Manufacturer,Description",
        'B0013,B,Trail Lamp,TL-1,"$1,299.00",Larkfield,Bright',
        "77,A,trail  lamp,,,,",
        "77,A,Other thing,,free,,",
    )
    async with ZohoSandbox.start(data=data) as zoho:
        for user, read in (("mara", "/products/duplicate"), ("jonas", "/products"), ("priya", "/products")):
            person = await Browser(zoho, browser.http).connect(user)
            assert (await person.get(read)).status_code == 200
        mara = await Browser(zoho, browser.http).connect("mara")
        rows = await mara.rows(
            "/products", sortBy="createdTime", fields="productName,unitPrice,manufacturer,cf_source"
        )
        assert [row["productName"] for row in rows] == ["Trail Lamp", "trail  lamp", "Other thing"]
        assert [row["unitPrice"] for row in rows] == ["1299.00", "0.0", "0.0"]
        assert (rows[0]["manufacturer"], rows[0]["cf"]) == ("Larkfield", {"cf_source": "B"})
        assert rows[1]["id"] == "77"
        assert len({row["id"] for row in rows}) == 3
        (group,) = await mara.rows("/products/duplicate")
        assert [row["id"] for row in group["products"]] == [rows[0]["id"], "77"]
        assert len(await mara.rows("/contacts", limit=100)) == 67
        zoho.reset()
        assert len(await mara.rows("/products")) == 3


def test_contacts_and_accounts_keep_crms_columns_by_desks_names(tmp_path: Path) -> None:
    data = folder(
        tmp_path,
        "contacts",
        "id,First_Name,Last_Name,Email,Mailing_City,Date_of_Birth,Account_Name",
        "8,Ana,Roe, ana@x.example ,Kiel,1990-01-02,Kestrel",
    )
    (row,) = read_catalogue(data).rows
    assert {name: row[name] for name in ("id", "firstName", "email", "city", "accountName", "cf")} == {
        "id": "8",
        "firstName": "Ana",
        "email": "ana@x.example",
        "city": "Kiel",
        "accountName": "Kestrel",
        "cf": {"cf_date_of_birth": "1990-01-02"},
    }
    data = folder(tmp_path, "accounts", "id,Account_Name,Phone,Billing_City", "x,Kestrel,555,Kiel")
    (row,) = read_catalogue(data).rows
    assert (row["accountName"], row["phone"], row["city"]) == ("Kestrel", "555", "Kiel")
    assert row["id"].isdigit()


@pytest.mark.parametrize(
    ("module", "missing", "words"),
    [
        ("leads", "", "leads"),
        ("products", "records.csv", "records.csv"),
        ("products", "module.txt", "module.txt"),
    ],
)
def test_a_folder_that_does_not_fit_is_named(tmp_path: Path, module: str, missing: str, words: str) -> None:
    data = folder(tmp_path, module, "id,Product_Name", "1,x")
    if missing:
        data.joinpath(missing).unlink()
    with pytest.raises(ValueError, match=words):
        read_catalogue(data)
