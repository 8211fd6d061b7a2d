"""``/duplicates`` without words: every list at once, what could not be read, and the largest groups."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blocks.duplicates import NotSearched, Row, SummaryPage, summary
from bot.blocks.duplicates.summary import not_granted
from bot.blocks.parts import Link, Message
from bot.failures import in_a_row
from bot.jobs import Invitations, Job
from bot.searches.drawing import Drawing
from bot.searches.prices import TooBig, search_or_price
from bot.store import Store
from zoho import errors
from zoho.access import Access
from zoho.records import Found, Group, Module
from zoho.scopes import to_ask

SHOWN_WORST = 3

# These say the same of every list: one sentence instead of a row each.
_OF_THE_CONNECTION = (
    errors.NotConnected,
    errors.GrantLost,
    errors.KeyLost,
    errors.ClientRefused,
    errors.TokenThrottled,
    errors.OrganisationRefused,
    errors.WrongRegion,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one list: found, or an error."""

    module: Module
    found: Found | None = None
    error: errors.ZohoError | TimeoutError | None = None


@dataclass(frozen=True, slots=True)
class Summaries:
    """Searches several lists and draws what they hold."""

    store: Store
    drawing: Drawing
    invitations: Invitations
    now: Callable[[], datetime]

    async def search(
        self, access: Access, modules: Sequence[Module], *, seconds: float
    ) -> tuple[Outcome, ...]:
        """Every list at once, each with ``seconds`` of its own.

        Raises an error that holds for the whole connection, or the first one when no list could be read.
        """
        outcomes = await asyncio.gather(*(self._one(access, module, seconds) for module in modules))
        failed = [outcome.error for outcome in outcomes if outcome.error is not None]
        for error in failed:
            if isinstance(error, _OF_THE_CONNECTION):
                raise error
        if len(failed) == len(outcomes):
            raise _most_telling(failed)
        return tuple(outcomes)

    async def draw(self, job: Job, access: Access, outcomes: Sequence[Outcome], command: str) -> Message:
        """The summary; its largest groups are kept as a list of their own."""
        worst = _worst([outcome.found for outcome in outcomes if outcome.found is not None])
        kept = await self.store.lists.keep(job.who, command, self._list_of(access, worst), is_worst=True)
        unasked = [outcome for outcome in outcomes if isinstance(outcome.error, errors.ScopeMissing)]
        page = SummaryPage(
            rows=tuple(_row(outcome) for outcome in outcomes if outcome not in unasked),
            search=kept.key,
            worst=await self.drawing.cards(kept, access, worst),
            org_name=access.connection.org_name,
            region_name=access.region.name,
            at=self.now(),
            not_searched=_not_searched(unasked),
            grant=await self._grant(job, access, unasked, command) if unasked else None,
        )
        return summary(page)

    async def _one(self, access: Access, module: Module, seconds: float) -> Outcome:
        try:
            async with asyncio.timeout(seconds):
                found = await search_or_price(access, module, (), groups=SHOWN_WORST)
        except (errors.ZohoError, TimeoutError) as error:
            return Outcome(module, error=error)
        if isinstance(found, TooBig):
            return Outcome(module, error=errors.TooLarge(rows=found.price.rows or found.at_least))
        return Outcome(module, found)

    def _list_of(self, access: Access, groups: tuple[Group, ...]) -> Found:
        return Found(
            module=groups[0].module if groups else next(iter(Module)),
            dc=access.connection.dc,
            org_id=access.connection.org_id,
            org_name=access.connection.org_name,
            groups=groups,
            total=len(groups),
            so_far=False,
            at=self.now(),
            source="list",
        )

    async def _grant(self, job: Job, access: Access, unasked: Sequence[Outcome], command: str) -> Link:
        """A link that asks for what was granted and for what is missing."""
        missing = [scope for outcome in unasked for scope in _missing(outcome)]
        scopes = to_ask(access.connection.scopes, missing)
        return await self.invitations.connect(
            job, scopes=scopes, command=command, modules=[outcome.module for outcome in unasked]
        )


def _missing(outcome: Outcome) -> tuple[str, ...]:
    return outcome.error.missing if isinstance(outcome.error, errors.ScopeMissing) else ()


def _row(outcome: Outcome) -> Row:
    return Row(outcome.module, outcome.found, "" if outcome.error is None else in_a_row(outcome.error))


def _not_searched(unasked: Sequence[Outcome]) -> tuple[NotSearched, ...]:
    """Lists that lack the same permissions are named together."""
    together: dict[tuple[str, ...], list[Module]] = {}
    for outcome in unasked:
        together.setdefault(_missing(outcome), []).append(outcome.module)
    return tuple(not_granted(tuple(modules), missing) for missing, modules in together.items())


def _worst(founds: Sequence[Found]) -> tuple[Group, ...]:
    groups = [group for found in founds for group in found.groups]
    return tuple(sorted(groups, key=lambda group: -len(group.records))[:SHOWN_WORST])


def _most_telling(failed: Sequence[errors.ZohoError | TimeoutError]) -> errors.ZohoError | TimeoutError:
    """What to say when nothing could be read: all that is missing, or the first thing that went wrong."""
    lacking = [error for error in failed if isinstance(error, errors.ScopeMissing)]
    if len(lacking) < len(failed):
        return next(error for error in failed if error not in lacking)
    missing = dict.fromkeys(scope for error in lacking for scope in error.missing)
    return errors.ScopeMissing(lacking[0].words, code=lacking[0].code, missing=tuple(missing))
