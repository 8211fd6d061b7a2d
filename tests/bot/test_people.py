"""Who people are: asked once and kept, in their own zone, and nobody when Slack does not say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.jobs import People
from bot.jobs.people import person_from
from bot.sandbox.slack import SlackSandbox

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "hour"),
    [
        ({"tz": "Europe/Berlin", "tz_offset": 0}, 13),
        ({"tz": "Asia/Kolkata"}, 17),
        ({"tz": "Nowhere/Atall", "tz_offset": -18000}, 7),
        ({"tz": "../../etc/passwd", "tz_offset": 3600}, 13),
        ({"tz": "Europe", "tz_offset": 3600}, 13),
        ({"tz": None, "tz_offset": 7200}, 14),
        ({"tz": "", "tz_offset": 999_999}, 12),
        ({"tz_offset": "soon"}, 12),
        ({}, 12),
    ],
)
def test_a_zone_is_known_by_its_name_else_by_its_offset(given: dict[str, object], hour: int) -> None:
    assert NOON.astimezone(person_from(given).zone).hour == hour


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"profile": {"real_name": "Mara Lindqvist"}, "real_name": "M", "name": "mara"}, "Mara Lindqvist"),
        ({"profile": {}, "real_name": "Mara", "name": "mara"}, "Mara"),
        ({"profile": None, "name": "mara"}, "mara"),
        ({}, ""),
    ],
)
def test_the_name_is_the_one_people_gave_themselves(given: dict[str, object], name: str) -> None:
    assert person_from(given).name == name


async def test_a_person_is_asked_for_once_an_hour_and_stays_known_when_slack_is_silent() -> None:
    ahead = timedelta()
    async with SlackSandbox.start() as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        people = People(client, lambda: NOON + ahead)
        first = await people.person("U02TOMAS")
        assert (first.name, first.team, str(first.zone)) == ("Tomás Reyes", "T01LARKFIELD", "Europe/Madrid")
        assert await people.name("U02TOMAS") == "Tomás Reyes"
        assert len(slack.calls) == 1
        ahead = timedelta(hours=1)
        slack.fail("users.info", error="fatal_error", times=None)
        assert await people.person("U02TOMAS") == first
        assert await people.name("U99NOBODY") == ""


async def test_an_answer_without_a_user_is_nobody_and_no_failure() -> None:
    async def bare(request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    slack = web.Application()
    slack.router.add_route("*", "/api/users.info", bare)
    async with TestServer(slack) as server:
        client = AsyncWebClient("xoxb-1", base_url=str(server.make_url("/api/")))
        assert await People(client, lambda: NOON).name("U01MARA") == ""
