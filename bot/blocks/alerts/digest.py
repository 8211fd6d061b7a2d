"""The digest: what is new in a channel's lists, one message a slot, drawn again when a group changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from slack_sdk.models.blocks import Block, InteractiveElement

from bot import ids
from bot.blocks import parts, words
from bot.blocks.alerts.told import set_up_button
from bot.blocks.duplicates import Card, Look, group_blocks
from bot.ids import AlertChoice, Detail, pack_alert
from zoho.records import Module

MENU = ("fields",)
_CHOICES = {
    "edit": "Change these alerts",
    "snooze7": "Snooze 7 days in this channel",
    "stop": "Stop alerts in this channel",
}
SHOWN_FAILED = 3
MOST_BLOCKS = 50


@dataclass(frozen=True, slots=True)
class Counts:
    """How many groups are news, and in which way."""

    new: int = 0
    grew: int = 0
    back: int = 0

    @property
    def all(self) -> int:
        """Every one of them."""
        return self.new + self.grew + self.back

    @property
    def headline(self) -> str:
        """ "4 new possible duplicates, 1 grew, 1 came back"."""
        pieces = [words.counted(self.new, "new possible duplicate")] if self.new else []
        if self.grew:
            pieces.append(f"{self.grew} grew" if pieces else f"{words.counted(self.grew, 'group')} grew")
        if self.back:
            back = f"{self.back} came back"
            pieces.append(back if pieces else f"{words.counted(self.back, 'group')} came back")
        return ", ".join(pieces)


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything a digest says. ``key`` is its own, ``alerts`` that of the alerts it belongs to; ``owner`` a
    Slack id, ``owner_name`` its name.

    ``cards`` are the groups that are drawn, none where the numbers are all there is; ``open`` is how many of
    all are not solved. ``since`` is when the lists were gone through before. ``failed`` are sentences about
    lists that could not be read. ``mention`` are the Slack ids of whom the alerts call.
    """

    key: str
    alerts: str
    owner: str
    owner_name: str
    modules: tuple[Module, ...]
    org_name: str
    region_name: str
    speaks: str
    detail: Detail
    counts: Counts
    open: int
    cards: tuple[Card, ...] = ()
    since: datetime | None = None
    failed: tuple[str, ...] = ()
    mention: tuple[str, ...] = ()

    @property
    def look(self) -> Look:
        """How its groups are drawn."""
        return Look(says_list=True, masked=self.detail is not Detail.FULL, menu=MENU)

    @property
    def rest(self) -> int:
        """How many groups are not drawn."""
        return self.counts.all - len(self.cards)


def fitting(told: Digest) -> Digest:
    """The same with as many groups as one message holds, whatever happens to them."""
    room, cards = MOST_BLOCKS - 5, told.cards
    while sum(len(group_blocks(card, told.look)) + 1 for card in cards) > room:
        cards = cards[:-1]
    return replace(told, cards=cards)


def digest(told: Digest) -> parts.Message:
    """What the channel sees."""
    look = told.look
    solved = "All solved: " if not told.open else ""
    blocks: list[Block] = [
        parts.header(_id(told, "head"), f"{solved}{told.counts.headline}"),
        parts.context(_id(told, "ctx"), _about(told)),
    ]
    for place, card in enumerate(told.cards, start=1):
        blocks.append(parts.divider(_id(told, f"d{place}")))
        blocks += group_blocks(replace(card, number=place), look)
    blocks += [parts.divider(_id(told, "d9")), parts.actions(_id(told, "nav"), *_rest(told), _menu(told))]
    blocks.append(parts.context(_id(told, "foot"), *_foot(told)))
    return parts.Message(words.fallback(f"{solved}{_text(told)}", _names(told, look)), tuple(blocks))


def _id(told: Digest, part: str) -> str:
    return f"al:{told.key}:{part}:1"


def _names(told: Digest, look: Look) -> Sequence[str]:
    return [look.shown(card.names) for card in told.cards if not card.is_solved]


def _text(told: Digest) -> str:
    return f"{told.counts.headline} in {words.labels(told.modules)}"


def _about(told: Digest) -> str:
    since = f"since {words.within(told.since)}" if told.since else ""
    still = f"*{told.open} still open*" if 0 < told.open < told.counts.all else ""
    where = (words.inert(told.org_name), words.inert(told.region_name))
    called = " ".join(parts.mention(user) for user in told.mention)
    return words.dotted(words.labels(told.modules), *where, since, still, called)


