"""The sentences about connections, permissions and regions. One function an error."""

from __future__ import annotations

from bot import ids
from bot.blocks import connection, parts, words
from bot.blocks.trouble import Trouble, drawn
from bot.failures.about import Failing
from bot.failures.pieces import connect, link_foot, reconnect, zoho_words
from bot.failures.short import PAGE_UNEXPECTED, PAGES, filled, nearest
from zoho import errors

_OTHER_KEY = "The encryption key of this installation has changed."


def not_connected(error: errors.NotConnected, about: Failing) -> parts.Message:
    """The answer to `NotConnected`."""
    if about.link:
        return connection.first_contact(
            about.link, about.scopes, product=about.product, follows=about.searched
        )
    head = f"{about.brand} is not connected"
    return drawn(Trouble("connect", head, about.nothing, next=f"type `{ids.COMMAND} connect`."))


def grant_lost(error: errors.GrantLost, about: Failing) -> parts.Message:
    """The answer to `GrantLost`."""
    head = f"{about.brand} no longer accepts your connection"
    why = "Access was withdrawn in Zoho, or your Zoho user has connected too many times since."
    worked = f"last worked {words.within(about.last_worked)}" if about.last_worked else ""
    place = words.dotted(words.inert(about.org_name), words.inert(about.region), worked)
    return drawn(
        Trouble(
            "recon",
            head,
            f"{why} {about.nothing}",
            facts=(parts.line(parts.bold("Kept: "), "your flags, decisions and settings"),),
            button=reconnect(about),
            foot=(place, link_foot(about)),
            text=f"{head}. {about.nothing} Reconnect to go on; your flags and decisions are kept",
        )
    )


def key_lost(error: errors.KeyLost, about: Failing) -> parts.Message:
    """The answer to `KeyLost`."""
    return drawn(
        Trouble(
            "key",
            "What this app has stored cannot be read",
            f"{_OTHER_KEY} {about.nothing}",
            next="the person who runs this app can restore the key or, if it is lost, give up what it "
            "encrypted. In place of a list from before, search again.",
            foot=(about.place,),
        )
    )


def tokens_lost(error: errors.TokensLost, about: Failing) -> parts.Message:
    """The answer to `TokensLost`."""
    return drawn(
        Trouble(
            "key",
            "Stored Zoho access cannot be read",
            f"{_OTHER_KEY} {about.nothing}",
            next="the person who runs this app can restore the key; connecting again also works.",
            button=reconnect(about),
            foot=(link_foot(about),),
        )
    )


def client_refused(error: errors.ClientRefused, about: Failing) -> parts.Message:
    """The answer to `ClientRefused`."""
    head = "This app is not switched on for your Zoho region yet"
    said = "The person who runs it can do that; your part is done."
    return drawn(Trouble("client", head, f"{said} {about.nothing}", foot=(about.place,)))


def scope_missing(error: errors.ScopeMissing, about: Failing) -> parts.Message:
    """The answer to `ScopeMissing`."""
    one = len(error.missing) < 2
    head = "One Zoho permission is missing" if one else f"{len(error.missing)} Zoho permissions are missing"
    needs = f"{'This search needs' if about.searched else 'This needs'} {'it' if one else 'them'}"
    so = f", so {words.lowered(about.nothing)}"
    named = f": {words.in_words(error.missing)}" if error.missing else ""
    profile = (
        "Zoho shows the whole list again; your flags are kept. If it still refuses afterwards, "
        "your Desk profile is the reason: ask a Desk administrator."
    )
    return drawn(
        Trouble(
            "scope",
            head,
            f"{needs}{so}",
            facts=tuple(_scope_line(scope) for scope in error.missing),
            quote="" if error.missing else zoho_words(error),
            button=connect(about, "Grant permission", "Grant the missing permission in Zoho"),
            foot=(profile, about.place, link_foot(about)),
            text=f"{words.escaped(f'{head}{named}', 200)}. {about.nothing} Reconnect to grant it",
        )
    )


def _scope_line(scope: str) -> parts.Line:
    opens = connection.opened_by(scope)
    return parts.line(parts.code(words.typed(scope)), f": {opens}" if opens else "")


def organisation_refused(error: errors.OrganisationRefused, about: Failing) -> parts.Message:
    """The answer to `OrganisationRefused`."""
    plain = words.escaped(about.org_name) or "your organisation"
    return drawn(
        Trouble(
            "org",
            f"{words.sentence(about.org)} is not reachable with your connection",
            f"Your Zoho user may have left it, or it was closed. {about.nothing}",
            quote=f"{error.status} {error.code}" if error.code else "",  # its words are the name
            button=reconnect(about),
            foot=(f"Sign in with the Zoho user that belongs to {about.org}.", link_foot(about)),
            text=f"{words.sentence(plain)} is not reachable with your connection. {about.nothing}",
        )
    )


def wrong_region(error: errors.WrongRegion, about: Failing) -> parts.Message:
    """The answer to `WrongRegion`."""
    where = f"{about.region} ({about.domain})" if about.domain else about.region
    org = words.name(about.org_name) if about.org_name else "The answer"
    verb = "answers from" if about.org_name else "came from"
    facts = [("Connected in: ", where), (f"{org} {verb}: ", about.elsewhere)]
    return drawn(
        Trouble(
            "dc",
            "Connection and organisation are in different Zoho regions",
            f"{about.nothing} An answer from the wrong region would look like “no duplicates”.",
            facts=tuple(parts.line(parts.bold(name), words.clean(said)) for name, said in facts if said),
            button=reconnect(about),
            foot=(
                f"Sign in with the Zoho user that belongs to {about.org}: the region follows the user.",
                link_foot(about),
            ),
            text="Your connection belongs to another Zoho region than your organisation. "
            f"{about.nothing} Reconnect to mend it",
        )
    )


def connect_failed(error: errors.ConnectFailed, about: Failing) -> parts.Message:
    """The answer to `ConnectFailed`."""
    said = nearest(PAGES, error, PAGE_UNEXPECTED)
    return drawn(
        Trouble(
            "failed",
            f"{about.brand} was not connected",
            filled(said, about.brand, words.inert(error.words)),
            quote=zoho_words(error) if type(error) is errors.ConnectFailed else "",
            next="" if said.is_final else f"type `{ids.COMMAND} connect` and finish within 15 minutes.",
            button=connect(about, f"Connect {about.brand}"),
            foot=(about.place,),
        )
    )


def unsupported_region(error: errors.UnsupportedRegion, about: Failing) -> parts.Message:
    """The answer to `UnsupportedRegion`."""
    region = words.inert(error.words)
    where = f"the {region} region" if region else "your region"
    stored = "Nothing was searched." if about.org_name else "Nothing was stored."
    head = f"{about.brand} in {where} is not supported yet"
    return drawn(
        Trouble(
            "dcx",
            head,
            "Zoho publishes no address for it, and guessing one would send your access to a stranger. "
            f"{stored}",
            next="if your Desk has an address of its own, the person who runs this app can enter it "
            "(ZOHO_HOSTS).",
            text=f"{about.brand} is not supported in your region yet. {stored}",
        )
    )
