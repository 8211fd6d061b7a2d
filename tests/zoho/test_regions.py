"""The table of data centres, and what an operator may lay over it."""

from __future__ import annotations

import pytest

from zoho.regions import CODES, Regions


def test_there_are_eleven_data_centres_each_with_an_accounts_server_of_its_own() -> None:
    rows = list(Regions())

    assert len(rows) == len({row.accounts for row in rows}) == len(CODES) == 11
    assert all(row.accounts.startswith("https://accounts.zoho") for row in rows)


@pytest.mark.parametrize(
    ("dc", "accounts", "api", "desk", "crm_web"),
    [
        ("us", "accounts.zoho.com", "www.zohoapis.com", "desk.zoho.com", "crm.zoho.com"),
        ("in", "accounts.zoho.in", "www.zohoapis.in", "desk.zoho.in", "crm.zoho.in"),
        ("au", "accounts.zoho.com.au", "www.zohoapis.com.au", "desk.zoho.com.au", "crm.zoho.com.au"),
        ("ca", "accounts.zohocloud.ca", "www.zohoapis.ca", "desk.zohocloud.ca", "crm.zohocloud.ca"),
        ("cn", "accounts.zoho.com.cn", "www.zohoapis.com.cn", "desk.zoho.com.cn", "crm.zoho.com.cn"),
    ],
)
def test_the_hosts_are_those_of_the_reference(
    dc: str, accounts: str, api: str, desk: str, crm_web: str
) -> None:
    row = Regions()[dc]

    assert (row.accounts, row.api, row.desk, row.crm_web) == tuple(
        f"https://{host}" for host in (accounts, api, desk, crm_web)
    )


def test_the_united_kingdom_has_no_desk_host_until_an_operator_names_one() -> None:
    assert Regions()["uk"].desk == ""
    assert Regions({"uk": {"desk": "https://desk.zoho.uk/"}})["uk"].desk == "https://desk.zoho.uk"


@pytest.mark.parametrize(
    ("server", "dc"),
    [
        ("https://accounts.zoho.eu", "eu"),
        ("https://ACCOUNTS.zoho.eu/", "eu"),
        ("http://accounts.zoho.eu", None),
        ("https://accounts.zoho.eu.evil.example", None),
        ("https://accounts.zoho.eu@evil.example", None),
        ("https://evil.example/accounts.zoho.eu", None),
        ("", None),
    ],
)
def test_only_zohos_own_accounts_servers_are_known(server: str, dc: str | None) -> None:
    region = Regions().by_accounts_server(server)

    assert (region.dc if region else None) == dc


def test_an_empty_host_is_nobodys_api_domain() -> None:
    assert Regions().by_api_domain("") is None
    assert Regions().by_api_domain("https://www.zohoapis.eu/") == Regions()["eu"]


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"mars": {}}, "no Zoho data centre"),
        ({"eu": {"dask": "https://desk.zoho.eu"}}, "eu.dask"),
        ({"eu": {"desk": "desk.zoho.eu"}}, "no address"),
        ({"eu": {"desk": "http://desk.zoho.eu"}}, "https"),
        ({"eu": {"desk": "https://desk.zoho.eu/api/v1"}}, "without a path"),
        ({"eu": {"desk": "https://desk.zoho.eu?x=1"}}, "without a path"),
        ({"eu": {"desk": "https://me@desk.zoho.eu"}}, "without a path"),
    ],
)
def test_an_override_that_is_not_safe_is_refused_in_words(
    overrides: dict[str, dict[str, str]], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Regions(overrides)


def test_this_machine_may_be_spoken_to_without_tls() -> None:
    rows = Regions({"eu": {"accounts": "http://127.0.0.1:4410", "desk": "http://localhost:4410"}})

    assert rows["eu"].accounts == "http://127.0.0.1:4410"
    assert rows["eu"].api == "https://www.zohoapis.eu"
