"""Is everything in order with a connection? Asked live and told in words, in Slack and by `doctor`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from bot.blocks import status as drawing
from bot.blocks import words
from bot.blocks.connection import choose_portal, writes
from bot.blocks.status import Endpoint, Report
from bot.failures import in_a_row
from bot.jobs import Invitations, Job, Voice
from bot.schedules.when import load
from bot.searches.patience import Patience
from bot.store import Because, Store, SubscriptionStatus
from zoho import errors, scopes
from zoho.access import Zoho
from zoho.connections import Connection
from zoho.duplicates import checks
from zoho.duplicates.checks import Checked
from zoho.records import Module, Product

COMMAND = "status"

# Errors that every answer of a connection would meet: they are told once, and by the line they belong to.
_OF_THE_ORGANISATION = (errors.OrganisationRefused, errors.WrongRegion, errors.QuotaSpent)


@dataclass(frozen=True, slots=True)
class Statuses:
    """``/duplicates status`` and *Check again*."""

    zoho: Zoho
    store: Store
    voice: Voice
    invitations: Invitations
    patience: Patience
    now: Callable[[], datetime]

    async def show(self, job: Job) -> None:
        """Look, and tell; after a click in the place of what was told before."""
        connection = await self.zoho.connections.get(job.who, Product.DESK)
        if connection is None:
            link = await self.invitations.connect(job, command=COMMAND)
            await self.voice.answer(job, drawing.not_connected(link, self.now()))
        elif connection.choices:
            await self.invitations.keep(job, COMMAND, ())
            await self.voice.answer(job, choose_portal(connection.choices))
        else:
            work = look(self.zoho, connection, self.now)
            report = await self.patience.wait(job, work, lambda: drawing.checking(connection.org_name))
            report = await self._with_alerts(connection, report)
            await self.voice.answer(job, drawing.status(await self._with_link(job, connection, report)))

    async def _with_alerts(self, connection: Connection, report: Report) -> Report:
        """How many alerts read with this connection, when they speak next, and how many wait for it."""
        who = connection.who
        own = await self.store.subscriptions.standing(who.workspace, owner=who.user)
        read = [one for one in own if one.terms.product is connection.product]
        paused = [one for one in read if one.status is SubscriptionStatus.PAUSED]
        waiting = [one for one in paused if one.because == Because.CONNECTION]
        running = [one for one in read if one not in paused]
        upcoming = [load(one.terms.schedule).next_awake(one.next_at, one.snoozed_until) for one in running]
        soonest = min(upcoming, default=None)
        return replace(report, alerts=len(running), next_alert=soonest, paused=len(waiting))

    async def _with_link(self, job: Job, connection: Connection, report: Report) -> Report:
        """A link where a new consent is the way out; afterwards everything is looked at again."""
        if not report.missing and not report.reconnect:
            return report
        wanted = scopes.to_ask(connection.scopes)
        link = await self.invitations.connect(job, scopes=wanted, command=COMMAND)
        return replace(report, link=link)


async def look(zoho: Zoho, connection: Connection, now: Callable[[], datetime]) -> Report:
    """What three to six calls with this connection tell. Zoho's errors are in the report, none is raised."""
    try:
        standing = await zoho.connections.ready(connection.who, connection.product)
        access = await zoho.open(connection.who, connection.product)
    except errors.ZohoError as error:
        return _unusable(_known(zoho, connection, now()), error, now())
    checked = await access.check()
    return _told(zoho, _known(zoho, standing, now()), checked, standing, now())


def _known(zoho: Zoho, connection: Connection, at: datetime) -> Report:
    """What is known of a connection without asking anybody."""
    region = zoho.regions[connection.dc]
    return Report(
        org_name=connection.org_name,
        region_name=region.name,
        host=urlsplit(region.desk_web).hostname or "",
        at=at,
        seconds=max(0, int((connection.expires_at - at).total_seconds())),
        wanted=scopes.READ_DESK,
        missing=scopes.missing(connection.scopes, scopes.READ_DESK),
        writing=bool(writes(sorted(connection.scopes))),
        observe_only=zoho.preferences.observe_only,
        connected_at=connection.connected_at,
        zoho_user=connection.zoho_user,
    )


def _unusable(known: Report, error: errors.ZohoError, at: datetime) -> Report:
    """The report of a connection without a token that could be used."""
    return replace(
        known,
        trouble=_why_no_token(error, at),
        reconnect=isinstance(error, errors.GrantLost | errors.KeyLost | errors.NotConnected),
    )


