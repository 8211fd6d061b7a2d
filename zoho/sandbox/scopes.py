"""The stand-in's own reading of Zoho's scopes: which exist, and what covers what."""

from __future__ import annotations

from collections.abc import Iterable

from zoho.sandbox.tables import words

OPERATIONS = ("READ", "CREATE", "UPDATE", "DELETE", "ALL")

# The families of Zoho's master list; a name that is not on it makes the whole consent page fail.
_FAMILIES = {
    "Desk": words(
        "activities activities.calls activities.events activities.tasks articles basic calls contacts "
        "events products search settings tasks tickets"
    ),
    "ZohoCRM": ["bulk", "coql", "modules", "notifications", "org", "settings", "users"],
}

# What an endpoint needs: every inner tuple must be met by one of its scopes.
Needs = tuple[tuple[str, ...], ...]


def exists(scope: str) -> bool:
    """Whether Zoho would show a consent page that asks for this scope."""
    service, _, rest = scope.partition(".")
    family, _, operation = rest.rpartition(".")
    if service == "ZohoCRM":
        return family.partition(".")[0] in _FAMILIES[service] and operation in (*OPERATIONS, "WRITE")
    return family in _FAMILIES.get(service, ()) and operation in OPERATIONS


def services(scopes: Iterable[str]) -> frozenset[str]:
    """The products that are asked for: ``Desk``, ``ZohoCRM``."""
    return frozenset(scope.partition(".")[0] for scope in scopes)


def met(granted: Iterable[str], needs: Needs) -> bool:
    """Whether what was granted suffices; ``….ALL`` stands for every operation of its family."""
    have = {scope.casefold() for scope in granted}
    return all(any(_covered(scope.casefold(), have) for scope in choices) for choices in needs)


def _covered(scope: str, have: set[str]) -> bool:
    return scope in have or f"{scope.rpartition('.')[0]}.all" in have
