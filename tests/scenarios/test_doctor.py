"""The doctor over a running installation: every line says ok or what to do, and nothing it should not."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.doctor import examine
from bot.doctor.examination import Limits
from bot.settings import Settings
from tests.conftest import JONAS, MARA, MakeWorld, World, free_port
from zoho.regions import CODES

NOWHERE = "http://127.0.0.1:1"


class Report:
    """What was printed, and the exit code."""

    def __init__(self, lines: list[str], code: int) -> None:
        self.lines = lines
        self.code = code

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def of(self, what: str) -> list[str]:
        """The lines about one thing: what they ask for, and what they say."""
        found = [line for line in self.lines if line[7:].startswith(f"{what}: ")]
        return [f"{line[:6].strip()}: {line[7:].removeprefix(f'{what}: ')}" for line in found]


def settings_of(world: World, **changed: Any) -> Settings:
    """The installation's own, with every region that the stand-in does not have on a port where nobody is."""
    elsewhere = {dc: {"accounts": NOWHERE, "desk": NOWHERE} for dc in CODES}
    hosts = {**elsewhere, **{dc: dict(row) for dc, row in world.zoho.hosts.items()}}
    return world.bot.settings.model_copy(update={"zoho_hosts": hosts, **changed})


async def examined(
    world: World,
    *,
    capture: bool = False,
    now: Callable[[], datetime] | None = None,
    limits: Limits = Limits(),  # noqa: B008  # frozen
    **changed: Any,
) -> Report:
    lines: list[str] = []
    settings = settings_of(world, **changed)
    code = await examine(settings, capture=capture, tell=lines.append, now=now or world.clock, limits=limits)
    return Report(lines, code)


async def test_everything_is_in_order(connected: World) -> None:
    report = await examined(connected)
    assert report.lines[-1] == "Everything is in order."
    assert report.code == 0
    assert all(line[:6].strip() in ("ok", "note") for line in report.lines[:-2])
    assert report.of("Slack token") == ["ok: taken by Larkfield (T01LARKFIELD), where the bot is duplicates"]
    assert report.of("Slack scopes")[0].startswith("ok: all ")
    assert report.of("Clock") == ["ok: agrees with Slack and Zoho"]
    assert report.of("Encryption keys")[0].startswith("ok: the key opens all ")
    assert "has the newest revision" in report.of("Database")[0]
    assert report.of("Zoho client in EU")[0].startswith("ok: known at 127.0.0.1")
    assert report.of("Zoho client elsewhere")[0] == "ok: known in India too"
    assert report.of("Zoho Desk in EU")[0].startswith("ok: ")
    redirect = f"{connected.bot.settings.public_url}/zoho/callback"
    assert report.of("Redirect URI")[0].endswith(f"exactly this: {redirect}")
    assert "Zoho documents no address of a product" in report.of("Product links")[0]
    (line,) = report.of("Connection of U01MARA in T01LARKFIELD")
    assert line == (
        "ok: Larkfield Support, EU: Access good for 59 minutes, renews itself; Permissions 4 of 4 for "
        "reading; Product duplicates Zoho answers, with 12 rows"
    )


async def test_nobody_connected_is_no_fault(world: World) -> None:
    report = await examined(world)
    assert report.code == 0
    assert report.of("Connections") == ["ok: nobody is connected yet"]


async def test_a_token_that_slack_refuses_is_one_thing_to_do(world: World) -> None:
    report = await examined(world, slack_bot_token=SecretStr("xoxb-some-other"))
    assert report.of("Slack token") == [
        "to do: Slack refuses SLACK_BOT_TOKEN (invalid_auth): copy it anew from OAuth & Permissions"
    ]
    assert report.code == 1
    assert report.lines[-1] == "1 thing to do."


async def test_a_missing_scope_of_slack_is_named(world: World) -> None:
    world.slack.api.scopes.discard("users:read")
    (line,) = (await examined(world)).of("Slack scopes")
    assert line.startswith("to do: missing: users:read.")


@pytest.mark.parametrize(
    ("token", "says"), [("", None), ("sandbox-app-token", "ok: opens Socket Mode"), ("xapp-other", "to do: ")]
)
async def test_the_apps_token_is_tried_where_there_is_one(world: World, token: str, says: str | None) -> None:
    lines = (await examined(world, slack_app_token=SecretStr(token))).of("Slack app token")
    assert [line.startswith(says or "") for line in lines] == ([True] if says else [])


