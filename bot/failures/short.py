"""The short forms: a few words for a row of the summary, a sentence for a web page of the connect flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from bot import ids
from bot.blocks import words
from zoho import errors

T = TypeVar("T")


def nearest(table: Mapping[type[BaseException], T], error: BaseException, otherwise: T) -> T:
    """The entry of ``table`` for the nearest ancestor of ``error`` that has one."""
    return next((table[kind] for kind in type(error).__mro__ if kind in table), otherwise)


def _answered(error: errors.ZohoError) -> str:
    """Zoho's status and code, reduced to letters that change no look."""
    said = " ".join(part for part in (str(error.status or ""), words.code_name(error.code)) if part)
    return f"Zoho answered {said}" if said else "Zoho gave no answer that can be read"


def _too_large(error: errors.TooLarge) -> str:
    return f"it holds {words.number(error.rows)} records or more" if error.rows else "it is too large"


def _no_such_field(error: errors.UnknownFilter) -> str:
    meant = f"; perhaps {words.in_code(error.nearest)}" if error.nearest else ""
    return f"no record has a field {words.in_code(error.key)}{meant}"


def _refused(error: errors.BadRequest) -> str:
    if error.parameter:
        return f"Zoho does not take {words.in_code(error.parameter)}"
    return _answered(error)


def row_unexpected(error: BaseException) -> str:
    """The words for an error that nobody thought of."""
    return "this app stopped at something it did not expect"


ROWS: dict[type[BaseException], Callable[[Any], str]] = {
    errors.ZohoError: _answered,
    errors.GrantLost: lambda error: "Zoho no longer accepts your connection",
    errors.KeyLost: lambda error: "the encryption key of this installation has changed",
    errors.ClientRefused: lambda error: "this app is not switched on for your Zoho region",
    errors.NoAnswer: lambda error: "Zoho did not answer in time",
    errors.ModuleError: lambda error: "Zoho answered with an error",
    errors.Throttled: lambda error: "Zoho is busy with other requests",
    errors.TokenThrottled: lambda error: "Zoho has paused renewing your access",
    errors.QuotaSpent: lambda error: "the day’s Zoho credits are used up",
    errors.ScopeMissing: lambda error: "a Zoho permission is missing",
    errors.PermissionRefused: lambda error: "your Zoho profile does not allow it",
    errors.EditionRefused: lambda error: "the organisation’s Zoho edition does not allow it",
    errors.OrganisationRefused: lambda error: "the organisation is not reachable",
    errors.WrongRegion: lambda error: "another Zoho region answered",
    errors.TooLarge: _too_large,
    errors.UnknownFilter: _no_such_field,
    errors.BadRequest: _refused,
    TimeoutError: lambda error: "it took longer than a minute",
}


class Said(NamedTuple):
    """A sentence on a page; ``is_final`` when starting again would only fail again."""

    text: str
    is_final: bool = False


_KEPT = "Nothing was changed, and an earlier connection of yours still works."

PAGES: dict[type[BaseException], Said] = {
    errors.StateRefused: Said(f"This link was already used, or its 15 minutes are over. {_KEPT}"),
    errors.CookieMissing: Said(f"Start again from Slack, in this browser. {_KEPT}"),
    errors.ConsentDeclined: Said("You pressed Decline at Zoho. Nothing was stored."),
    errors.NoOrganisation: Said(
        "Your Zoho user has no {brand}. Sign in as another user. Nothing was stored."
    ),
    errors.UnknownServer: Said(
        "Zoho’s answer named a server that this app does not know for {brand}. Nothing was sent there and "
        "nothing was stored. The person who runs this app can enter an address (ZOHO_HOSTS).",
        is_final=True,
    ),
    errors.UnsupportedRegion: Said(
        "{brand} in {region} is not supported yet. Zoho publishes no address for it, and guessing one would "
        "send your access to a stranger. Nothing was stored. If your Desk has an address of its own, the "
        "person who runs this app can enter it (ZOHO_HOSTS).",
        is_final=True,
    ),
    errors.CodeRefused: Said(f"Zoho took too long or refused its own code. {_KEPT}"),
    errors.NoRefreshToken: Said(
        "Zoho gave access for an hour only, which is of no use here. Nothing was stored. In your Zoho "
        "account, open Sessions, Connected Apps, remove this app there, and connect again."
    ),
    errors.ClientRefused: Said(
        "This app is not switched on for your Zoho region yet. The person who runs it can do that; your part "
        "is done.",
        is_final=True,
    ),
    errors.TokenThrottled: Said(f"Zoho has paused giving access. Wait ten minutes. {_KEPT}"),
    errors.NoAnswer: Said(f"Zoho did not answer in time. {_KEPT}"),
    errors.WrongRegion: Said(
        "Zoho’s answers came from two different regions. Nothing was stored: searches would read the wrong "
        "one. Sign in with the Zoho user that belongs to your organisation; the region follows the user."
    ),
    errors.KeyLost: Said(
        "The encryption key of this installation has changed, so this link cannot be read. A new link works."
    ),
    errors.ConnectFailed: Said(f"Zoho did not complete the connection. {_KEPT}"),
    errors.ZohoError: Said(f"Zoho answered with an error. {_KEPT}"),
}

PAGE_UNEXPECTED = Said(f"This app stopped at something it did not expect. {_KEPT}")


def filled(said: Said, brand: str, region: str) -> str:
    """The sentence itself; ``region`` is the name of a region, fit for its place, or ""."""
    return said.text.format(brand=brand, region=f"the {region} region" if region else "your region")


def steps(said: Said, brand: str) -> tuple[str, ...]:
    """What to do after a page's sentence, as HTML; () where nothing helps."""
    if said.is_final:
        return ()
    return (
        f"In Slack, type <code>{ids.COMMAND} connect</code>.",
        f"Press <b>Connect {brand}</b> and finish within 15 minutes, in one browser.",
    )
