"""A stand-in Slack with a tiny bot before it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SlackSandbox
from tests.bot.sandbox.tiny_bot import Clock, TinyBot, running_bot


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bot() -> AsyncIterator[TinyBot]:
    async with running_bot() as tiny:
        yield tiny


@pytest.fixture
async def slack(bot: TinyBot, clock: Clock) -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox.start(bot_url=bot.url, now=clock, writes=lambda: 3) as running:
        yield running


@pytest.fixture
def client(slack: SlackSandbox) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url)