def _rest(told: Digest) -> list[InteractiveElement]:
    """The way to what is not drawn: answered to whoever asks, since others read this message."""
    if told.rest <= 0 or not told.open:
        return []
    more = f"Show {words.number(told.rest)} more"
    alone = "Show it to me" if told.rest == 1 else "Show them to me"
    text = more if told.cards else alone
    label = f"{text}, with my own Zoho rights"
    return [parts.button(ids.ALERT_REST, text, value=told.key, label=label)]


def _menu(told: Digest) -> InteractiveElement:
    """What can be done about the alerts themselves, as in their list."""
    choices = [(text, pack_alert(AlertChoice(verb, told.alerts))) for verb, text in _CHOICES.items()]
    return parts.overflow(ids.SUB_MORE, *choices)


def _foot(told: Digest) -> list[str]:
    acts = "Each button acts with your own Zoho rights." if told.cards else ""
    numbers = "" if told.cards else "The numbers only."
    said = [f"Alerts by {parts.mention(told.owner)}, {told.speaks}. {acts or numbers}"]
    if told.failed:
        left = len(told.failed) - SHOWN_FAILED
        more = f" and {left} more" if left > 0 else ""
        said.append(f":{parts.WARNING}: Not read: {'; '.join(told.failed[:SHOWN_FAILED])}{more}.")
    return said


# Said to the owner alone


def unknown(key: str, channel: str, slot: datetime, headline: str) -> parts.Message:
    """Nobody can know whether this alert reached its channel."""
    where = f"<#{channel}>"
    said = (
        f":{parts.WARNING}: *Did an alert reach {where}?*\nThe app was interrupted while posting the one of "
        f"{words.within(slot)}, and it may not read that channel to see for itself. Posting blindly could "
        "say everything twice."
    )
    blocks = (
        parts.section("unkn:head:1", said),
        parts.rich("unkn:what:1", parts.line(headline or "An alert")),
        parts.actions(
            "unkn:act:1",
            parts.button(ids.ALERT_REPOST, "Post again", value=key),
            parts.button(ids.ALERT_ARRIVED, "Mark as posted", value=key),
        ),
        parts.context(
            "unkn:foot:1", "Asked once. Invite the app to the channel and it can look for itself next time."
        ),
    )
    text = f"It is not known whether an alert reached {where}. Post it again?"
    return parts.Message(words.fallback(text), blocks)


def settled(again: bool) -> parts.Message:
    """The answer to that question was taken."""
    said = "It will be posted again in a moment." if again else "Marked as posted. Nothing is posted again."
    return parts.Message(said, (parts.section("unkn:done:1", said),))


def closed(channel: str, why: str, modules: Sequence[Module], speaks: str) -> parts.Message:
    """Slack does not let the app write in the channel any more; what is lost with it, and the way to more."""
    where = f"<#{channel}>"
    if why == "is_archived":
        reason = "The channel was archived. Set the alerts up anew in another one."
    elif why in ("not_in_channel", "channel_not_found"):
        reason = "The app is not in that channel any more. Invite it again, then set the alerts up anew."
    else:
        reason = f"Slack takes no message there any more: {words.in_code(why)}."
    said = f":{parts.WARNING}: *Your alerts in {where} were stopped*\n{reason}"
    text = f"Your alerts in {where} were stopped: the app cannot write there any more"
    blocks = (
        parts.section("shut:head:1", said),
        parts.actions("shut:act:1", set_up_button()),
        parts.context("shut:foot:1", words.dotted(words.labels(modules), words.escape(speaks))),
    )
    return parts.Message(words.fallback(text), blocks)


def unread(channel: str, why: str, *, some: bool) -> parts.Message:
    """Nothing could be read for a slot, or not every list where ``some`` were."""
    where = f"<#{channel}>"
    could = f"could not read {'all their' if some else 'their'} lists"
    said = (
        f":{parts.WARNING}: *Your alerts in {where} {could}*\n{words.sentence(why)}. Each slot tries again, "
        "and what is new is told once they can be read. This is said once."
    )
    return parts.Message(
        words.fallback(f"Your alerts in {where} {could}"), (parts.section("unread:head:1", said),)
    )


def no_more() -> parts.Message:
    """Nothing is left to be shown to whoever asked."""
    said = "Nothing more is left to show: your Zoho login does not show these records, or they are solved."
    return parts.Message(said, (parts.section("told:rest:1", said),))
