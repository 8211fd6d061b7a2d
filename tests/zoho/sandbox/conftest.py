"""A running stand-in with a clock set by hand, a browser, and people who are connected."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.zoho.sandbox.caller import WRITING, Browser, Clock, Person
from zoho.sandbox import ZohoSandbox


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def zoho(clock: Clock) -> AsyncIterator[ZohoSandbox]:
    async with ZohoSandbox.start(now=clock) as running:
        yield running


@pytest.fixture
async def browser(zoho: ZohoSandbox) -> AsyncIterator[Browser]:
    async with httpx.AsyncClient(timeout=10) as http:
        yield Browser(zoho, http)


@pytest.fixture
async def mara(browser: Browser) -> Person:
    """The administrator of Larkfield, with every permission."""
    return await browser.connect("mara", scope=WRITING)


@pytest.fixture
async def tomas(browser: Browser) -> Person:
    """An agent of Larkfield whose profile shows fewer records, with every permission."""
    return await browser.connect("tomas", scope=WRITING)


@pytest.fixture
async def priya(browser: Browser) -> Person:
    """The administrator of Bellbird, in India's data centre."""
    return await browser.connect("priya", scope=WRITING)