async def test_a_slack_that_is_not_there_is_one_line_each(world: World) -> None:
    report = await examined(world, slack_api_url=f"{NOWHERE}/api/")
    assert report.of("Slack token") == [
        f"to do: no answer from {NOWHERE}/api/ (ClientConnectorError): look at the network"
    ]
    assert report.of("Clock") == ["ok: agrees with Zoho"]


async def test_a_client_that_a_region_does_not_know_is_to_do_where_people_are(world: World) -> None:
    world.zoho.centre("in").client_known = False
    unused = await examined(world)
    assert unused.of("Zoho client elsewhere")[0].startswith(
        "note: not known in India, where nobody is connected"
    )
    assert unused.code == 0

    world.zoho.centre("in").client_known = True
    await world.connect(MARA, "Priya Nair")
    world.zoho.centre("in").client_known = False
    used = await examined(world)
    assert "answers invalid_client" in used.of("Zoho client in India")[0]
    assert "switch Multi DC on" in used.of("Zoho client in India")[0]
    assert used.code == 1


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"zoho_client_id": "1000.OTHER"}, "look at ZOHO_CLIENT_ID"),
        ({"zoho_client_secret": SecretStr("other")}, "knows the client by another secret"),
        (
            {"zoho_client_secret": SecretStr(""), "zoho_client_secrets": {"in": SecretStr("own")}},
            "no secret is set for it",
        ),
    ],
)
async def test_a_wrong_client_is_told_by_what_is_wrong(
    world: World, changed: Mapping[str, Any], says: str
) -> None:
    (line,) = (await examined(world, **changed)).of("Zoho client in EU")
    assert line.startswith("to do: ")
    assert says in line


async def test_a_redirect_uri_that_is_not_registered_is_named_to_be_pasted(world: World) -> None:
    world.zoho.fault("invalid_redirect_uri", dc="eu", times=None)
    report = await examined(world)
    assert "refuses the redirect URI: enter exactly the one below" in report.of("Zoho client in EU")[0]


@pytest.mark.parametrize("minutes", [10, -10])
async def test_a_clock_that_is_ten_minutes_off_is_told_by_both(world: World, minutes: int) -> None:
    report = await examined(world, now=lambda: datetime.now(UTC) + timedelta(minutes=minutes))
    way = "ahead of" if minutes > 0 else "behind"
    (line,) = report.of("Clock")
    assert line.startswith("to do: ")
    for whose in ("Slack’s", "Zoho’s"):
        assert f"{way} {whose}" in line
    assert report.code == 1


async def test_a_public_address_that_leads_nowhere_or_elsewhere_is_told(world: World) -> None:
    nowhere = await examined(world, public_url=f"http://127.0.0.1:{free_port()}")
    assert "does not answer (ConnectError): start python -m bot serve" in nowhere.of("Public address")[0]
    elsewhere = await examined(world, public_url=world.slack.origin)
    assert "is answered by something else (404)" in elsewhere.of("Public address")[0]
    assert nowhere.code == elsewhere.code == 1


async def test_a_database_that_is_not_there_stops_what_needs_it_and_nothing_else(world: World) -> None:
    report = await examined(world, database_url=f"sqlite+aiosqlite:///{world.file}.other")
    assert "holds nothing yet: run python -m bot migrate" in report.of("Database")[0]
    assert report.of("Encryption keys") == ["to do: not looked at before the database is there"]
    assert report.of("Slack token")[0].startswith("ok: ")
    assert not world.file.with_name(f"{world.file.name}.other").exists()


async def test_a_lost_key_is_told_and_what_it_closes(connected: World) -> None:
    report = await examined(connected, encryption_keys=(SecretStr(Fernet.generate_key().decode()),))
    (line,) = report.of("Encryption keys")
    assert line.startswith("to do: ")
    assert "zoho_connections.refresh_token" in line
    assert "the encryption key of this installation has changed" in report.text


async def test_an_older_key_that_is_still_needed_is_told(connected: World) -> None:
    keys = (SecretStr(Fernet.generate_key().decode()), *connected.bot.settings.encryption_keys)
    (line,) = (await examined(connected, encryption_keys=keys)).of("Encryption keys")
    assert line.startswith("note: 2 keys open all ")
    assert "run python -m bot rotate-keys before an older key is taken out" in line


