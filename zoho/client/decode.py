"""Status, headers and body in; a value or one error of the tree out. No network, no clock.

Bodies are never assumed to be JSON: proxies and wrong data centres answer with web pages or nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple

from zoho.errors import (
    BadRequest,
    EditionRefused,
    GrantLost,
    NotFound,
    OrganisationRefused,
    PermissionRefused,
    QuotaSpent,
    ScopeMissing,
    ServerError,
    Throttled,
    WrongRegion,
    ZohoError,
)

_TOKEN = re.compile(r"\b1000\.[0-9A-Za-z.]{16,}")
_PARAMETER = re.compile(r"parameter\s*[:=]?\s*['\"‘“`]?([A-Za-z_][\w.\-]*)", re.IGNORECASE)
# Half a character, left where a longer text was cut in the middle of an emoji: no text can hold it.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
_QUOTED_PARAMETER = re.compile(r"['\"‘“`]([\w.\-]+)['\"’”`]\s+(?:query\s+)?parameter", re.IGNORECASE)


class Answer(NamedTuple):
    """What came back: the status, the headers (by lower-case name) and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Reply(NamedTuple):
    """A successful answer. ``value`` is its JSON, or None where none was due (202, 204, a write)."""

    status: int
    value: object


@dataclass(frozen=True, slots=True)
class _Problem:
    """The parts of an error body, whatever product it came from."""

    status: int
    code: str = ""
    words: str = ""
    parameter: str = ""
    is_json: bool = False
    is_page: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


def decode(answer: Answer, *, now: datetime, body_due: bool = True) -> Reply:
    """The value of a good answer.

    ``now`` turns a ``Retry-After`` into an instant. With ``body_due`` an empty 200 is a failure of the
    server; writes say False. Raises the error that the status and the body's code stand for, see zoho.errors.
    """
    value, is_json = _json(answer.body)
    if answer.status in (HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT):
        return Reply(answer.status, value)
    if 200 <= answer.status < 300:
        if is_json or (not body_due and not answer.body.strip()):
            return Reply(answer.status, value)
        raise ServerError(status=answer.status)
    raise _error(_problem(answer, value, is_json), now)


def token_refused(answer: Answer) -> bool:
    """Whether this is a 401 about the token itself, in JSON: not a web page, and not about a scope."""
    value, is_json = _json(answer.body)
    if answer.status != HTTPStatus.UNAUTHORIZED or not is_json:
        return False
    return "SCOPE" not in _problem(answer, value, is_json).code.upper()


def redact(words: str) -> str:
    """The same words without anything that looks like a Zoho token."""
    return _TOKEN.sub("…", words)


def _json(body: bytes) -> tuple[object, bool]:
    """(value, True), or (None, False) for what is no JSON."""
    try:
        value = json.loads(body)
        if _HALF.search(body):
            value = json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        return None, False
    return value, True


def _problem(answer: Answer, value: object, is_json: bool) -> _Problem:
    fields = value if isinstance(value, dict) else {}
    words = redact(_text(fields.get("message")))
    return _Problem(
        status=answer.status,
        code=_text(fields.get("errorCode") or fields.get("code") or fields.get("error")),
        words=words,
        parameter=_parameter(fields, words),
        is_json=is_json,
        is_page=bool(answer.body.strip()) and not is_json,
        headers=answer.headers,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _parameter(fields: Mapping[str, object], words: str) -> str:
    """The name of what Zoho objects to: the first field it lists, else the one its sentence quotes."""
    listed = fields.get("errors")
    first = listed[0] if isinstance(listed, list) and listed else None
    pointer = _text(first.get("fieldName")) if isinstance(first, dict) else ""
    if pointer.strip("/"):
        return pointer.strip("/").replace("~1", "/").replace("~0", "~")
    match = _QUOTED_PARAMETER.search(words) or _PARAMETER.search(words)
    return match[1] if match and match[1].lower() not in _NOT_NAMES else ""


# Words that follow "parameter" in a sentence that names none.
_NOT_NAMES = frozenset(
    ("is", "are", "in", "was", "not", "name", "names", "value", "values", "missing", "found")
)


def _error(problem: _Problem, now: datetime) -> ZohoError:
    """The error for an answer that is no success: by code where the code decides, else by status."""
    for decides, make in _BY_CODE:
        if decides(problem.code.upper()):
            return make(problem.words, code=problem.code, status=problem.status)
    if problem.status == HTTPStatus.TOO_MANY_REQUESTS:
        return _limit(problem, now)
    if problem.is_page and problem.status == HTTPStatus.UNAUTHORIZED:
        return WrongRegion(status=problem.status)
    if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        return NotFound(problem.words, code=problem.code, status=problem.status)
    if not problem.is_json or not 400 <= problem.status < 500:
        return ServerError(problem.words, code=problem.code, status=problem.status)
    return _client_error(problem)


def _client_error(problem: _Problem) -> ZohoError:
    """A 4xx in JSON whose code is none of the telling ones."""
    if problem.status == HTTPStatus.UNAUTHORIZED:
        return GrantLost(problem.words, code=problem.code, status=problem.status)
    if problem.status == HTTPStatus.FORBIDDEN:
        return PermissionRefused(problem.words, code=problem.code, status=problem.status)
    return BadRequest(problem.words, code=problem.code, status=problem.status, parameter=problem.parameter)


def _limit(problem: _Problem, now: datetime) -> ZohoError:
    """A 429: the day's credits (they come with ``Retry-After``) or too many calls at once."""
    until = _retry_after(problem.headers.get("retry-after", ""), now)
    code = problem.code.upper()
    if code == "THRESHOLD_EXCEEDED" or (until is not None and code != "TOO_MANY_REQUESTS"):
        return QuotaSpent(problem.words, code=problem.code, status=problem.status, until=until)
    return Throttled(problem.words, code=problem.code, status=problem.status, until=until)


def _retry_after(header: str, now: datetime) -> datetime | None:
    """Seconds or an HTTP date as an instant; None for anything else."""
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return now + timedelta(seconds=min(int(text.lstrip("0")[:12] or "0"), 7 * 86_400))
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return when if when.tzinfo else None


_BY_CODE: tuple[tuple[Callable[[str], bool], Callable[..., ZohoError]], ...] = (
    (lambda code: "SCOPE" in code, ScopeMissing),
    (lambda code: code == "OAUTH_ORG_MISMATCH", OrganisationRefused),
    (lambda code: code == "LICENSE_ACCESS_LIMITED", EditionRefused),
    (lambda code: code in ("FORBIDDEN", "NO_PERMISSION"), PermissionRefused),
)
