"""What is made to go wrong on request: errors, rate limits, delays."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

EVERY = "*"


@dataclass
class Fault:
    """One order of `fail`: for which method, how often (None: until cleared), and what then happens.

    With `error` the call is refused in a 200; with `status` the answer has that HTTP status
    (`retry_after` beside 429; `plain`: a line of text for a body); `drop` cuts the connection. `done`:
    the call is carried out first, so that its caller cannot know. `channel` narrows it to calls that
    name this channel.
    """

    method: str
    error: str = ""
    status: int = 0
    retry_after: int = 1
    drop: bool = False
    plain: bool = False
    done: bool = False
    channel: str = ""
    times: int | None = 1
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class Faults:
    """The faults in force, the delays, and the rate limits that are really counted."""

    orders: list[Fault] = field(default_factory=list)
    delays: dict[str, float] = field(default_factory=dict)
    per_minute: dict[str, int] = field(default_factory=dict)
    _used: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def clear(self) -> None:
        """Everything works again."""
        self.orders.clear()
        self.delays.clear()
        self.per_minute.clear()
        self._used.clear()

    def take(self, method: str, channel: str = "") -> Fault | None:
        """The first fault for this call, counted as used once."""
        for fault in self.orders:
            if fault.method in (method, EVERY) and fault.channel in ("", channel):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.orders.remove(fault)
                return fault
        return None

    def delay(self, method: str) -> float:
        """Seconds this call is kept waiting."""
        return self.delays.get(method, self.delays.get(EVERY, 0.0))

    def wait(self, method: str, channel: str = "") -> int:
        """Seconds to wait by the rate limit, 0 when this call is within it.

        `chat.postMessage` is counted per channel, everything else per method.
        """
        limit = self.per_minute.get(method)
        if limit is None:
            return 0
        used, at = self._used[method + (channel if method == "chat.postMessage" else "")], time.monotonic()
        while used and used[0] <= at - 60:
            used.popleft()
        if len(used) >= limit:
            return max(1, round(used[0] + 60 - at))
        used.append(at)
        return 0