async def test_a_grant_that_was_withdrawn_is_told(connected: World) -> None:
    await connected.connect(JONAS, "Jonas Weil")
    connected.zoho.revoke("mara")
    report = await examined(connected)
    (line,) = report.of("Connection of U01MARA in T01LARKFIELD")
    assert "Access Zoho no longer accepts it; a new connection is needed" in line
    assert report.of("Connection of U04JONAS in T01LARKFIELD")[0].startswith("ok: Kestrel Logistics, EU")
    assert report.code == 1


async def test_a_portal_that_is_still_to_be_chosen_is_a_note(world: World) -> None:
    await world.walk(await world.ask(JONAS, "connect"), "Sofia Marchetti")
    await world.settled()
    report = await examined(world)
    assert report.of("Connection of U04JONAS in T01LARKFIELD")[0].startswith("note: one of 2 portals")


@pytest.mark.parametrize("fault", ["hang", "html", "drop"])
async def test_hosts_that_hang_or_talk_nonsense_are_a_line_each(connected: World, fault: str) -> None:
    connected.zoho.fault(fault, path="*", times=None)
    begun = asyncio.get_running_loop().time()
    report = await examined(connected, limits=Limits(check=1.0, connections=2.0))
    assert asyncio.get_running_loop().time() - begun < 5
    assert report.code == 1
    assert report.of("Slack token")[0].startswith("ok: ")
    assert len(report.lines) < 25


async def test_every_line_has_a_verdict(connected: World) -> None:
    connected.zoho.fault("server_error", path="*", times=None)
    report = await examined(connected, public_url=f"http://127.0.0.1:{free_port()}")
    assert all(line[:6].strip() in ("ok", "note", "to do") for line in report.lines[:-2])


async def test_the_shapes_of_the_endpoints_are_printed_with_what_departs(connected: World) -> None:
    report = await examined(connected, capture=True)
    assert "Shapes of Larkfield Support in EU" in report.lines
    for path in ("/accessibleOrganizations", "/contacts", "/products/duplicate", "/groupContacts", "/myinfo"):
        assert f"  GET /api/v1{path}: 200" in report.lines
    assert "      data[].createdTime: time" in report.lines
    assert "    as expected" in report.lines

    connected.zoho.org("larkfield").quirks.numbers_as_text = True
    connected.zoho.org("larkfield").endpoint = "404"
    departing = await examined(connected, capture=True)
    assert "    ! another kind: data[].count is digits, expected number" in departing.lines
    assert "  GET /api/v1/products/duplicate: 404 URL_NOT_FOUND" in departing.lines


async def test_without_a_connection_there_are_no_shapes(world: World) -> None:
    report = await examined(world, capture=True)
    assert "No shapes: they are read with a connection, and nobody is connected." in report.lines


@pytest.mark.parametrize("endpoint", ["grouped", "flat", "error", "404"])
async def test_no_secret_and_no_record_is_printed(make_world: MakeWorld, endpoint: str) -> None:
    world = await make_world()
    for user, zoho_user in ((MARA, "Mara Lindqvist"), (JONAS, "Priya Nair")):
        await world.connect(user, zoho_user)
    world.zoho.org("larkfield").endpoint = endpoint
    world.zoho.org("larkfield").endpoint_error = "Product Harbour Lamp is locked by ana.roe@kestrel.example"
    report = await examined(world, capture=True)
    for secret in secrets_of(world):
        assert secret not in report.text
    names = ("Larkfield Support", "Bellbird Outdoor", "Larkfield (T01LARKFIELD)")
    told = re.sub("|".join(map(re.escape, names)), "", report.text)
    for value in (*values_of(world), "Harbour Lamp"):
        assert not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", told), value
    assert world.zoho.writes == 0


def secrets_of(world: World) -> list[str]:
    settings = world.bot.settings
    tokens = [token for dc in ("eu", "in") for token in world.zoho.centre(dc).grants.tokens]
    return [
        *tokens,
        settings.slack_bot_token.get_secret_value(),
        settings.slack_signing_secret.get_secret_value(),
        settings.zoho_client_secret.get_secret_value(),
        *settings.keys,
    ]


def values_of(world: World) -> list[str]:
    """Every value of every record that is long enough to be told from a word of the report."""
    rows = [
        row
        for portal in ("larkfield", "bellbird")
        for table in world.zoho.org(portal).tables.values()
        for row in table.rows.values()
    ]
    texts = {value for row in rows for value in row.values() if isinstance(value, str)}
    return [value for value in texts if len(value) > 4]
