"""The preview: what alerts that were not set up yet would have said in the last days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot import ids
from bot.blocks import parts, words
from bot.blocks.alerts.digest import Counts
from bot.blocks.duplicates import Card, Look, group_body

DAYS = 7
SHOWN = 20  # groups in all; a modal holds a hundred blocks
_MOST_SLOTS = 20


@dataclass(frozen=True, slots=True)
class Told:
    """One message that would have been posted: when, in which ways its groups are news, and those of them
    that are drawn. ``is_ahead`` for one that is still to come."""

    at: datetime
    counts: Counts
    cards: tuple[Card, ...] = ()
    is_ahead: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """``zone`` is that of the schedule; ``groups`` is how many groups ``told`` is about, ``known`` how many
    there are in all, of which ``undated`` have no record with a date. ``failed`` are sentences about lists
    that could not be read."""

    channel: str
    zone: tzinfo
    told: tuple[Told, ...]
    groups: int
    known: int
    is_masked: bool
    has_many_lists: bool = False
    undated: int = 0
    failed: tuple[str, ...] = ()


def loading() -> View:
    """What is there at once, while Zoho is asked."""
    return _view([parts.section("pv:wait:1", f":{parts.WAITS}: Reading what is there…")])


def preview(given: Preview) -> View:
    """The messages, their groups as the channel would have seen them; no buttons: nothing is announced."""
    blocks: list[Block] = [parts.rich("pv:head:1", parts.line(parts.bold(_headline(given))))]
    if given.told:
        where = f"This is what <#{given.channel}> would have read."
        blocks.append(parts.context("pv:ctx:1", f"Nothing has been posted. {where}"))
        blocks += [*_messages(given), parts.divider("pv:d2:1")]
    else:
        said = f"No record of the last {DAYS} days has a possible duplicate: nothing would have been said."
        blocks.append(parts.section("pv:none:1", said))
    blocks.append(parts.context("pv:foot:1", " ".join(_foot(given))))
    return _view(blocks)


def too_dear(price: int, most: int) -> View:
    """For lists that are too dear to be read for a look; both are credits."""
    said = (
        f"*Too dear for a preview*\nReading these lists costs about {words.counted(price, 'credit')} of "
        f"your organisation’s day, and a preview spends {words.number(most)} at most. Nothing was read. "
        "Fewer lists, or a filter, may cost less."
    )
    return _view([parts.section("pv:dear:1", said)])


def unread(failed: Sequence[str]) -> View:
    """For lists of which none could be read; ``failed`` are sentences."""
    said = f":{parts.WARNING}: *These lists could not be read*\n{'; '.join(failed)}. Nothing was posted."
    return _view([parts.section("pv:unread:1", said)])


def faulty(faults: Sequence[str]) -> View:
    """For a form that is not filled in rightly; ``faults`` are sentences, which may hold what was typed."""
    lines = [parts.line(fault) for fault in faults]
    return _view(
        [parts.rich("pv:fault:1", parts.bullets(*lines)), parts.context("pv:foot:1", "Nothing was read.")]
    )


def failed() -> View:
    """For what could not be read; what stood in the way is said in a message."""
    return _view(
        [parts.section("pv:said:1", "This could not be read. What stood in the way is in a message to you.")]
    )


def late() -> str:
    """Above the form when Slack did not open the preview."""
    return "Slack did not open the preview in time. Press the button once more."


def _view(blocks: Sequence[Block]) -> View:
    return View(
        type="modal",
        callback_id=ids.SUB_PREVIEW,
        title=parts.plain("Preview"),
        close=parts.plain("Back"),
        blocks=list(blocks),
    )


def _headline(given: Preview) -> str:
    if not given.told:
        return f"In the last {DAYS} days: nothing"
    ahead = sum(one.is_ahead for one in given.told)
    said = len(given.told) - ahead
    messages = [words.counted(said, "message")] if said else []
    messages += ["1 still to come"] if ahead else []
    return f"In the last {DAYS} days: {words.counted(given.groups, 'group')} in {', '.join(messages)}"


def _messages(given: Preview) -> list[Block]:
    blocks: list[Block] = [parts.divider("pv:d1:1")]
    look = Look(says_list=given.has_many_lists, masked=given.is_masked)
    drawn = 0
    for place, told in enumerate(given.told[-_MOST_SLOTS:], start=1):
        when = f"{'Next, ' if told.is_ahead else ''}{words.slot(told.at, given.zone)}"
        line = parts.line(parts.italic(when), f"{words.DOT}{told.counts.headline}")
        blocks.append(parts.rich(f"pv:m{place}:1", line))
        cards = told.cards[: SHOWN - drawn]
        for number, card in enumerate(cards, start=drawn + 1):
            blocks.append(group_body(replace(card, key=f"pv{place}", revision=number, number=number), look))
        drawn += len(cards)
        left = told.counts.all - len(cards)
        if told.cards and left:
            blocks.append(parts.context(f"pv:r{place}:1", f"and {words.counted(left, 'more group')}"))
    return blocks


def _foot(given: Preview) -> Iterator[str]:
    if given.told:
        yield "Slots without news would have been silent."
    yield f"{words.sentence(words.counted(given.known, 'group'))} in these lists today."
    if given.undated:
        yield f"Not counted: {words.counted(given.undated, 'group')} of which Zoho gives no dates."
    if len(given.told) > _MOST_SLOTS:
        yield f"{words.counted(len(given.told) - _MOST_SLOTS, 'earlier message')} not shown."
    if given.failed:
        yield f":{parts.WARNING}: Not read: {'; '.join(given.failed)}."
