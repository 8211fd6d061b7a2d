"""Whichever Chromium this machine has, started without a window."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


def found() -> str:
    """The program; without one the test fails with what to do about it."""
    wanted = (os.environ.get("CHROMIUM", ""), *NAMES)
    program = next((path for name in wanted if name and (path := shutil.which(name))), None)
    if program is None:
        pytest.fail("No Chromium is installed: apt-get install chromium, or name one in CHROMIUM.")
    return program


@asynccontextmanager
async def running() -> AsyncIterator[Browser]:
    """A browser, closed at the end of the block."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found(), args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()
