"""Does this organisation have the mission's endpoint for duplicate products? Judging apart from asking.

Zoho's published API does not have that path, so its refusals have to be told apart: no such path, a bad
parameter, a missing scope, or a bad moment that says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from enum import StrEnum
from http import HTTPStatus

from zoho.desk import Desk, DuplicateAnswer
from zoho.errors import BadRequest, Refused, ScopeMissing, ZohoError
from zoho.records import Module

_QUOTED = re.compile(r"""['"‘“`](/?[A-Za-z][\w.]*)['"’”`]""")
_WORD = re.compile(r"[A-Za-z][\w.]*")


class Verdict(StrEnum):
    """What an answer says about the path."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    BAD_PARAMETER = "bad parameter"
    """the path is not in question: Zoho does not know one of the keys"""
    ASK_PLAIN = "ask plain"
    """it may be a key or the path: asking once more without keys tells"""
    ASK_LIST = "ask list"
    """it may be the grant or the path: asking for one product by list tells"""
    NONE = "none"
    """it says nothing about the path: the search ends with this error"""


def judge(error: ZohoError | None, keys: Collection[str]) -> Verdict:
    """The verdict on an answer to a call with these ``keys``; ``error`` is None when it worked."""
    if error is None:
        return Verdict.SUPPORTED
    if error.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        return Verdict.UNSUPPORTED
    if isinstance(error, ScopeMissing):
        return Verdict.ASK_LIST
    if not isinstance(error, BadRequest) or error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
        return Verdict.NONE
    if not keys:
        return Verdict.UNSUPPORTED
    return Verdict.BAD_PARAMETER if culprit(error, keys) else Verdict.ASK_PLAIN


def culprit(error: BadRequest, keys: Collection[str]) -> str:
    """The one of ``keys`` that Zoho objects to, or "". What it quotes counts before what it mentions."""
    by_name = {key.casefold(): key for key in keys}
    named = [error.parameter, *_QUOTED.findall(error.words)]
    named = [name.lstrip("/").casefold() for name in named if name.strip("/")]
    for name in named or [word.casefold() for word in _WORD.findall(error.words)]:
        if name in by_name:
            return by_name[name]
    return ""


async def ask(
    desk: Desk, p: Mapping[str, str], note: Callable[[bool], Awaitable[None]]
) -> DuplicateAnswer | None:
    """The endpoint's answer, or None where the organisation does not have it.

    ``note`` is told every verdict on the path. Raises BadRequest with the parameter Zoho objects to, and
    whatever says nothing about the path.
    """
    try:
        answer = await desk.duplicate_products(p)
    except ZohoError as error:
        await _without(desk, p, error, note)
        return None
    await note(True)
    return answer


async def _without(
    desk: Desk, keys: Collection[str], error: ZohoError, note: Callable[[bool], Awaitable[None]]
) -> None:
    """Return once it is sure that the path is not supported here; raise in every other case."""
    verdict = judge(error, keys)
    if verdict is Verdict.UNSUPPORTED:
        await note(False)
    elif verdict is Verdict.ASK_PLAIN:
        await _ask_plain(desk, keys, error, note)
    elif verdict is Verdict.ASK_LIST:
        await _ask_list(desk, error)
        await note(False)
    elif isinstance(error, BadRequest) and verdict is Verdict.BAD_PARAMETER:
        raise _naming(error, culprit(error, keys))
    else:
        raise error


async def _ask_plain(
    desk: Desk, keys: Collection[str], error: ZohoError, note: Callable[[bool], Awaitable[None]]
) -> None:
    try:
        await desk.duplicate_products({})
    except ZohoError as second:
        await _without(desk, (), second, note)
        return
    await note(True)
    raise _naming(error, next(iter(keys)) if len(keys) == 1 else "") from error


async def _ask_list(desk: Desk, error: ZohoError) -> None:
    """Return when products can be listed with this login; else the refusal stands as it was."""
    try:
        await desk.page(Module.DESK_PRODUCTS, offset=0, limit=1)
    except Refused:
        raise error from None


def _naming(error: ZohoError, parameter: str) -> BadRequest:
    return BadRequest(error.words, code=error.code, status=error.status, parameter=parameter)
