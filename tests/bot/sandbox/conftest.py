"""A stand-in Slack with a tiny bot before it, and a browser to look at its page."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SlackSandbox
from tests.bot.sandbox.tiny_bot import Clock, TinyBot

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bot() -> AsyncIterator[TinyBot]:
    tiny = TinyBot()
    app = web.Application()
    app.router.add_post("/slack/events", tiny.events)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    tiny.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield tiny
    await runner.cleanup()


@pytest.fixture
async def slack(bot: TinyBot, clock: Clock) -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox.start(bot_url=bot.url, now=clock, writes=lambda: 3) as running:
        yield running


@pytest.fixture
def client(slack: SlackSandbox) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url)


@pytest.fixture
async def page(slack: SlackSandbox) -> AsyncIterator[Page]:
    """A page in a real browser; errors in its scripts fail the test."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("No Chromium is installed: apt-get install chromium, or put one on the PATH.")
    wrong: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=Path(found), args=FLAGS)
        opened = await browser.new_page(viewport={"width": 1100, "height": 800})
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        opened.set_default_timeout(15_000)
        expect.set_options(timeout=15_000)
        yield opened
        await browser.close()
    if wrong:
        pytest.fail(f"the page complained: {wrong}")
