"""Record to web address, and back."""

from __future__ import annotations

import pytest

from zoho.links import Links, parse
from zoho.records import Module, Record
from zoho.regions import Regions

REGIONS = Regions()
EU = Links(REGIONS["eu"], "larkfield", "20060000001")


def _record(module: Module, web_url: str = "") -> Record:
    return Record(module, "160000000204417", "Ana Roe", web_url=web_url)


@pytest.mark.parametrize(
    "address",
    [
        "https://desk.zoho.eu/support/larkfield/ShowHomePage.do#Contacts/dv/d126330fb061247d",
        "https://help.larkfield.example/support/larkfield/ShowHomePage.do#Contacts/dv/160000000204417",
        "http://127.0.0.1:8080/support/larkfield/ShowHomePage.do#Contacts/dv/1?a=b&c=ü",
    ],
)
def test_zohos_own_address_is_used_unchanged(address: str) -> None:
    assert EU.record(_record(Module.DESK_CONTACTS, address)) == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "ftp://desk.zoho.eu/x",
        "//desk.zoho.eu/x",
        "https://",
        "https://a b",
        "https://[x",
        "no",
    ],
)
def test_what_is_no_web_address_is_formed_anew(address: str) -> None:
    assert EU.record(_record(Module.DESK_CONTACTS, address)) == (
        "https://desk.zoho.eu/support/larkfield/ShowHomePage.do#Contacts/dv/160000000204417"
    )


@pytest.mark.parametrize(
    ("dc", "module", "host", "tab"),
    [
        ("us", Module.DESK_CONTACTS, "https://desk.zoho.com", "Contacts"),
        ("in", Module.DESK_ACCOUNTS, "https://desk.zoho.in", "Accounts"),
        ("au", Module.DESK_PRODUCTS, "https://desk.zoho.com.au", "Products"),
        ("ca", Module.DESK_PRODUCTS, "https://desk.zohocloud.ca", "Products"),
    ],
)
def test_a_formed_address_leads_into_the_record_s_own_region(
    dc: str, module: Module, host: str, tab: str
) -> None:
    links = Links(REGIONS[dc], "bellbird")

    assert links.record(_record(module)) == (
        f"{host}/support/bellbird/ShowHomePage.do#{tab}/dv/160000000204417"
    )


@pytest.mark.parametrize(
    ("links", "module"),
    [
        (Links(REGIONS["uk"], "larkfield"), Module.DESK_CONTACTS),
        (Links(REGIONS["eu"], ""), Module.DESK_ACCOUNTS),
        (Links(REGIONS["eu"], "larkfield", product_link=""), Module.DESK_PRODUCTS),
        (Links(REGIONS["eu"], "larkfield", product_link="{desk_web}/{tenant}/{id}"), Module.DESK_PRODUCTS),
        (Links(REGIONS["eu"], "larkfield", product_link="javascript:{id}"), Module.DESK_PRODUCTS),
    ],
)
def test_no_address_is_given_where_none_can_be_trusted(links: Links, module: Module) -> None:
    assert links.record(_record(module)) == ""


def test_a_record_without_an_id_has_no_address() -> None:
    assert EU.record(Record(Module.DESK_CONTACTS, "", "Ana Roe")) == ""


def test_the_operators_product_link_is_filled_in() -> None:
    links = Links(REGIONS["eu"], "larkfield", "77", "https://shop.example/{dc}/{org_id}/{id}")

    assert links.record(_record(Module.DESK_PRODUCTS)) == "https://shop.example/eu/77/160000000204417"


@pytest.mark.parametrize(
    ("address", "module", "record_id"),
    [
        (
            "https://desk.zoho.eu/support/larkfield/ShowHomePage.do#Contacts/dv/160000000204417",
            Module.DESK_CONTACTS,
            "160000000204417",
        ),
        ("https://help.acme.example/agent/acme/sales/contacts/details/77", Module.DESK_CONTACTS, "77"),
        ("https://help.acme.example/#Accounts/dv/d126330fb061247d", Module.DESK_ACCOUNTS, "d126330fb061247d"),
        ("http://127.0.0.1:9/support/x/ShowHomePage.do#products/dv/5?tab=1", Module.DESK_PRODUCTS, "5"),
        (
            "  https://desk.zoho.in/agent/bellbird/all/accounts/771200000220001/overview",
            Module.DESK_ACCOUNTS,
            "771200000220001",
        ),
        ("https://desk.zoho.eu/support/x/ShowHomePage.do#Contacts%2Fdv%2F12", Module.DESK_CONTACTS, "12"),
    ],
)
def test_an_address_of_a_desk_record_names_it_on_any_host(
    address: str, module: Module, record_id: str
) -> None:
    assert parse(address) == (module, record_id)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "Ana Roe",
        "ana@roe.example",
        "https://desk.zoho.eu/support/larkfield/ShowHomePage.do#Cases/dv/12",
        "https://desk.zoho.eu/support/larkfield/ShowHomePage.do#Contacts/dv/",
        "https://desk.zoho.eu/support/larkfield/ShowHomePage.do#Contacts/dv/12;drop",
        "https://crm.zoho.eu/crm/org1/tab/Leads/5520000000612209",
        "mailto:contacts/dv/12",
    ],
)
def test_any_other_text_names_no_record(address: str) -> None:
    assert parse(address) is None


@pytest.mark.parametrize("module", list(Module))
def test_a_formed_address_is_read_back(module: Module) -> None:
    record = _record(module)

    assert parse(EU.record(record)) == (module, record.id)
