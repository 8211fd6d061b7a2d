"""What an endpoint is asked, and what it declares about itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from zoho.sandbox.answers import Refusal, extra_parameter, missing_parameter, out_of_range
from zoho.sandbox.grants import Grant
from zoho.sandbox.organisation import Org
from zoho.sandbox.people import Person
from zoho.sandbox.scopes import Needs
from zoho.sandbox.world import Centre, World


@dataclass(frozen=True, slots=True)
class Asked:
    """One call that has passed the gate. ``org`` is the organisation of the ``orgId``."""

    world: World
    centre: Centre
    person: Person
    grant: Grant
    org: Org
    params: Mapping[str, str]
    ids: Mapping[str, str]
    body: Any = None

    @property
    def sees_all(self) -> bool:
        """Whether the person's profile shows every record."""
        return self.person.sees_all

    def required(self, name: str) -> str:
        """A parameter the endpoint cannot do without."""
        if not self.params.get(name):
            raise missing_parameter(name)
        return self.params[name]

    def number(self, name: str, default: int, low: int, high: int | None = None) -> int:
        """A parameter that is a whole number within a range; 422 otherwise."""
        text = self.params.get(name, str(default))
        allowed = f"{low}-{'' if high is None else high}"
        if not re.fullmatch(r"-?\d{1,9}", text, flags=re.ASCII):
            raise out_of_range(name, allowed)
        number = int(text)
        if number < low or (high is not None and number > high):
            raise out_of_range(name, allowed)
        return number

    def limit(self, default: int = 10) -> int:
        """How many rows are wanted: 1 to 100."""
        return self.number("limit", default, 1, 100)

    def offset(self) -> int:
        """How many rows are to be left out, for endpoints that count from zero."""
        return self.number("from", 0, 0)

    def choice(self, name: str, allowed: Collection[str], default: str = "") -> str:
        """A parameter that is one of some words, with or without "-" in front; 422 otherwise."""
        value = self.params.get(name, default)
        if value and value.removeprefix("-") not in allowed:
            raise Refusal(
                422, "UNPROCESSABLE_ENTITY", f"The value passed for the '{name}' parameter is invalid."
            )
        return value


Handler = Callable[[Asked], web.Response]
Price = Callable[[Mapping[str, str]], int]


def one(_: Mapping[str, str]) -> int:
    """The price of reading or changing one record."""
    return 1


def three(_: Mapping[str, str]) -> int:
    """What is reckoned for a deduplication call, whose price Zoho does not state."""
    return 3


def count_price(_: Mapping[str, str]) -> int:
    """The price of a count."""
    return 50


def by_offset(params: Mapping[str, str]) -> int:
    """The price of a list or search call, which climbs with its offset."""
    text = params.get("from", "0")
    offset = int(text) if text.isascii() and text.isdigit() else 0
    steps = ((2_000, 3), (10_000, 5), (50_000, 10), (100_000, 50))
    return next((price for last, price in steps if offset <= last), 100)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation: where it is, whom it lets in, which query parameters it knows, what it costs.

    ``params`` None leaves the parameters to the handler.
    """

    method: str
    path: str
    handler: Handler
    needs: Needs
    params: frozenset[str] | None = frozenset()
    price: Price = one
    has_org: bool = True
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>\\d+)", self.path)
        object.__setattr__(self, "pattern", re.compile(pattern, flags=re.ASCII))

    def check_parameters(self, params: Mapping[str, str]) -> None:
        """422 for the first parameter that the endpoint does not define."""
        if self.params is None:
            return
        for name in params:
            if name not in self.params:
                raise extra_parameter(name)
