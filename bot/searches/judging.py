"""What of a list was dismissed, as it is drawn: a whole group, a part of one, or one that has come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.blocks.duplicates import Back, DismissalState
from bot.ids import GroupRef
from bot.store import Dismissal, Spot, Standing, Store, StoredList
from zoho.duplicates.dismissed import split
from zoho.records import Group, Module

_NO_REF = GroupRef("", 0)


@dataclass(frozen=True, slots=True)
class Judged:
    """A group of a list as it is to be drawn.

    ``group`` is what is left of ``whole``, or all of it where nothing is, ``state`` what was said of it, and
    ``back`` what had been said before it came back. ``is_part`` when something was taken out of it.
    """

    whole: Group
    group: Group
    state: DismissalState | None = None
    back: Back | None = None

    @property
    def is_part(self) -> bool:
        """Whether some of the whole group are left together."""
        return self.state is not None and bool(self.state.out)


@dataclass(frozen=True, slots=True)
class Judging:
    """Lays what the workspace has dismissed beside the groups of a list."""

    store: Store

    async def judge(
        self, kept: StoredList, shown: Sequence[Group], *, viewer: str = ""
    ) -> tuple[Judged, ...]:
        """Each of these groups, in their order.

        A list is older than what was decided since: that holds as it was said, whatever the list says of the
        records. ``viewer`` is whoever alone sees it, "" for everybody.
        """
        standing = await self._standing(kept, shown)
        return tuple(_judged(group, standing[group.module], kept.found.at, viewer) for group in shown)

    async def _standing(self, kept: StoredList, shown: Sequence[Group]) -> Mapping[Module, Standing]:
        found = kept.found
        standing: dict[Module, Standing] = {}
        for module in dict.fromkeys(group.module for group in shown):
            spot = Spot(kept.who.workspace, found.dc, found.org_id, module)
            ids = {one for group in shown if group.module is module for one in group.ids}
            standing[module] = await self.store.dismissals.on(spot, ids)
        return standing


def _judged(group: Group, standing: Standing, read_at: datetime, viewer: str) -> Judged:
    about = standing.dismissed.among(group.ids)
    if not about:
        return Judged(group, group)
    decided = {one.key: standing.by_key[one.key] for one in about}
    since = frozenset(one.pair for one in about if decided[one.key].at > read_at)
    outcome = split(group, replace(standing.dismissed, certain=since))
    if not outcome.keys:
        return Judged(group, outcome.groups[0], back=_back(outcome.groups[0], decided))
    newest = max((decided[key] for key in outcome.keys), key=lambda one: one.at)
    left = outcome.groups[0] if outcome.groups else group
    out = tuple(one for one in group.records if one.id not in left.ids) if outcome.groups else ()
    state = DismissalState(
        by=newest.user,
        at=newest.at,
        ref=_NO_REF,
        why=newest.why.value,
        note=newest.note,
        out=out,
        others=max(len(outcome.groups) - 1, 0),
        can_explain=viewer in ("", newest.user),
    )
    return Judged(group, left, state, _back(left, decided))


def _back(group: Group, decided: Mapping[str, Dismissal]) -> Back | None:
    """The newest decision that a change has ended."""
    ended = [decided[one.key] for one in group.reopened if one.key in decided]
    if not ended:
        return None
    newest = max(ended, key=lambda one: one.at)
    return Back(newest.user, newest.at, group.reopened)
