"""What owners hear of single alerts: their channel is closed, or nobody knows whether one arrived."""

from __future__ import annotations

from dataclasses import dataclass

from bot.alerts.digests import Digests
from bot.alerts.scanned import Scanned
from bot.blocks import words
from bot.blocks.alerts import digest as drawn
from bot.blocks.parts import Message
from bot.jobs import Notifier, Voice
from bot.schedules.when import describe, load
from bot.store import Alert, Because, Store, Subscription


@dataclass(frozen=True)
class AlertOwners:
    """Tells owners, each thing once; what Slack does not take now is said later."""

    store: Store
    voice: Voice
    digests: Digests

    async def closed(self, alert: Alert, why: str) -> None:
        """The channel is closed to the app: stop those alerts, and tell their owner; they may have moved."""
        one = await self.store.subscriptions.get(alert.workspace, alert.subscription)
        if one is not None and one.channel != alert.channel:
            return
        # Whoever stopped them for this before may have died before it was said; it is said once in any case.
        stopped = await self.store.subscriptions.stop(alert.subscription, Because.CHANNEL) or one
        await self.store.ledger.close(alert.subscription, why)
        if stopped is not None and stopped.because == Because.CHANNEL:
            terms = stopped.terms
            said = drawn.closed(alert.channel, why, terms.modules, describe(load(terms.schedule)))
            await self._tell(f"closed:{stopped.id}", stopped, said)

    async def doubtful(self, alert: Alert) -> None:
        """Nobody can know whether this one arrived: ask, once for each time it was to be posted."""
        one = await self.store.subscriptions.get(alert.workspace, alert.subscription)
        if one is not None:
            question = drawn.unknown(alert.id, alert.channel, alert.slot, self.digests.headline(alert))
            await self._tell(f"doubt:{alert.id}:{alert.tries}", one, question)

    async def unread(self, alert: Alert, one: Subscription, scanned: Scanned) -> None:
        """Not every list could be read for a slot: say why, and that the next ones try again."""
        dear = scanned.too_dear
        if dear is not None:
            why = (
                f"reading them costs about {words.number(dear.credits)} Zoho credits now, and "
                f"{words.number(dear.agreed)} were agreed to; save the alerts anew to agree"
            )
        else:
            why = "; ".join(f"{words.label(failed.module)}, {failed.why}" for failed in scanned.failed)
        await self._tell(f"unread:{alert.id}", one, drawn.unread(one.channel, why, some=bool(scanned.lists)))

    async def _tell(self, key: str, one: Subscription, message: Message) -> None:
        notifier = Notifier(self.store.notices, self.voice)
        await notifier.tell(key, one.owner.workspace, one.owner.user, message)
