"""Slack's signed `/duplicates help`, as often as wanted, each a request of its own."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

SECRET = "made-up-signing-secret"
PATH = "/slack/events"

_numbers = count(1)


@dataclass(frozen=True)
class Signed:
    """One request: the body and the two headers that vouch for it."""

    timestamp: str
    signature: str
    body: str

    def raw(self, host: str) -> bytes:
        """The request as it goes over the wire, on a connection that stays open."""
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"X-Slack-Request-Timestamp: {self.timestamp}\r\n"
            f"X-Slack-Signature: {self.signature}\r\n"
            f"Content-Length: {len(self.body)}\r\n\r\n"
        )
        return (head + self.body).encode()


def commands(amount: int, *, answers_to: str) -> Iterator[Signed]:
    """``amount`` commands typed just now, no two alike; ``answers_to`` is where a response_url leads."""
    timestamp = str(int(time.time()))
    for _ in range(amount):
        body = _body(next(_numbers), answers_to)
        digest = hmac.new(SECRET.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
        yield Signed(timestamp, f"v0={digest}", body)


def _body(number: int, answers_to: str) -> str:
    return urlencode(
        {
            "token": "unused",
            "team_id": "T01LARKFIELD",
            "team_domain": "larkfield",
            "channel_id": "C01SUPPORT",
            "channel_name": "support",
            "user_id": "U01MARA",
            "user_name": "mara",
            "command": "/duplicates",
            "text": "help",
            "api_app_id": "A01DUP",
            "is_enterprise_install": "false",
            "response_url": f"{answers_to}/commands/T01LARKFIELD/{number}",
            "trigger_id": f"{time.time_ns()}.{number}",
        }
    )
