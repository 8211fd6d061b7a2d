"""Which scopes an operation needs, which of them a grant lacks, and what covers what.

The names are those of Zoho's master list; any other is reported to fail the whole consent page.
https://github.com/zoho/zohodesk-oas/blob/main/v1.0/Common.json
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from zoho.records import Module

CONTACTS_READ = "Desk.contacts.READ"
CONTACTS_UPDATE = "Desk.contacts.UPDATE"
PRODUCTS_READ = "Desk.products.READ"
PRODUCTS_UPDATE = "Desk.products.UPDATE"
SEARCH_READ = "Desk.search.READ"
BASIC_READ = "Desk.basic.READ"

READ_DESK = (CONTACTS_READ, PRODUCTS_READ, SEARCH_READ, BASIC_READ)
"""What is asked for at connect: reading only."""

# A broader service whose scope of the same operation stands for a narrower one.
_STANDS_FOR = {"desk.products": "desk.settings"}


class Way(StrEnum):
    """The ways a module is read; each needs its own scopes."""

    ENDPOINT = "endpoint"
    """the mission's endpoint for products"""
    LIST = "list"
    """the module's list, also by single ids"""
    VALUES = "values"
    """the duplicate values of contacts and accounts, and their holders"""
    SEARCH = "search"
    """search windows, and looking one value up"""


def needed(module: Module, way: Way = Way.LIST) -> tuple[str, ...]:
    """The scopes for reading ``module`` in this way."""
    own = PRODUCTS_READ if module is Module.DESK_PRODUCTS else CONTACTS_READ
    return (SEARCH_READ, own) if way in (Way.ENDPOINT, Way.SEARCH) else (own,)


def write_scopes(module: Module, flag_field: str = "") -> tuple[str, ...]:
    """The scopes for marking a record in Zoho; () where Zoho has no place: a product without a field."""
    if module is Module.DESK_PRODUCTS:
        return (PRODUCTS_UPDATE,) if flag_field else ()
    return (CONTACTS_UPDATE,)


def to_ask(granted: Iterable[str], further: Iterable[str] = ()) -> tuple[str, ...]:
    """What a new consent asks for, each once: reading, what was ``granted`` before, since it would be lost
    otherwise, and ``further`` scopes."""
    return tuple(dict.fromkeys((*READ_DESK, *sorted(granted), *further)))


def missing(granted: Iterable[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """Those of ``wanted`` that nothing in ``granted`` covers, in their order."""
    held = frozenset(scope.casefold() for scope in granted)
    return tuple(scope for scope in wanted if held.isdisjoint(_covered_by(scope.casefold())))


def read_scopes(text: str) -> frozenset[str]:
    """A scope list as Zoho writes it: commas when asked for, blanks in a token answer."""
    return frozenset(text.replace(",", " ").split())


def _covered_by(scope: str) -> frozenset[str]:
    """Every scope that includes this one: itself, ALL of its service, and a broader service's."""
    service, _, operation = scope.rpartition(".")
    services = {service, _STANDS_FOR.get(service, service)}
    return frozenset(f"{name}.{right}" for name in services for right in (operation, "all"))
