"""One line of the report: whether it is well, what it is about, and what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from enum import StrEnum
from typing import NamedTuple

import aiohttp
import httpx
from slack_sdk.errors import SlackClientError
from sqlalchemy.exc import SQLAlchemyError

from zoho.errors import ZohoError

_LOOKED_AT = (ZohoError, SQLAlchemyError, SlackClientError, aiohttp.ClientError, httpx.HTTPError, OSError)


class State(StrEnum):
    """What a line asks for."""

    OK = "ok"
    TODO = "to do"
    NOTE = "note"
    """worth knowing; nothing has to be done"""


class Finding(NamedTuple):
    """One line."""

    state: State
    what: str
    said: str

    @property
    def line(self) -> str:
        """As it is printed."""
        return f"{self.state:<6} {self.what}: {self.said}"


def ok(what: str, said: str) -> Finding:
    """It is well."""
    return Finding(State.OK, what, said)


def todo(what: str, said: str) -> Finding:
    """Something has to be done."""
    return Finding(State.TODO, what, said)


def note(what: str, said: str) -> Finding:
    """Something is worth knowing."""
    return Finding(State.NOTE, what, said)


async def bounded(what: str, seconds: float, work: Awaitable[list[Finding]]) -> list[Finding]:
    """The findings of ``work``; one line when it takes too long or cannot go on.

    An error is told by its kind alone: its text may hold what nobody should read.
    """
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        return [todo(what, f"no answer within {seconds:g} seconds; run doctor again, or look at the network")]
    except _LOOKED_AT as error:
        return [todo(what, f"could not be looked at ({type(error).__name__})")]