def _why_no_token(error: errors.ZohoError, at: datetime) -> str:
    match error:
        case errors.GrantLost() | errors.NotConnected():
            return "Zoho no longer accepts it; a new connection is needed"
        case errors.KeyLost():
            return (
                "cannot be read: the encryption key of this installation has changed. The person who runs "
                "this app can restore it; connecting again also works"
            )
        case errors.ClientRefused():
            return "this app is not switched on for your Zoho region; the person who runs it can do that"
        case errors.TokenThrottled():
            return f"your connection is fine, but Zoho has paused renewing it{_until(error.until)}"
        case errors.UnsupportedRegion():
            return "no address of Zoho Desk is known for your region (ZOHO_HOSTS)"
        case _:
            return f"could not be renewed: {in_a_row(error)}. Check again in a few minutes"


def _until(at: datetime | None) -> str:
    return f" until about {words.utc_time(at)}" if at else " for about a minute"


def _told(zoho: Zoho, known: Report, checked: Checked, standing: Connection, at: datetime) -> Report:
    """The report of a connection whose questions were answered, each in its way."""
    answers = (checked.organisation, checked.endpoint, *checked.lists.values())
    failed = [answer for answer in answers if isinstance(answer, errors.ZohoError)]
    lost = next((error for error in failed if isinstance(error, errors.GrantLost)), None)
    if lost is not None:
        return _unusable(known, lost, at)
    whole = next((error for error in failed if isinstance(error, _OF_THE_ORGANISATION)), None)
    told = known
    if standing.throttled_until and known.seconds < drawing.ENOUGH:
        told = replace(told, trouble=_why_no_token(errors.TokenThrottled(until=standing.throttled_until), at))
    if whole is not None:
        return replace(
            told,
            organisation=_why_unreached(zoho, whole),
            reconnect=isinstance(whole, errors.OrganisationRefused | errors.WrongRegion),
        )
    organisation = checked.organisation
    return replace(
        told,
        credits_left=checked.credits.left if checked.credits else None,
        endpoint=_endpoint(checked.endpoint),
        organisation=_why(organisation) if isinstance(organisation, errors.ZohoError) else "",
        answering=tuple(module.plural for module, error in checked.lists.items() if error is None),
        refused=_refused(checked),
    )


def _why_unreached(zoho: Zoho, error: errors.ZohoError) -> str:
    """Why nothing of this organisation can be read now."""
    if isinstance(error, errors.QuotaSpent):
        back = f"; they are back at about {words.utc_time(error.until)}" if error.until else ""
        return f"the day’s Zoho credits are used up{back}"
    if isinstance(error, errors.WrongRegion):
        other = zoho.regions.get(error.dc)
        where = f"from {other.name}" if other else "from another Zoho region"
        return f"the answer comes {where}; sign in with the Zoho user that belongs to your organisation"
    return "not among those that your Zoho user reaches now; sign in with the one that belongs to it"


def _why(error: errors.ZohoError) -> str:
    """What one question met, and what to do about it."""
    if isinstance(error, errors.EditionRefused):
        return f"{in_a_row(error)}; ask a Desk administrator what it holds"
    if isinstance(error, errors.PermissionRefused):
        return f"{in_a_row(error)}; ask a Desk administrator for the right"
    if isinstance(error, errors.ScopeMissing):
        return f"{in_a_row(error)}; connect again, and if it is still refused ask a Desk administrator"
    if isinstance(error, errors.Throttled | errors.ServerError):
        return f"{in_a_row(error)}; check again in a few minutes"
    return in_a_row(error)


def _endpoint(said: checks.Endpoint | errors.ZohoError) -> Endpoint:
    if isinstance(said, errors.ModuleError) and said.words:
        return Endpoint(error=said.words)
    if isinstance(said, errors.ZohoError):
        return Endpoint(trouble=_why(said))
    return Endpoint(rows=said.rows if said.answers else None, is_asked=said.answers is not None)


def _refused(checked: Checked) -> tuple[tuple[str, str], ...]:
    """Lists that do not answer; one whose permission is missing is told by that line already."""
    failed: Sequence[tuple[Module, errors.ZohoError]] = [
        (module, error) for module, error in checked.lists.items() if error is not None
    ]
    return tuple(
        (module.plural, _why(error))
        for module, error in failed
        if not (isinstance(error, errors.ScopeMissing) and set(error.missing) & set(checked.missing))
    )
